import { expect, it } from 'vitest';
import { IMAGE_MIMES, imageTypes, mimeOfEnding } from '../../../../models/images/decode/image-types';

it('tells the types in words, as MIME types, and by the endings of names', () => {
  expect(imageTypes('and')).toBe('JPEG, PNG and WebP');
  expect(imageTypes('or')).toBe('JPEG, PNG or WebP');
  expect(IMAGE_MIMES).toEqual(['image/jpeg', 'image/png', 'image/webp']);
  const endings = ['.jpg', '.jpeg', '.PNG', '.webp', '.gif', '', 'png'];
  expect(endings.map(mimeOfEnding)).toEqual([
    'image/jpeg',
    'image/jpeg',
    'image/png',
    'image/webp',
    undefined,
    undefined,
    undefined,
  ]);
});
