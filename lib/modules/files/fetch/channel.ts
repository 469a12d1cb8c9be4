import * as z from '../../../core/lazy-zod.ts'
import { UserError } from '../../../core/errors.ts'
import type { Reply } from '../../../core/probe.ts'
import {
  type ChannelQuestion,
  type ChannelStep,
  type OpenChannel,
  type QuestionChannel,
  defineChannel,
} from '../../../core/reader.ts'
import { lookAt } from './look.ts'
import { Receiver } from './receiver.ts'
import { type Target, placeOf } from './target.ts'

const order = z.union([
  z.object({ does: z.literal('add'), piece: z.number(), atMost: z.number() }),
  z.object({ does: z.literal('keep'), sha256: z.string().optional() }),
])

/** What is to be done with what the step before it read: the piece of this number, from 0 on; at last all is kept. */
export type Order = z.output<typeof order>

/**
 * The machine that run-playbook runs on, as a channel of each host: it knows the host's name, and the steps of a change come to it
 * one by one, with what the host printed.
 */
export const operatorMachine: QuestionChannel<Target> = defineChannel<Target>({
  name: 'your machine',
  targetKey: (target) => JSON.stringify(target),
  open: ({ name }) => openMachine(name),
})

export const receive = (target: Target, what: Order): ChannelStep<Target> => ({
  channel: operatorMachine,
  target,
  text: JSON.stringify(what),
  explains: true,
})

function openMachine(host: string): OpenChannel<Target> {
  let receiving: Receiver | undefined

  const discard = async (): Promise<void> => {
    const left = receiving
    receiving = undefined
    await left?.discard()
  }
  const answer = async ({ on, reader, key }: ChannelQuestion<Target>): Promise<unknown> => {
    const stdout = Buffer.from(JSON.stringify(await lookAt(placeOf(host, on))))
    return reader.parse({ code: 0, stdout, stderr: NOTHING }, [key])[0]
  }
  const obey = async (target: Target, what: Order, passed: Buffer): Promise<void> => {
    if (what.does === 'keep') {
      await receiving?.keep(what.sha256)
      receiving = undefined
      return
    }
    if (what.piece === 0) {
      await discard()
      receiving = await Receiver.begin(placeOf(host, target), `${host} ${target.src}`)
    }
    if (passed.length > what.atMost)
      throw new Error(`${host} sent more of ${target.src} than it was asked for`)
    await receiving?.add(passed)
  }
  return {
    ask: async (questions) => {
      const answers = new Map<ChannelQuestion, unknown>()
      for (const question of questions)
        answers.set(question, await answer(question).catch((error: unknown) => error))
      return answers
    },
    run: async ({ target, text }: ChannelStep<Target>, signal, passed = NOTHING): Promise<Reply> => {
      try {
        await obey(target, order.parse(JSON.parse(text)), passed)
        signal.throwIfAborted()
      } catch (error) {
        await discard()
        return { code: 1, stdout: NOTHING, stderr: Buffer.from(reason(error)) }
      }
      return { code: 0, stdout: NOTHING, stderr: NOTHING }
    },
    close: discard,
  }
}

/** The last line is what is told first. */
const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error instanceof UserError && error.hint !== undefined
    ? `${error.hint}\n${error.message}`
    : error.message
}

const NOTHING = Buffer.alloc(0)
