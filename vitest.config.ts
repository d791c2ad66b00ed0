import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/{core,main}/**/*.test.ts'],
    environment: 'node',
    globalSetup: 'test/global-setup.ts',
    pool: 'forks',
    // Engines bring threads of their own: more workers than this only fight over the cores.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
