// `npm run engine:tensorflow`: the native part of the engine `tensorflow`, which `npm ci` leaves out.
//
//   npm run engine:tensorflow                    the package's own download (TensorFlow 2.9.1; CUDA 11.2)
//   npm run engine:tensorflow -- --fetch         TensorFlow's wheel for CPUs from PyPI, and the addon built for it
//   npm run engine:tensorflow -- --fetch cuda    the same with the wheel for NVIDIA's GPUs (Linux)
//   npm run engine:tensorflow -- --library DIR   the addon built for a TensorFlow on this machine: a folder with
//                                                `include`, such as site-packages/tensorflow or libtensorflow
//
// Then the op table and 20 training steps are run on it.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareOrExit, root } from './prepare.mjs'

/** What the wheels are asked for; tried with this one. */
const TENSORFLOW = '2.21.0'
/** The newest that the package builds for, and Node 18 and later have. */
const NAPI = 8
/** How long the package's own download may take, in ms. */
const PATIENCE = 15 * 60_000

const bin = join(root, 'node_modules', '.bin')
const test = 'test/main/engines/tensorflow-native.test.ts'

/** A failure whose message says all there is to say. */
class EngineError extends Error {}

try {
  main()
} catch (error) {
  if (!(error instanceof EngineError)) throw error
  process.stderr.write(`unroll: ${error.message}\n`)
  process.exitCode = 1
}

function main() {
  const { values, positionals } = parseArgs({
    options: { fetch: { type: 'boolean' }, library: { type: 'string' } },
    allowPositionals: true,
  })
  prepareOrExit({ build: false })
  const home = packageFolder()
  if (values.library !== undefined) buildFor(home, resolve(process.env.INIT_CWD ?? '.', values.library))
  else if (values.fetch) buildFor(home, fetchWheel(positionals[0] ?? 'cpu'))
  else fetchOwn(home)
  run(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', test], root)
}

/** The package that is installed; where both are, the one for GPUs, which also runs without one. */
function packageFolder() {
  const found = ['tfjs-node-gpu', 'tfjs-node']
    .map((name) => join(root, 'node_modules', '@tensorflow', name))
    .find((folder) => existsSync(folder))
  if (found) return found
  throw new EngineError('@tensorflow/tfjs-node-gpu is not installed; npm ci --include=optional brings it.')
}

/**
 * As npm would do it at install: a library from storage.googleapis.com and an addon for it. What was there before
 * is kept until this has come through.
 *
 * @param {string} home
 */
function fetchOwn(home) {
  const kind = home.endsWith('gpu') ? 'gpu' : 'cpu'
  const [addon, ...own] = ['lib', 'deps'].map((name) => join(home, name))
  for (const folder of [addon, ...own]) move(folder, `${folder}.before`)
  const { status } = spawnSync(process.execPath, [join(home, 'scripts', 'install.js'), kind, 'download'], {
    cwd: home,
    env: { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) },
    stdio: 'inherit',
    timeout: PATIENCE,
  })
  const done = status === 0 && existsSync(addon)
  for (const folder of [addon, ...own]) {
    if (done) rmSync(`${folder}.before`, { recursive: true, force: true })
    else move(`${folder}.before`, folder)
  }
  if (done) return
  throw new EngineError(
    "the package's own download did not come through; `-- --fetch` takes TensorFlow from PyPI, `-- --library DIR` one of this machine.",
  )
}

/**
 * @param {string} from
 * @param {string} to what is there is removed
 */
function move(from, to) {
  rmSync(to, { recursive: true, force: true })
  if (existsSync(from)) renameSync(from, to)
}

/**
 * TensorFlow's wheel from PyPI, unpacked in a cache folder.
 *
 * @param {string} kind
 */
