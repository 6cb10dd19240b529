// Calls both ways over the IPC channel between a parent process and its child.

/** The message of each side: a call, or the answer to one. */
type Packet =
  | { call: number; name: string; args: readonly unknown[] }
  | { answer: number; value: unknown }
  | { answer: number; error: { name: string; message: string } }

/** `process` in the child, the ChildProcess in the parent. */
export type Channel = {
  readonly connected?: boolean
  send?: (
    packet: Packet,
    handle: undefined,
    options: object,
    sent: (error: Error | null) => void,
  ) => boolean
  on(event: 'message', listener: (packet: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
}

type Calls = Record<string, (...args: never[]) => unknown>

/** One side's implementation of its calls. Each may answer later. */
export type Answers<Mine extends Calls> = {
  [Name in keyof Mine]: (
    ...args: Parameters<Mine[Name]>
  ) => ReturnType<Mine[Name]> | Promise<ReturnType<Mine[Name]>>
}

export type Wire<Theirs extends Calls> = {
  /** Calls the other side. Rejects with its error, or when the other side is gone. */
  call<Name extends keyof Theirs & string>(
    name: Name,
    ...args: Parameters<Theirs[Name]>
  ): Promise<Awaited<ReturnType<Theirs[Name]>>>
}

/** Connects one side. Values are structured-cloned on the way (`serialization: 'advanced'`). */
export function connect<Theirs extends Calls, Mine extends Calls>(
  channel: Channel,
  answers: Answers<Mine>,
): Wire<Theirs> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let last = 0

  const send = (packet: Packet): void => {
    // If the other side ends at this moment, `disconnect` reports it.
    if (channel.connected) channel.send?.(packet, undefined, {}, () => undefined)
  }
  const answer = async (call: number, name: string, args: readonly unknown[]): Promise<void> => {
    try {
      const run = answers[name] as ((...given: readonly unknown[]) => unknown) | undefined
      if (!run) throw new Error(`nobody answers ${name}`)
      send({ answer: call, value: await run(...args) })
    } catch (thrown) {
      const { name: kind, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
      send({ answer: call, error: { name: kind, message } })
    }
  }
  channel.on('message', (received) => {
    const packet = received as Packet
    if ('call' in packet) return void answer(packet.call, packet.name, packet.args)
    const caller = waiting.get(packet.answer)
    waiting.delete(packet.answer)
    if (!('error' in packet)) return caller?.resolve(packet.value)
    const { name, message } = packet.error
    caller?.reject(Object.assign(new Error(message), { name }))
  })
  channel.on('disconnect', () => {
    for (const { reject } of waiting.values()) reject(new Error('the other side has ended'))
    waiting.clear()
  })

  return {
    call: (name, ...args) =>
      new Promise((resolve, reject) => {
        if (!channel.connected) return reject(new Error('the other side has ended'))
        last += 1
        waiting.set(last, { resolve, reject })
        send({ call: last, name, args })
      }),
  }
}
