import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runPlaybook } from '../../lib/engine/run/run.ts'
import { defineInventory, definePlay, definePlaybook } from '../../lib/index.ts'
import type { Playbook } from '../../lib/playbook/playbook.ts'
import { openSecrets } from '../../lib/secrets/index.ts'
import { before } from '../work/states.ts'
import { SET, tasks } from '../work/tasks.ts'
import { writeTree } from '../work/tree.ts'
import { replayedTransport } from './replayed.ts'
import type { ManyHosts } from './results.ts'
import { type Sources, taskOf, writeSources } from './task-of.ts'

// A dry run of 100 tasks, in a process of its own: node many-hosts-run.js HOSTS
const hosts = Number(process.argv[2])
const TASKS = 100

const folder = mkdtempSync(join(tmpdir(), 'rp-many-hosts.'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const at = join(folder, 'srv')
mkdirSync(at)
const whole = tasks(Math.ceil(TASKS / SET) * SET)
writeTree(at, before(whole), process.getuid?.() ?? 0)
const sources: Sources = writeSources(folder)
writeFileSync(join(folder, 'package.json'), '{}')

const names = Array.from({ length: hosts }, (_, i) => `host-${i + 1}`)
const inventory = defineInventory({
  hosts: Object.fromEntries(names.map((name) => [name, { connection: 'local' as const }])),
})
const playbook = definePlaybook({
  description: 'Sets up a service',
  plays: () => [
    definePlay({
      name: 'service',
      hosts: 'all',
      become: false,
      tasks: ({ name }) => whole.slice(0, TASKS).map((work) => taskOf(work, at, name, sources)),
    }),
  ],
}) as Playbook

const { transport, close } = await replayedTransport()
const started = performance.now()
let ended = 0
const recap = await runPlaybook(
  {
    name: 'service',
    playbook,
    inventory,
    selection: { tags: [], skipTags: [] },
    extraVars: {},
    secrets: await openSecrets({ stateDir: folder, home: folder }),
    stateDir: folder,
  },
  {
    check: true,
    diff: true,
    batch: true,
    forks: 25,
    stop: new AbortController().signal,
    confirm: () => Promise.resolve(),
    emit: (event) => {
      if (event.type === 'task') ended += 1
    },
    transportOf: () => transport,
  },
)
const seconds = (performance.now() - started) / 1000
await close()
if (recap.exitCode !== 0 || ended !== hosts * TASKS)
  throw new Error(`${ended} tasks ended, not ${hosts * TASKS}; exit status ${recap.exitCode}`)
const { user, system } = process.cpuUsage()
const measured: ManyHosts = {
  hosts,
  tasks: TASKS,
  seconds,
  cpuS: (user + system) / 1e6,
  mb: Math.round(process.resourceUsage().maxRSS / 1000),
}
console.log(JSON.stringify(measured))
