import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { missingVulkan } from '../../../src-main/engines/webgpu/vulkan'

describe('what of Vulkan is missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-vulkan-'))
  const driver = join(folder, 'driver.json')
  writeFileSync(join(folder, 'libvulkan.so.1'), '')
  writeFileSync(driver, '{}')
  const env = { LD_LIBRARY_PATH: folder }

  it('is nothing where loader and driver are there', () => {
    expect(missingVulkan({ ...env, VK_DRIVER_FILES: `/nowhere.json:${driver}` })).toBeNull()
    expect(missingVulkan({ ...env, VK_ICD_FILENAMES: driver })).toBeNull()
  })

  it('is a driver where none of those named is there, and what brings one is said', () => {
    expect(missingVulkan({ ...env, VK_DRIVER_FILES: '/nowhere.json' })).toMatch(
      /^No GPU driver .*; .* brings it\.$/,
    )
  })

  it('is the loader where no folder has it', () => {
    expect(missingVulkan({ VK_DRIVER_FILES: driver }, [])).toMatch(
      /libvulkan\.so\.1 is not .*apt-get install/,
    )
  })
})
