// Says in one line what a script of package.json lacks on this machine, before it fails in many:
// `node preflight.cjs [test|start]`. For a start it also says that the first one builds. Plain old JavaScript, for it runs on any Node and before anything is built.

'use strict'

const { existsSync } = require('node:fs')
const nodeModule = require('node:module')
const { join } = require('node:path')

/** The first of Node 20 that can `require` ES modules, as Electron's installer does. */
const OLDEST = [20, 19]

function obstacle(needsHooks) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return `Latchkey needs Node ${OLDEST.join('.')} or newer, and this is ${process.version}.`
  }
  if (needsHooks && typeof nodeModule.registerHooks !== 'function') {
    return (
      `The tests need Node 22.15 or newer, or 24, and this is ${process.version}. ` +
      '`npm ci` brings one, unless it is told to omit optional packages.'
    )
  }
  let typescript
  try {
    typescript = require.resolve('typescript/package.json')
  } catch {
    return 'The packages that Latchkey stands on are not installed. Run `npm ci` first.'
  }
  const compiler = `@typescript/typescript-${process.platform}-${process.arch}`
  try {
    nodeModule.createRequire(typescript).resolve(`${compiler}/package.json`)
  } catch {
    return (
      `${compiler}, the compiler's program for this machine, is not installed. ` +
      'Run `npm ci` without leaving out development or optional packages.'
    )
  }
  return null
}

const found = obstacle(process.argv[2] === 'test')
if (found !== null) {
  process.stderr.write(`latchkey: ${found}\n`)
  process.exitCode = 1
} else if (process.argv[2] === 'start' && !existsSync(join(__dirname, '../dist/main/start.js'))) {
  // On stderr, for what is printed on the other may be for a program.
  process.stderr.write('Building Latchkey, once: this takes a few seconds.\n')
}
