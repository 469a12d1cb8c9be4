import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  copy,
  defineInventory,
  definePlay,
  definePlaybook,
  file,
  local,
  pattern,
  shell,
  ssh,
} from '../lib/index.ts'
import { runPlaybook } from '../lib/run-playbook.ts'
import { HOSTILE, hostile } from '../test/transport/faults/hostile.ts'
import { listen } from '../test/transport/faults/sockets.ts'

// usage: npm run bench:fleet [-- HOSTS]   (1000 by default; a tenth of them is at fault)
// How long the good ones of many hosts take beside bad ones, and by themselves; and how much memory the run takes. The good ones
// are shells of this machine; the bad ones refuse connections, are silent, are slow, or answer with nonsense.
const [count = '1000', mode] = process.argv.slice(2)
const BAD = Math.round(Number(count) / 10)
const GOOD = Number(count) - BAD

if (mode === undefined) {
  const alone = await measure('alone')
  const mixed = await measure('mixed')
  console.log(`
| ${GOOD} good hosts, 8 tasks each | alone | beside ${BAD} bad ones |
|---|---|---|
| the good ones are done after | ${alone.goodS} s | ${mixed.goodS} s |
| the run ends after | ${alone.allS} s | ${mixed.allS} s |
| processor time | ${alone.cpuS} s | ${mixed.cpuS} s |
| most memory of the run itself | ${alone.mb} MB | ${mixed.mb} MB |
| tasks done on good hosts | ${alone.tasks} | ${mixed.tasks} |
| said by Node itself | ${alone.warnings || 'nothing'} | ${mixed.warnings || 'nothing'} |`)
} else {
  await run(mode === 'mixed')
}

interface Measured {
  readonly goodS: number
  readonly allS: number
  readonly cpuS: number
  readonly mb: number
  readonly tasks: number
  readonly warnings: string
}

/** A process of its own for each, because of the memory. */
async function measure(which: string): Promise<Measured> {
  const child: ChildProcess = spawn(
    process.execPath,
    [...process.execArgv, import.meta.filename, count, which],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  return JSON.parse(text) as Measured
}

async function run(mixed: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rp-fleet.'))
  const listeners = await listen()
  const ways = [
    'Port 1',
    `Port ${listeners.ports['accepts the connection and sends nothing']}`,
    `Port ${listeners.ports['sends one character at a time, forever']}`,
  ]
  const bad = Array.from({ length: mixed ? BAD : 0 }, (_, i) => ({
    name: `bad-${i}`,
    ssh: ways[i % (ways.length + 1)],
    connection: hostile(HOSTILE[i % HOSTILE.length]!),
  }))
  const config = join(folder, 'ssh_config')
  const blocks = bad.map(({ name, ssh: way }) => `Host ${name}\n  HostName 127.0.0.1\n  ${way ?? ''}\n`)
  writeFileSync(config, blocks.join(''))
  const good = Array.from({ length: GOOD }, (_, i) => `good-${i}`)
  for (const name of good) mkdirSync(join(folder, name))
  const inventory = defineInventory({
    hosts: {
      ...Object.fromEntries(good.map((name) => [name, { connection: local() }])),
      ...Object.fromEntries(
        bad.map(({ name, ssh: way, connection }) => [
          name,
          { address: '127.0.0.1', connection: way === undefined ? connection : ssh({ configFile: config }) },
        ]),
      ),
    },
  })
  const playbook = definePlaybook({
    description: 'fleet',
    plays: () => [
      definePlay({
        name: 'work',
        hosts: pattern('all'),
        become: false,
        tasks: ({ name }) => {
          const at = join(folder, name)
          return [
            file('folder', { path: `${at}/made`, state: 'directory' }),
            ...[1, 2, 3, 4, 5].map((n) =>
              copy(`file ${n}`, { dest: `${at}/made/${n}`, content: `${name} ${n}\n` }),
            ),
            shell('once', { script: `: >${at}/once`, creates: `${at}/once` }),
            shell('say', { script: 'echo done' }),
          ]
        },
      }),
    ],
  })
  const warnings: string[] = []
  process.on('warning', (warning) => warnings.push(warning.message))
  let mb = 0
  const watch = setInterval(() => (mb = Math.max(mb, process.memoryUsage.rss() / 1e6)), 100)
  const started = performance.now()
  const seconds = (): number => Math.round((performance.now() - started) / 100) / 10
  let [goodS, tasks] = [0, 0]
  try {
    await runPlaybook({
      playbook,
      inventory,
      stateDir: folder,
      lockWait: 600,
      onEvent: (event) => {
        if (event.type !== 'task' || !event.host.startsWith('good') || event.status === 'failed') return
        tasks += 1
        goodS = seconds()
      },
    })
    const { user, system } = process.cpuUsage()
    const allS = seconds()
    const measured: Measured = {
      goodS,
      allS,
      cpuS: Math.round((user + system) / 1e5) / 10,
      mb: Math.round(mb),
      tasks,
      warnings: warnings.join('; '),
    }
    console.log(JSON.stringify(measured))
  } finally {
    clearInterval(watch)
    listeners.close()
    rmSync(folder, { recursive: true })
  }
}
