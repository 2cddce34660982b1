import { UsageError } from '../../models/errors';

/** An environment variable; undefined where it is not set, or empty. */
export function setting(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** The same, of one that must be there. @throws UsageError where it is not set */
export function requiredSetting(name: string): string {
  const value = setting(name);
  if (value === undefined) throw new UsageError(`The environment variable ${name} is not set`);
  return value;
}
