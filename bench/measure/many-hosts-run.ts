import { runPlaybook } from '../../lib/engine/run/run.ts'
import { loadInventory, loadPlaybook } from '../../lib/cli/load.ts'
import { keepHeapSmall } from '../../lib/cli/small-heap.ts'
import { openSecrets } from '../../lib/secrets/index.ts'
import { replayedTransport } from './replayed.ts'
import type { ManyHosts } from './results.ts'

// A dry run of the project in the working folder, in a process of its own: node many-hosts-run.js TASKS
const tasks = Number(process.argv[2])
const folder = process.cwd()
const playbook = await loadPlaybook('service')
const inventory = await loadInventory()
const hosts = Object.keys(inventory.hosts).length

keepHeapSmall(hosts)
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
if (recap.exitCode !== 0 || ended !== hosts * tasks)
  throw new Error(`${ended} tasks ended, not ${hosts * tasks}; exit status ${recap.exitCode}`)
const { user, system } = process.cpuUsage()
const measured: ManyHosts = {
  hosts,
  tasks,
  seconds,
  cpuS: (user + system) / 1e6,
  mb: Math.round(process.resourceUsage().maxRSS / 1000),
}
console.log(JSON.stringify(measured))
