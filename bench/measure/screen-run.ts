import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskEnded } from '../../lib/core/events.ts'
import { createReporter } from '../../lib/reporters/index.ts'
import type { ScreenCost } from './results.ts'

// What the screen of a run costs while tasks end on many hosts, in a process of its own: node screen-run.js HOSTS SECONDS
const [hosts = 0, seconds = 0] = process.argv.slice(2).map(Number)
/** Tasks that end in a second, on all hosts together. */
const TASKS_A_SECOND = 400
const EVERY_MS = 20

class Screen extends Writable {
  readonly isTTY = true
  readonly columns = 120
  readonly rows = 40

  override _write(_: Buffer, __: string, done: () => void): void {
    done()
  }
}

const names = Array.from({ length: hosts }, (_, i) => `host-${i + 1}`)
const count = Math.ceil(((seconds + 1) * TASKS_A_SECOND) / hosts)
const reporter = createReporter({ output: 'progress', stdout: new Screen(), stderr: new Screen(), env: {} })
reporter.handle({ type: 'run', playbook: 'service', mode: 'apply', hosts: names })
const taskCounts = Object.fromEntries(names.map((name) => [name, count]))
reporter.handle({ type: 'play', play: 'service', hosts: names, taskCounts })

/** The tasks that end by a moment. */
let told = 0
async function tellFor(ms: number): Promise<void> {
  const [begun, before] = [performance.now(), told]
  for (let past = 0; past < ms; past = performance.now() - begun) {
    for (; told - before < (past / 1000) * TASKS_A_SECOND; told++) reporter.handle(ended(told))
    await sleep(EVERY_MS)
  }
}

function ended(nth: number): TaskEnded {
  const [host, task] = [names[nth % hosts] ?? '', `task ${Math.floor(nth / hosts)}`]
  const more = { role: '', module: 'copy', durationMs: 5, at: 'service.ts:1' }
  return { type: 'task', play: 'service', host, task, status: 'ok', changes: [], ...more }
}

// The first second loads what draws.
await tellFor(1000)
const [before, begun] = [process.cpuUsage(), performance.now()]
await tellFor(seconds * 1000)
const { user, system } = process.cpuUsage(before)
const wallUs = (performance.now() - begun) * 1000
await reporter.finish()
const cost: ScreenCost = { hosts, tasksASecond: TASKS_A_SECOND, percent: (100 * (user + system)) / wallUs }
console.log(JSON.stringify(cost))
