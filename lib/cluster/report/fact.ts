import type { Fact } from '../../playbook/playbook.ts'
import { type Reader, ask, mapProbe } from '../../core/probe.ts'
import { type Answer, readAnswer } from './answer.ts'
import { statusScript } from './script.ts'

/** What a node says, and when it said so. */
export interface StatusFact {
  readonly answer: Answer
  /** Our own clock when the answer was there, in milliseconds. */
  readonly at: number
}

/** Asks a node how it is. Every node has a script of its own: its folders are its own affair. */
export const statusFact: Fact<StatusFact | undefined> = {
  probe: (host) => {
    const reader: Reader<Answer> = {
      name: 'status',
      channel: 'shell',
      ask: () => statusScript(host),
      parse: ({ stdout }, keys) => keys.map(() => readAnswer(stdout.toString())),
      sees: () => ['**'],
    }
    return mapProbe(ask(reader, ''), (answer) => ({ answer, at: Date.now() }))
  },
  unknown: undefined,
}
