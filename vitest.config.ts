import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/{core,main}/**/*.test.ts'],
          environment: 'node',
          globalSetup: 'test/global-setup.ts',
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // What a test trains with must not hang on what is fast here today.
          env: { UNROLL_ENGINES: 'ort' },
        },
      },
      {
        plugins: [svelte({ configFile: false })],
        // Svelte's own client, not the one that renders on a server.
        resolve: { conditions: ['browser'] },
        test: {
          name: 'renderer',
          include: ['test/renderer/**/*.test.ts'],
          environment: 'jsdom',
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
    // Engines bring threads of their own: more workers than this only fight over the cores.
    maxWorkers: 2,
  },
})
