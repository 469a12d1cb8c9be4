import { parseArgs } from 'node:util'
import type { Kept } from './measure/record.ts'
import { TOOLS } from './tools/index.ts'
import { SET } from './work/tasks.ts'

const USUAL = ['starts', 'many-hosts', 'screen', 'runs'] as const
const PARTS = [...USUAL, 'profile'] as const
export type Part = (typeof PARTS)[number]

export interface BenchOptions extends Kept {
  readonly parts: readonly Part[]
  readonly tasks: readonly number[]
  readonly hosts: readonly number[]
  readonly delays: readonly number[]
  readonly tools: readonly string[]
  readonly times: number
  /** Seconds that all rounds of a tool in one phase of a cell may take. */
  readonly rounds: number
  /** Seconds that one run of a tool may take that is only compared with. */
  readonly patience: number
  /** After so many, nothing new is begun. */
  readonly minutes: number
  readonly manyHosts: readonly number[]
}

const USAGE = `usage: npm run bench -- [PART …] [OPTION …]

Measures run-playbook and other tools on SSH servers that it starts on this machine, and writes bench/results/run.json,
the tables of docs/speed.md and docs/images/speed.svg. It needs root on Linux; on Debian it installs sshd, Ansible and
Mitogen. The results are written after each cell: a number of tasks, of hosts, and a delay. Those that the goals are
about come first.

Parts (default: the first four):
  starts        what starting the program costs
  many-hosts    time and memory of a dry run on very many hosts that answer at once
  screen        what the screen costs while tasks end on a hundred hosts
  runs          first run, no-op and dry run, by tasks, hosts and delay
  profile       prints where the time of a no-op goes, and writes nothing

Options:
  --tasks 30,300          multiples of ${SET}
  --hosts 3,10,50
  --delay 0,20,100        round trip time, in milliseconds
  --tools NAME,NAME       ${TOOLS.map(({ name }) => name).join(', ')}; those that are not installed are left out
  --times 5               rounds; the tables show medians
  --rounds 25             seconds that all rounds of a tool may take for one phase of a cell; there is at least one
  --patience 60           Ansible, Mitogen and pyinfra are ended when a run takes longer, in seconds, and left out where
                          there is as much to do or more
  --minutes 50            then no cell is begun any more; one takes up to five
  --many-hosts 100,300,1000
  --keep                  keep earlier results of what is not measured now
  --resume                keep them, and measure only what is missing
  --tables                measure nothing; write the page from bench/results/run.json
`

/** @returns undefined where only the help is wanted, and 'tables' where only the page is */
export function readOptions(argv: readonly string[]): BenchOptions | 'tables' | undefined {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      tasks: { type: 'string', default: '30,300' },
      hosts: { type: 'string', default: '3,10,50' },
      delay: { type: 'string', default: '0,20,100' },
      tools: { type: 'string', default: TOOLS.map(({ name }) => name).join() },
      times: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '25' },
      patience: { type: 'string', default: '60' },
      minutes: { type: 'string', default: '50' },
      'many-hosts': { type: 'string', default: '100,300,1000' },
      keep: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      tables: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return undefined
  }
  if (values.tables) return 'tables'
  const parts = positionals.length === 0 ? USUAL : PARTS.filter((part) => positionals.includes(part))
  const unknown = positionals.find((name) => !PARTS.some((part) => part === name))
  if (unknown !== undefined) throw new Error(`there is no part ${unknown}: ${PARTS.join(', ')}`)
  const tools = values.tools.split(',')
  const stranger = tools.find((name) => !TOOLS.some((tool) => tool.name === name))
  if (stranger !== undefined) throw new Error(`there is no tool ${stranger}: see --help`)
  const tasks = numbers('tasks', values.tasks)
  if (tasks.some((count) => count % SET !== 0)) throw new Error(`--tasks takes multiples of ${SET}`)
  const one = (option: 'times' | 'rounds' | 'patience' | 'minutes'): number =>
    numbers(option, values[option])[0] ?? 1
  return {
    parts,
    tasks,
    hosts: numbers('hosts', values.hosts),
    delays: numbers('delay', values.delay, 0),
    tools,
    times: one('times'),
    rounds: one('rounds'),
    patience: one('patience'),
    minutes: one('minutes'),
    manyHosts: numbers('many-hosts', values['many-hosts']),
    keep: values.keep,
    resume: values.resume,
  }
}

function numbers(option: string, text: string, least = 1): number[] {
  const all = text.split(',').map(Number)
  if (all.some((one) => !Number.isInteger(one) || one < least))
    throw new Error(`--${option} takes numbers from ${least}, such as ${least},${least + 10}: not ${text}`)
  return all.toSorted((a, b) => a - b)
}
