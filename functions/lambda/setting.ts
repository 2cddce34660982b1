/** An environment variable; undefined where it is not set, or empty. */
export function setting(name: string): string | undefined {
  return process.env[name] || undefined;
}
