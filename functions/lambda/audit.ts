import { GoodNetError } from '../../models/errors';
import type { AuditLine } from '../observe/audit';
import { logger } from './powertools';
import { setting } from './setting';

/** Levels at which lines of INFO are logged. */
const PASSING: readonly string[] = ['TRACE', 'DEBUG', 'INFO'];

/**
 * Keeps lines of the audit trail in the log, as `audit`, where GOODNET_AUDIT is true; undefined where it isn't.
 * @throws GoodNetError `environment` where the log passes them over
 */
export function logAudit(): ((line: AuditLine) => void) | undefined {
  if (setting('GOODNET_AUDIT') !== 'true') return undefined;
  const level = logger.getLevelName();
  if (!PASSING.includes(level)) {
    throw new GoodNetError(`GOODNET_AUDIT is true, and the log has no lines below ${level}`, {
      kind: 'environment',
      hint: "Set POWERTOOLS_LOG_LEVEL, or the function's own log level, to INFO.",
    });
  }
  return (line) => logger.info('audit', { ...line });
}
