// Says in one line what this machine lacks for a script of package.json, before the script fails in
// many: `node preflight.cjs [test|start]`. Before a first start it also says that it builds. This is
// plain JavaScript, because it runs on any Node and before anything is built.

'use strict'

const { existsSync } = require('node:fs')
const nodeModule = require('node:module')
const { join } = require('node:path')

/** The first Node 20 that can `require` ES modules, which Electron's installer needs. */
const OLDEST = [20, 19]

/** The tools with their packages for one machine, which end in `-linux-x64` and the like. */
const ESBUILD = ['esbuild', '@esbuild/']
const TYPESCRIPT = ['typescript', '@typescript/typescript-']

function obstacle(needsHooks) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return `Latchkey needs Node ${OLDEST.join('.')} or newer; this is ${process.version}.`
  }
  if (needsHooks && typeof nodeModule.registerHooks !== 'function') {
    return (
      `The tests need Node 22.15 or newer, or 24; this is ${process.version}. ` +
      '`npm ci` installs one, unless it omits optional packages.'
    )
  }
  for (const [tool, scope] of needsHooks ? [ESBUILD, TYPESCRIPT] : [ESBUILD]) {
    let folder
    try {
      folder = require.resolve(`${tool}/package.json`)
    } catch {
      return "Latchkey's packages are not installed. Run `npm ci` first."
    }
    const program = `${scope}${process.platform}-${process.arch}`
    try {
      nodeModule.createRequire(folder).resolve(`${program}/package.json`)
    } catch {
      return (
        `${program}, the ${tool} for this machine, is not installed. ` +
        'Run `npm ci` without omitting development or optional packages.'
      )
    }
  }
  return null
}

const found = obstacle(process.argv[2] === 'test')
if (found !== null) {
  process.stderr.write(`latchkey: ${found}\n`)
  process.exitCode = 1
} else if (process.argv[2] === 'start' && !existsSync(join(__dirname, '../dist/main/start.js'))) {
  // On stderr, because a program may read the standard output.
  process.stderr.write('Building Latchkey for the first start. This takes a moment.\n')
}
