import { defineConfig } from 'vitest/config'

/** The whole lesson, against its figures: `npm run test:lesson`. About ten minutes on two cores. */
export default defineConfig({
  test: {
    include: ['test/lesson/**/*.test.ts'],
    environment: 'node',
    globalSetup: 'test/global-setup.ts',
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 6 * 60 * 60_000,
    env: { UNROLL_ENGINES: 'ort' },
  },
})
