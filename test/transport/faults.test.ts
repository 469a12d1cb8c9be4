import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent } from '../../lib/core/events.ts'
import { runPlaybook } from '../../lib/engine/run/run.ts'
import { copy, file, shell } from '../../lib/modules/index.ts'
import { defineInventory } from '../../lib/playbook/inventory.ts'
import { pattern } from '../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../lib/playbook/playbook.ts'
import { openSecrets } from '../../lib/secrets/index.ts'
import { createTransport, ssh } from '../../lib/transport/index.ts'
import { install } from '../support/install.ts'
import { FAULTS, connectionOf, nameOf, sshBlocks } from './faults/faults.ts'
import { PAGE, faultsPage } from './faults/page.ts'
import { listen } from './faults/sockets.ts'
import { type Sshd, USER, freePort, keygen, publicKey, startSshd } from './sshd.ts'

const GOOD = Array.from({ length: 10 }, (_, i) => `good-${i + 1}`)

describe('a run of hosts that are at fault, beside ten that are well', function () {
  this.timeout(300_000)
  let sshd: Sshd
  let listeners: Awaited<ReturnType<typeof listen>>
  let folder: string
  let events: RunEvent[]

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    for (const [path, name] of Object.entries({ fish: 'fish', tcsh: 'tcsh', zsh: 'zsh' }))
      install(`/usr/bin/${path}`, name)
    install('/bin/busybox', 'busybox')
    folder = mkdtempSync(join(tmpdir(), 'rp-faults.'))
    process.env['RP_FAULTS'] = folder
    chmodSync(folder, 0o755)
    for (const name of [...GOOD, ...FAULTS.map((_, i) => nameOf(i))]) {
      mkdirSync(join(folder, name))
      chmodSync(join(folder, name), 0o777)
    }
    sshd = await startSshd()
    keygen(join(sshd.dir, 'other'), 'ed25519')
    keygen(join(sshd.dir, 'locked'), 'ed25519', 'passphrase')
    writeFileSync(
      join(sshd.dir, 'other_hosts'),
      `[127.0.0.1]:${sshd.port} ${publicKey(join(sshd.dir, 'other'))}\n`,
    )
    listeners = await listen()
    events = await run()
  })
  after(async () => {
    delete process.env['RP_FAULTS']
    listeners?.close()
    await sshd?.stop()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  async function run(): Promise<RunEvent[]> {
    const seen: RunEvent[] = []
    const block = sshBlocks({ DIR: sshd.dir, FREE: await freePort() }, listeners.ports)
    const sshConfigFile = sshd.sshConfig(block)
    const withoutKeys = join(folder, 'ssh_config')
    const rest = `HostName 127.0.0.1\n  Port ${sshd.port}\n  User ${USER}\n  IdentityAgent none\n  UserKnownHostsFile ${sshd.dir}/known_hosts`
    writeFileSync(withoutKeys, `${block}Host *\n  ${rest}\n`)
    const bad = Object.fromEntries(
      FAULTS.map((fault, i) => [
        nameOf(i),
        { address: '127.0.0.1', connection: connectionOf(fault, withoutKeys) },
      ]),
    )
    const good = Object.fromEntries(GOOD.map((name) => [name, { address: '127.0.0.1', connection: ssh() }]))
    const asRoot = new Set(FAULTS.flatMap(({ become }, i) => (become === true ? [nameOf(i)] : [])))
    const playbook = definePlaybook({
      description: 'test',
      plays: () => [
        definePlay({
          name: 'work',
          hosts: pattern('all'),
          become: false,
          tasks: (host) => [
            shell(
              'greet',
              { script: 'echo "hello from $0"; : "${HOME:?}"' },
              { become: asRoot.has(host.name) },
            ),
            file('folder', { path: `${folder}/${host.name}/made`, state: 'directory' }),
            copy('file', {
              dest: `${folder}/${host.name}/made/file`,
              content: `of ${host.name}\n`.repeat(1000),
            }),
            shell('other', { script: `echo done >${folder}/${host.name}/done` }),
          ],
        }),
      ],
    }) as Playbook
    const transport = createTransport({ sshConfigFile, patience: 10, lockWait: 2 })
    await runPlaybook(
      {
        name: 'test',
        playbook,
        inventory: defineInventory({ hosts: { ...good, ...bad } }),
        selection: { tags: [], skipTags: [] },
        limit: undefined,
        extraVars: {},
        secrets: await openSecrets({ stateDir: folder, home: folder }),
        stateDir: folder,
        startAtTask: undefined,
        resume: undefined,
      },
      {
        check: false,
        diff: false,
        batch: true,
        stop: new AbortController().signal,
        stopNow: undefined,
        step: undefined,
        forks: 25,
        confirm: () => Promise.resolve(),
        emit: (event) => seen.push(event),
        watch: undefined,
        transportOf: () => transport,
      },
    )
    return seen
  }

  const outcomeOf = (host: string): string => {
    const of = events.filter((event) => 'host' in event && event.host === host)
    for (const event of of) {
      if (event.type === 'unreachable') return `unreachable ${event.error.code}`
      if (event.type === 'task' && event.status === 'failed') return `failed ${event.error?.code}`
    }
    return of.filter(({ type }) => type === 'task').length === 4 ? 'done' : 'not done'
  }

  it('does all of the work on those that are well', () => {
    for (const name of GOOD) {
      assert.equal(
        outcomeOf(name),
        'done',
        JSON.stringify(events.filter((event) => 'host' in event && event.host === name)),
      )
      assert.equal(readFileSync(join(folder, name, 'made/file'), 'utf8'), `of ${name}\n`.repeat(1000))
      assert.equal(readFileSync(join(folder, name, 'done'), 'utf8'), 'done\n')
    }
  })

  for (const [i, { that, outcome }] of FAULTS.entries())
    it(`a host that ${that}: ${outcome}`, () => {
      const name = nameOf(i)
      const said = events.filter((event) => 'host' in event && event.host === name && event.type !== 'host')
      assert.equal(outcomeOf(name), outcome, JSON.stringify(said, null, 1).slice(0, 2000))
      // What a host of this machine has of it is whole, or is not there.
      const path = join(folder, name, 'made/file')
      if (existsSync(path)) assert.equal(readFileSync(path, 'utf8').length, `of ${name}\n`.length * 1000)
    })

  it('ends with the status of both kinds, and tells of every host', () => {
    const recap = events.at(-1)
    assert(recap?.type === 'recap')
    assert.equal(recap.exitCode, 6)
    assert.equal(Object.keys(recap.hosts).length, GOOD.length + FAULTS.length)
    assert.ok(FAULTS.length >= 40, `${FAULTS.length} faults`)
  })

  it(`is what ${PAGE} says`, async () => {
    const page = await faultsPage()
    if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(PAGE, page)
    assert.equal(readFileSync(PAGE, 'utf8'), page)
  })
})