function fetchWheel(kind) {
  const name = { cpu: 'tensorflow-cpu', cuda: 'tensorflow[and-cuda]' }[kind]
  if (!name) throw new EngineError(`--fetch takes cpu or cuda, not ${kind}.`)
  const { UNROLL_CACHE, XDG_CACHE_HOME } = process.env
  const cache = UNROLL_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'unroll')
  const folder = join(cache, `tensorflow-${kind}-${TENSORFLOW}`)
  if (!existsSync(folder)) {
    const fresh = `${folder}.new`
    rmSync(fresh, { recursive: true, force: true })
    mkdirSync(fresh, { recursive: true })
    // The library inside is the same for every Python, so the wheel need not fit the one that is here.
    const any = ['--python-version=3.11', '--implementation=cp', '--only-binary=:all:', '--no-compile']
    // The wheel for CPUs has all that the library needs in itself; the one for GPUs needs NVIDIA's beside it.
    const dependencies = kind === 'cpu' ? ['--no-deps'] : []
    const what = ['install', `--target=${fresh}`, ...any, ...dependencies, `${name}==${TENSORFLOW}`]
    run('python3', ['-m', 'pip', ...what, '--disable-pip-version-check'], root)
    renameSync(fresh, folder)
  }
  return join(folder, 'tensorflow')
}

/**
 * Builds the package's own addon against a library, which stays where it is.
 *
 * @param {string} home of the package
 * @param {string} library
 */
function buildFor(home, library) {
  if (process.platform === 'win32') throw new EngineError('only Linux and macOS can build it so.')
  const folder = [library, join(library, 'lib')].find((each) => libraryIn(each, 'tensorflow_framework'))
  const include = join(library, 'include')
  if (!folder || !existsSync(join(include, 'tensorflow', 'c', 'c_api.h'))) {
    throw new EngineError(
      `${library} has no include/tensorflow/c/c_api.h beside a libtensorflow; give site-packages/tensorflow of a Python that has it, or an unpacked libtensorflow.`,
    )
  }
  const deps = join(home, 'deps')
  const lib = join(deps, 'lib')
  rmSync(deps, { recursive: true, force: true })
  mkdirSync(lib, { recursive: true })
  symlinkSync(include, join(deps, 'include'), 'junction')
  // In wheels the C interface is in the library for C++. The linker looks for these names; what is linked is found
  // at run time in its own folder, where its own search for NVIDIA's libraries begins.
  for (const [name, ...sources] of [
    ['tensorflow', 'tensorflow_cc', 'tensorflow'],
    ['tensorflow_framework', 'tensorflow_framework'],
  ]) {
    const source = sources.map((each) => libraryIn(folder, each)).find((each) => each !== undefined)
    if (source === undefined) throw new EngineError(`${folder} has no lib${sources[0]}.`)
    symlinkSync(source, join(lib, `lib${name}.${process.platform === 'darwin' ? '2.dylib' : 'so'}`))
  }
  const place = `lib/napi-v${NAPI}`
  const gyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  const variables = [
    '--module_name=tfjs_binding',
    `--module_path=${join(home, place)}`,
    `--napi_build_version=${NAPI}`,
  ]
  run(process.execPath, [gyp, 'rebuild', ...variables, ...headers()], home, {
    LDFLAGS: `${process.env.LDFLAGS ?? ''} -Wl,-rpath,'${folder}'`,
  })
  rmSync(join(home, 'build'), { recursive: true, force: true })
}

/**
 * @param {string} folder
 * @param {string} name
 * @returns the file of a shared library, whatever its version
 */
function libraryIn(folder, name) {
  if (!existsSync(folder)) return undefined
  const pattern = new RegExp(`^lib${name}\\.(so|\\d*\\.?dylib)`)
  const file = readdirSync(folder).find((each) => pattern.test(each))
  return file === undefined ? undefined : join(folder, file)
}

/** Node's headers, where this Node brought them; node-gyp fetches them otherwise. */
function headers() {
  const prefix = dirname(dirname(process.execPath))
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : []
}

/**
 * @param {string} command
 * @param {readonly string[]} argv
 * @param {string} cwd
 * @param {Record<string, string>} env
 */
function run(command, argv, cwd, env = {}) {
  const { status, error } = spawnSync(command, argv, {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  })
  if (error) throw new EngineError(`${command} could not be started (${error.message}).`)
  if (status !== 0) throw new EngineError(`${command} ${argv[0]} ended with ${status}; see above.`)
}
