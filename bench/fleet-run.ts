import { text } from 'node:stream/consumers'
import { copy, defineInventory, definePlay, definePlaybook, file, pattern, shell, ssh } from '../lib/index.ts'
import { runPlaybook } from '../lib/run-playbook.ts'
import { type Hostile, hostile } from '../test/transport/faults/hostile.ts'
import type { Largest } from './largest-of.ts'

// One run of `npm run bench:fleet`, in a process of its own. Reads what to run from its standard input.

/** A host at which something is wrong. Where nothing is said here, the ssh config leads nowhere. */
export interface BadHost {
  readonly name: string
  readonly hostile?: Hostile | undefined
  /** Its link is lost in the middle of a change. */
  readonly lostInChange?: boolean
}

export interface FleetRun {
  /** With a folder for each host, and `begun`. */
  readonly folder: string
  readonly good: readonly string[]
  readonly bad: readonly BadHost[]
  /** The ssh config. */
  readonly config: string
}

export interface Measured extends Largest {
  /** Seconds until the last good host is done. */
  readonly goodS: number
  readonly allS: number
  readonly cpuS: number
  readonly mb: number
  /** Tasks that were done on good hosts. */
  readonly tasks: number
  /** Bad hosts that the run says something about. */
  readonly troubled: number
  readonly warnings: string
}

const { folder, good, bad, config } = JSON.parse(await text(process.stdin)) as FleetRun
const others = new Map(bad.map((one) => [one.name, one]))
const inventory = defineInventory({
  hosts: Object.fromEntries(
    // The bad ones are spread among the good ones.
    spread(good, [...others.keys()]).map((name) => {
      const conduct = others.get(name)?.hostile
      const connection = conduct === undefined ? ssh({ configFile: config }) : hostile(conduct)
      return [name, { address: '127.0.0.1', connection }]
    }),
  ),
})
const playbook = definePlaybook({
  description: 'fleet',
  plays: () => [
    definePlay({
      name: 'work',
      hosts: pattern('all'),
      become: false,
      tasks: ({ name }) => {
        const at = `${folder}/${name}`
        const lost = others.get(name)?.lostInChange === true
        const wait = lost ? `; : >${folder}/begun/${name}; while [ -e ${folder} ]; do sleep 1; done` : ''
        return [
          file('folder', { path: `${at}/made`, state: 'directory' }),
          ...[1, 2, 3, 4, 5].map((n) =>
            copy(`file ${n}`, { dest: `${at}/made/${n}`, content: `${name} ${n}\n` }),
          ),
          shell('once', { script: `: >${at}/once${wait}`, creates: `${at}/once` }),
          shell('say', { script: 'echo done' }),
        ]
      },
    }),
  ],
})
const started = performance.now()
const seconds = (): number => Math.round((performance.now() - started) / 100) / 10
let [goodS, tasks] = [0, 0]
const troubled = new Set<string>()
await runPlaybook({
  playbook,
  inventory,
  stateDir: folder,
  onEvent: (event) => {
    if (event.type === 'unreachable') {
      if (others.has(event.host)) troubled.add(event.host)
      else console.error(`${event.host}: ${event.error.message}`)
    }
    if (event.type !== 'task') return
    if (others.has(event.host)) {
      if (event.status === 'failed') troubled.add(event.host)
    } else if (event.status === 'failed') console.error(`${event.host}: ${event.error?.message}`)
    else {
      tasks += 1
      goodS = seconds()
    }
  },
})
const { user, system } = process.cpuUsage()
console.log(
  JSON.stringify({
    goodS,
    allS: seconds(),
    cpuS: Math.round((user + system) / 1e5) / 10,
    mb: Math.round(process.resourceUsage().maxRSS / 1000),
    tasks,
    troubled: troubled.size,
  }),
)

function spread(many: readonly string[], few: readonly string[]): string[] {
  const each = Math.ceil(many.length / (few.length + 1))
  return [...few, undefined].flatMap((one, i) => [
    ...many.slice(i * each, (i + 1) * each),
    ...(one === undefined ? [] : [one]),
  ])
}
