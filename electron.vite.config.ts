import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'

export default defineConfig({
  // CommonJS for Node 16: `app` and `worker` also run inside the Electron of the tests (22), whose Node that is.
  main: {
    build: {
      target: 'node16',
      sourcemap: true,
      // Pure JavaScript goes into the bundle, packages with native parts stay outside.
      externalizeDeps: false,
      rolldownOptions: {
        input: {
          app: 'src-main/app/main.ts',
          cli: 'src-main/cli/main.ts',
          server: 'src-main/server/main.ts',
          worker: 'src-main/worker/main.ts',
        },
        external: ['onnxruntime-node', '@tensorflow/tfjs-node-gpu', 'webgpu'],
        output: {
          format: 'cjs',
          entryFileNames: '[name].cjs',
          chunkFileNames: 'chunks/[name]-[hash].cjs',
          // Within a package's archive only `require` finds another package.
          dynamicImportInCjs: false,
        },
      },
    },
  },
  // A sandboxed preload is one CommonJS file. electron-vite wants its target named by Node's version.
  preload: {
    build: {
      target: 'node16',
      externalizeDeps: false,
      rolldownOptions: {
        input: { main: 'src-main/preload/main.ts' },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [svelte({ configFile: false })],
    build: {
      target: 'chrome108',
      rolldownOptions: { input: 'src-renderer/index.html' },
    },
  },
})
