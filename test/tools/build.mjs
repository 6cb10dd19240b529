// Builds what runs and ships, without checking types: `node test/tools/build.mjs [--tests]`. It is plain
// JavaScript, because it runs on the oldest Node that Latchkey supports, before anything is built.
//
// dist/main/       index.js (the tray app), start.js, headless.js and cli.js (the command line), each in one
//                  file; commands.js, which headless.js and cli.js load when they start the agent, the
//                  diagnosis or the removal; schemas.js, which the first call with a body loads;
//                  preload.cjs; and each package that is loaded on first use, in a file of its own. And the
//                  xdg-open that comes with the package `open`
// dist/renderer/   the window's script
// dist/demo/       the demo provider
// dist/third-party-notices.txt   the licences of the packages in these files
// dist/modules/    with --tests: every module by itself, for the programs that tests start

import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { createNotices } from './notices.mjs'
import { thinMap } from './thin-map.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Packages that are imported with `import()`, so that a start does not load them. */
const LOADED_LATER = ['axios', 'electron-store', 'open', 'ws']

const isBuiltin = new RegExp(`^(node:.+|(${builtinModules.join('|')}))$`)

/**
 * Takes Node's modules from `process.getBuiltinModule`. An `import` of one reads all its exports, and
 * some exports load other modules: for `node:http` all of undici, which takes longer than Latchkey's own
 * start.
 */
const builtins = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: isBuiltin }, ({ path, kind }) => ({
      path: path.replace(/^node:/, ''),
      namespace: kind === 'import-statement' ? 'builtin-import' : 'builtin',
      sideEffects: false,
    }))
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}')`,
    }))
    // Only the exports that are used are read. From CommonJS, each importing module would copy all.
    onLoad({ filter: /.*/, namespace: 'builtin-import' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(`node:${path}`))
      const read = (name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})()`
      const exported = names.filter((name) => /^[a-z]\w*$/i.test(name) && name !== 'default')
      return {
        contents: [
          `const builtin = /* @__PURE__ */ process.getBuiltinModule('node:${path}')`,
          'export default builtin',
          ...exported.map(read),
        ].join('\n'),
      }
    })
  },
}

/** Leaves packages out of source maps, which would be three times as large with them. */
const unmapped = {
  name: 'unmapped',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, ({ path }) => ({
      contents: `${readFileSync(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${EMPTY_MAP}`,
      loader: 'js',
    }))
  },
}
const EMPTY_MAP = btoa('{"version":3,"sources":[""],"mappings":"AAAA"}')

/** Leaves packages that are loaded later to their own files. */
const loadedLater = {
  name: 'loaded-later',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${LOADED_LATER.join('|')})$`) }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: `./${path}.js`, external: true } : undefined,
    )
    // `npm start` hands over to the headless program, which is built anyway.
    onResolve({ filter: /^\.\/headless\.js$/ }, ({ path }) => ({ path, external: true }))
    // The help and the version must not wait until all that runs is read.
    onResolve({ filter: /^\.\/terminal\/commands\.js$/ }, () => ({
      path: './commands.js',
      external: true,
    }))
  },
}

/** Leaves the schemas to a file of their own, because most of it is zod. The tray app needs zod anyway. */
const schemasLater = {
  name: 'schemas-later',
  setup({ onResolve }) {
    // zod has a file of this name, too.
    onResolve({ filter: /^\.\/schemas\.js$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    )
  },
}

/**
 * Keeps electron-store away from signals: its package when-exit ends the process itself by the signal.
 * Electron handles SIGTERM, SIGINT and SIGHUP once the app is ready, and quits. A listener that Node.js
 * gets later replaces Electron's, and removing it would not bring that back.
 */
const noSignals = {
  name: 'no-signals',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^when-exit$/ }, ({ path }) => ({ path, namespace: 'no-signals' }))
    onLoad({ filter: /.*/, namespace: 'no-signals' }, () => ({
      contents: "export default (callback) => void process.once('exit', callback)",
    }))
  },
}

