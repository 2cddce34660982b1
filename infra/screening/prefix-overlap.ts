/** Where it is kept what each call of a backfill said. */
export const OWN_PREFIX = 'backfills';

const inside = (one: string, other: string) => `${one}/`.startsWith(`${other}/`);

/** The first prefix that screening writes to and that lies in what is screened; undefined where there is none. */
export function inScreened(screened: string, own: readonly string[]): string | undefined {
  return own.find((each) => inside(each, screened));
}

/** The first prefix that screening writes to and that what is screened lies in. */
export function aroundOwn(screened: string, own: readonly string[]): string | undefined {
  return own.find((each) => inside(screened, each));
}
