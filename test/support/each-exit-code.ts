// Runs the command line so that it ends with each of its exit codes, against an agent of either kind.

import { expect } from './expect.js'
import { EXIT_CODES } from '../../main/cli/exit-codes.js'
import { readServiceFile } from '../../main/storage/service-file.js'
import { impersonate, ONLY_A_NONCE } from './impostor.js'
import type { Ran } from './run-cli.js'

/** An agent where Alice is signed in. */
export type AgentForCodes = {
  dataDir: string
  run(words: string): Promise<Ran>
  /** Runs a command, and gives the question about it an answer. */
  runAnd(answer: 'once' | 'denied', words: string): Promise<Ran>
  /** Kills the agent, so that its service file stays. */
  kill(): Promise<unknown>
}

/** Ends with the agent killed. */
export async function expectEachExitCode(agent: AgentForCodes): Promise<void> {
  const { run, runAnd, dataDir, kill } = agent
  const codes: (number | null)[] = []
  const note = ({ code, stdout, stderr }: Ran): void => {
    codes.push(code)
    if (code === EXIT_CODES.ok) expect(stderr).toBe('')
    else expect([stdout, stderr]).toEqual(['', expect.stringMatching(/^latchkey: .+\n$/)])
  }
  note(await runAnd('once', 'token'))
  note(await runAnd('once', 'apps forget nothing'))
  note(await run('token --min-validity soon'))
  await runAnd('once', 'sign-out')
  note(await run('token'))
  // A denial holds for every command.
  note(await runAnd('denied', 'apps'))

  const { port, instance, secret } = readServiceFile(dataDir)!
  await kill()
  note(await run('token'))
  const impostor = await impersonate({ instance, secret: secret!.reveal() }, port)
  note(await run('token'))
  await expect.poll(impostor.heard).toEqual([expect.stringMatching(ONLY_A_NONCE)])
  await impostor.close()

  const { ok, failed, badUsage, notSignedIn, notAllowed, noAgent, wrongAgent } = EXIT_CODES
  expect(codes).toEqual([ok, failed, badUsage, notSignedIn, notAllowed, noAgent, wrongAgent])
}
