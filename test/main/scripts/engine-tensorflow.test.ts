import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../../../scripts/prepare.mjs'
import { temporaryFolder } from '../store/temporary-folder'

const home = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu')

function get(...argv: string[]) {
  const script = join(root, 'scripts', 'engine-tensorflow.mjs')
  return spawnSync(process.execPath, [script, ...argv], { encoding: 'utf8' })
}

it('refuses a folder without TensorFlow and leaves what is there', async () => {
  const before = readdirSync(home)
  const { status, stderr } = get('--library', await temporaryFolder())
  expect(stderr).toMatch(/has no include\/tensorflow\/c\/c_api.h .*; give site-packages\/tensorflow/)
  expect(status).toBe(1)
  expect(readdirSync(home)).toEqual(before)
})

it('knows the wheels that it can fetch', () => {
  const { status, stderr } = get('--fetch', 'rocm')
  expect(stderr).toContain('--fetch takes cpu or cuda, not rocm.')
  expect(status).toBe(1)
})