/** Parts of packages that Latchkey never uses. They are empty in the built files, which saves 300 kB. */
const LEFT_OUT = [
  // The list of media types. axios uses it for forms with files.
  'mime-db',
  // They check the content of a store by its schema. Latchkey's store has none.
  'ajv/dist/2020.js',
  'ajv-formats',
]

const leftOut = {
  name: 'left-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${LEFT_OUT.join('|')})$`) }, ({ path }) => ({
      path,
      namespace: 'left-out',
    }))
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {}' }))
  },
}

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  target: 'node20.19',
  // Without the sources' text. Only names and positions are needed to read a stack.
  sourcesContent: false,
}
const NODE = { ...COMMON, platform: 'node', format: 'esm', plugins: [loadedLater, builtins] }

/** Only the source tree has it. */
const demo = {
  ...NODE,
  entryPoints: ['test/provider/provider.ts'],
  outdir: 'dist/demo',
  packages: 'external',
}

const PROGRAM = {
  ...NODE,
  outdir: 'dist/main',
  external: ['electron'],
  plugins: [...NODE.plugins, unmapped],
  sourcemap: 'external',
  // Not the names, which are part of stacks.
  minifyWhitespace: true,
  minifySyntax: true,
}

const bundles = [
  {
    ...PROGRAM,
    entryPoints: {
      index: 'main/index.ts',
      start: 'main/start.ts',
      headless: 'main/headless.ts',
      cli: 'main/cli.ts',
    },
  },
  {
    ...PROGRAM,
    entryPoints: { commands: 'main/terminal/commands.ts', schemas: 'main/api/schemas.ts' },
    plugins: [...PROGRAM.plugins, schemasLater],
  },
  {
    ...NODE,
    entryPoints: LOADED_LATER.map((name) => ({ in: name, out: name })),
    outdir: 'dist/main',
    external: ['electron'],
    plugins: [builtins, noSignals, leftOut],
    minify: true,
  },
  {
    ...COMMON,
    platform: 'node',
    // A sandboxed preload script is loaded with `require`.
    format: 'cjs',
    entryPoints: ['main/preload.cts'],
    outdir: 'dist/main',
    outExtension: { '.js': '.cjs' },
    external: ['electron'],
  },
  {
    ...COMMON,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    entryPoints: ['renderer/renderer.ts'],
    outdir: 'dist/renderer',
    minifyWhitespace: true,
  },
  demo,
]

const modules = {
  ...COMMON,
  bundle: false,
  platform: 'node',
  format: 'esm',
  entryPoints: ['main/**/*.ts', 'renderer/**/*.ts', 'test/**/*.ts'],
  outbase: '.',
  outdir: 'dist/modules',
}

const wanted = process.argv.includes('--tests') ? [...bundles, modules] : bundles
const made = await Promise.all(wanted.map((options) => build(options)))
const shipped = made.slice(0, bundles.indexOf(demo)).map(({ metafile }) => metafile)
// `open` looks for it beside its own file.
const OPENER = 'dist/main/xdg-open'
copyFileSync(join(ROOT, 'node_modules/open/xdg-open'), join(ROOT, OPENER))
writeFileSync(join(ROOT, 'dist/third-party-notices.txt'), createNotices(ROOT, shipped))

for (const path of shipped.flatMap(({ outputs }) => Object.keys(outputs))) {
  if (!path.endsWith('.map')) continue
  writeFileSync(join(ROOT, path), thinMap(readFileSync(join(ROOT, path), 'utf8')))
}

// What an earlier version of the sources had, no longer counts.
const outputs = new Set(made.flatMap(({ metafile }) => Object.keys(metafile.outputs)))
outputs.add(OPENER)
const folders = wanted.map(({ outdir }) => outdir)
for (const folder of new Set(folders)) {
  if (!existsSync(join(ROOT, folder))) continue
  for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    const path = relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/')
    if (entry.isFile() && !outputs.has(path)) rmSync(join(ROOT, path))
  }
}
