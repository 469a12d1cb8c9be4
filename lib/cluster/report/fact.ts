import type { Fact } from '../../playbook/playbook.ts'
import { ask, mapProbe, readerOfOne } from '../../core/probe.ts'
import { EVERYTHING } from '../../core/resource.ts'
import { nodesOf } from '../nodes.ts'
import { hostVarsOf } from '../vars/host.ts'
import { type Answer, readAnswer } from './answer.ts'
import { statusScript } from './script.ts'

/** What a node says, and when it said so. */
export interface StatusFact {
  readonly answer: Answer
  /** Our own clock when the answer was there, in milliseconds. */
  readonly at: number
}

/** Asks a node how it is. What all nodes say decides what is wrong, whatever `--limit` selects. */
export const statusFact: Fact<StatusFact | undefined> = {
  hosts: nodesOf,
  probe: (host) => {
    const { dataDir, backupDir } = hostVarsOf(host)
    return mapProbe(ask(statusReader, JSON.stringify([dataDir, backupDir])), (answer) => ({
      answer,
      at: Date.now(),
    }))
  },
  unknown: undefined,
}

const statusReader = readerOfOne<Answer>({
  name: 'status',
  ask: (key) => {
    const [dataDir = '', backupDir = ''] = JSON.parse(key) as string[]
    return statusScript({ dataDir, backupDir })
  },
  parse: ({ stdout }) => readAnswer(stdout.toString()),
  sees: () => [EVERYTHING],
})
