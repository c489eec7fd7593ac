import { defineConfig } from 'vitest/config'

/** Suites that start the whole product or measure times run alone, after all others. */
const alone = ['tests/e2e/**/*.test.ts', 'tests/faults/**/*.test.ts', 'tests/web/**/*.test.ts']
const common = { pool: 'forks' as const, testTimeout: 30_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'parts',
          include: ['tests/**/*.test.ts'],
          exclude: alone,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'product',
          include: alone,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
