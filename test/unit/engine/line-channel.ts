import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { defineModule } from '../../../lib/core/module.ts'
import { ask, predict, readerOfOne } from '../../../lib/core/probe.ts'
import { type ChannelStep, defineChannel } from '../../../lib/core/reader.ts'

export interface LineServer {
  readonly address: string
  readonly port: number
}

/** What became of the channels of a run. */
interface Seen {
  opened: number
  closed: number
  /** Whether a channel ends when it is told to close. */
  closes: boolean
  readonly signals: AbortSignal[]
}
export const seen: Seen = { opened: 0, closed: 0, closes: true, signals: [] }

/** A channel that ignores its signal, and waits for an answer as long as it takes. */
export const lines = defineChannel<LineServer>({
  name: 'lines',
  targetKey: ({ address, port }) => `${address}:${port}`,
  open: (host) => {
    seen.opened++
    const streams = new Map<number, Promise<Duplex>>()
    const send = async ({ address, port }: LineServer, line: string): Promise<string> => {
      const opening = streams.get(port) ?? host.forward(address, port)
      streams.set(port, opening)
      const stream = await opening
      stream.write(`${line}\n`)
      const [answer] = (await once(stream, 'data')) as [Buffer]
      return answer.toString().trim()
    }
    return {
      ask: async (questions, signal) => {
        seen.signals.push(signal)
        const answers = questions.map(async (one) => [one, await send(one.on, `GET ${one.key}`)] as const)
        return new Map(await Promise.all(answers))
      },
      run: async ({ target, text }, signal) => {
        seen.signals.push(signal)
        const said = await send(target, text)
        return { code: 0, stdout: Buffer.from(said), stderr: Buffer.alloc(0) }
      },
      close: () => {
        seen.closed++
        return seen.closes ? Promise.resolve() : new Promise(() => {})
      },
    }
  },
})

export const value = readerOfOne({
  name: 'value',
  channel: lines,
  ask: (key) => `GET ${key}`,
  parse: ({ stdout }) => stdout.toString(),
  sees: () => [],
})

export const line = (text: string, target: LineServer): ChannelStep<LineServer> => ({
  channel: lines,
  target,
  text,
})

export const lineValue = defineModule({
  name: 'line_value',
  args: z.strictObject({
    on: z.strictObject({ address: z.string(), port: z.int() }),
    value: z.string(),
    key: z.string().default('colour'),
  }),
  probe: ({ on, key }) => ask(value, key, on),
  plan: ({ on, value: wanted }, now) =>
    now === wanted
      ? { changes: [] }
      : {
          changes: [{ what: 'colour', from: now, to: wanted }],
          leaves: [predict(value, 'colour', wanted, on)],
        },
  apply: ({ on, value: wanted }) => [line(`SET colour ${wanted}`, on)],
  touches: () => [],
})
