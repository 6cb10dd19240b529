// A started program, with its output and its end.

import type { ChildProcess } from 'node:child_process'
import type { Ended } from './desktop.js'

export type Followed = { stdout(): string; stderr(): string; ended: Promise<Ended> }

export function follow(child: ChildProcess): Followed {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => void (stdout += chunk))
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => void (stderr += chunk))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  return { stdout: () => stdout, stderr: () => stderr, ended }
}
