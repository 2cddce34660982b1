import { describe, expect, it } from 'vitest';
import {
  BundleError,
  coded,
  detailsOf,
  exitCodeOf,
  GoodNetError,
  ImageError,
  NetError,
  UsageError,
} from '../../models/errors';
import { ImageRejected } from '../../models/images/decode';

describe('an error', () => {
  it('has a code, and a kind that follows from it, or the other way round', () => {
    const told = [
      new GoodNetError(''),
      new GoodNetError('', { kind: 'environment' }),
      new GoodNetError('', { code: 'STORE_BUSY' }),
      new UsageError(''),
      new UsageError('', { code: 'ALPHA_TOO_SMALL' }),
      new NetError(''),
      new ImageError('', { code: 'LABELS_MISFIT' }),
      new BundleError('', { kind: 'environment' }),
      new ImageRejected('too-many-pixels', ''),
    ].map(({ code, kind }) => `${code} ${kind}`);
    expect(told).toEqual([
      'DATA_UNUSABLE data',
      'ENVIRONMENT_UNUSABLE environment',
      'STORE_BUSY environment',
      'USAGE_WRONG usage',
      'ALPHA_TOO_SMALL usage',
      'NET_UNUSABLE data',
      'LABELS_MISFIT data',
      'BUNDLE_UNUSABLE environment',
      'IMAGE_TOO_MANY_PIXELS data',
    ]);
  });

  it('comes to an exit code by whose move it is; a defect, too', () => {
    expect([new UsageError(''), new NetError(''), new Error('')].map(exitCodeOf)).toEqual([2, 1, 1]);
  });

  it('is told to programs by its code; a defect as such', () => {
    const net = new NetError('no', { code: 'NET_NOT_FOUND', hint: 'Look.' });
    expect(detailsOf(net)).toEqual({ code: 'NET_NOT_FOUND', message: 'no', hint: 'Look.' });
    expect(detailsOf(new TypeError('x'))).toEqual({ code: 'UNEXPECTED', message: 'x' });
  });

  it('gets the code of the work that it ends, unless it has one of its own, or is another’s move', async () => {
    const recoded = (error: unknown) => {
      try {
        return coded('NET_LAYER_UNSUPPORTED', () => {
          throw error;
        });
      } catch (thrown) {
        return thrown;
      }
    };
    expect(recoded(new NetError(''))).toMatchObject({ code: 'NET_LAYER_UNSUPPORTED' });
    expect(recoded(new NetError('', { code: 'NET_NOT_FOUND' }))).toMatchObject({ code: 'NET_NOT_FOUND' });
    expect(recoded(new UsageError(''))).toMatchObject({ code: 'USAGE_WRONG' });
    expect(recoded(new TypeError(''))).not.toHaveProperty('code');
    const later = coded('NET_FILE_DAMAGED', async () => {
      throw new NetError('');
    });
    await expect(later).rejects.toMatchObject({ code: 'NET_FILE_DAMAGED' });
    expect(await coded('NET_FILE_DAMAGED', async () => 7)).toBe(7);
  });
});
