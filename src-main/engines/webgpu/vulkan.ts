import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const LOADER = 'libvulkan.so.1'
const LIBRARY_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
]
const DRIVER_FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d']

/**
 * What of Vulkan, by which Dawn reaches the GPU on Linux, is not on this machine, in one sentence, or null. Files are
 * looked for and nothing is loaded.
 * @param libraries folders that libraries are in, besides those that `env` names.
 */
export function missingVulkan(
  env: Readonly<Record<string, string | undefined>>,
  libraries: readonly string[] = LIBRARY_FOLDERS,
): string | null {
  const folders = [...(env['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean), ...libraries]
  if (!folders.some((folder) => existsSync(join(folder, LOADER))))
    return `Vulkan's ${LOADER} is not on this machine; apt-get install libvulkan1 or its like brings it.`
  const named = (env['VK_DRIVER_FILES'] ?? env['VK_ICD_FILENAMES'] ?? '').split(':').filter(Boolean)
  const drivers = named.length > 0 ? named.filter(existsSync) : DRIVER_FOLDERS.flatMap(filesOf)
  if (drivers.length > 0) return null
  return "No GPU driver for Vulkan is on this machine; the one of the GPU's maker, or Mesa's, brings it."
}

function filesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : []
}
