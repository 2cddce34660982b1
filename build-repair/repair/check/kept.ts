import { UsageError } from '../../../models/errors';

/** Images to keep are given, and none are to be kept. */
export function bothKept(): UsageError {
  return new UsageError('Images to keep are given (--hosts), and none are to be kept (--no-images)', {
    hint: 'Give one of the two.',
  });
}
