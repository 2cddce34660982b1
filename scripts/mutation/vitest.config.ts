import { mergeConfig } from 'vitest/config';
import whole from '../../vitest.config';

const { projects: _, reporters: __, ...test } = whole.test ?? {};

// As npm test runs them, but for which, which the folder under mutation tells; nothing is printed.
export default mergeConfig(
  { test },
  {
    test: {
      include: JSON.parse(process.env.GOODNET_MUTATION_TESTS ?? '[]'),
      reporters: ['./scripts/mutation/reporter.mjs'],
    },
  },
);
