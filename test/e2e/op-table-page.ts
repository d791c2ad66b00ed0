// What test/e2e/webgpu-page.test.ts runs in a browser's page.

import { WebGpuEngine } from '../../src-core/engines/webgpu/engine'
import { SOFTWARE_CHOICES } from '../../src-core/engines/webgpu/choices'
import type { GpuDevice } from '../../src-core/engines/webgpu/gpu'
import { opError } from '../fixtures/op-error'
import { opTable } from '../fixtures/op-table'

/** Relative; see `opError`. */
const TOLERANCE = 1e-4

interface RowOnPage {
  readonly name: string
  /** Null where it agrees. */
  readonly wrong: string | null
}

/** What a browser of today has and the types of this repository's browsers do not. */
interface GpuOfPage {
  requestAdapter(): Promise<{ requestDevice(): Promise<GpuDevice> } | null>
}

/** The page's GPU, or why it has none. */
async function pageDevice(): Promise<GpuDevice | string> {
  const gpu = Reflect.get(navigator, 'gpu') as GpuOfPage | undefined
  if (!gpu) return 'the browser has no navigator.gpu'
  const adapter = await gpu.requestAdapter()
  return adapter ? adapter.requestDevice() : 'the browser finds no adapter'
}

/** Runs the rows on the page's device, or says why it has none. */
export async function runOpTable(): Promise<RowOnPage[] | string> {
  const device = await pageDevice()
  if (typeof device === 'string') return device
  const engine = new WebGpuEngine(device, 'the page', undefined, SOFTWARE_CHOICES)
  const results: RowOnPage[] = []
  for (const row of opTable) {
    const name = `${row.op}: ${row.label}`
    try {
      const error = await opError(engine, row)
      results.push({ name, wrong: error < TOLERANCE ? null : `off by ${error}` })
    } catch (error) {
      results.push({ name, wrong: String(error) })
    }
  }
  await engine.dispose()
  return results
}
