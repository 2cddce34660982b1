import * as z from 'zod';
import { MACHINES } from './repair/instance-types';

/** `true` or `false`, as -c gives them or as JSON has them. */
export const flag = z.stringbool().or(z.boolean());

/** A number, or text that is one: neither true, null nor nothing counts as 1 or 0. */
export function number<T extends z.ZodType<number, number>>(of: T) {
  const isNumeric = (given: unknown) => typeof given === 'string' && given.trim() !== '';
  return z.preprocess((given) => (isNumeric(given) ? Number(given) : given), of);
}

/** Parted by commas, as -c gives it, or as JSON has it. */
export const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .or(z.array(z.string()));

/** Of keys in a bucket, without a slash at its ends; empty where there is none. */
export const prefix = z.string().regex(/^([^/*?]+(\/[^/*?]+)*)?$/, 'no slash at its ends, no * and no ?');

export const keyArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a key in KMS');

/** As a browser sends it: anything else would never be the same. */
export const origin = z.string().refine((text) => text === '*' || (/^https?:/.test(text) && isOrigin(text)), {
  error: ({ input }) => `${input} is no origin, as https://app.example.com: no path, no slash at its end`,
});

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

export const email = z.email({ error: ({ input }) => `${input} is no e-mail address` });

/** A machine that a repair runs on. */
export const machine = z.string().refine((type) => MACHINES.includes(type), {
  error: ({ input }) => `${input} is no machine with NVIDIA GPUs and x64. There are: ${MACHINES.join(', ')}`,
});
