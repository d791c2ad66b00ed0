import { defineConfig } from 'vitest/config'

/** The program itself, in real browsers and in a real Electron: one at a time, for they share screen and cores. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    environment: 'node',
    globalSetup: 'test/e2e/global-setup.ts',
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A page is told of steps once a second while training has every core: vitest's own second is no time to wait.
    expect: { poll: { timeout: 10_000 } },
    env: { UNROLL_ENGINES: 'ort' },
  },
})
