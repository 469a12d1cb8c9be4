import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { TaskEnded } from '../../../lib/core/events.ts'
import { defineModule } from '../../../lib/core/module.ts'
import { known } from '../../../lib/core/probe.ts'
import { Secret } from '../../../lib/core/secret.ts'
import type { TaskList } from '../../../lib/core/task.ts'
import { copy, file, lineinfile, shell } from '../../../lib/modules/index.ts'
import type { Host } from '../../../lib/playbook/inventory.ts'
import { localTransport } from '../../../lib/transport/index.ts'
import type { Transport } from '../../../lib/transport/transport.ts'
import { z } from 'zod'
import { often } from '../../support/often.ts'
import { type How, runLocal } from '../../support/run-local.ts'

/** In the arguments of all hosts: each has a folder of its own in its place, with a name that is as long. */
const ANY = 'any--0'
const HOSTS = ['host-1', 'host-2', 'host-3']

/** Hosts that see their own folder where the tasks say {@link ANY}. */
function foldersOf(root: string): Transport {
  const real = localTransport({ lock: false })
  return {
    connect: async (host, signal) => {
      const connection = await real.connect(host, signal)
      const [any, own] = [join(root, ANY), join(root, host.name)]
      const there = (text: string): string => text.replaceAll(any, own)
      const back = (bytes: Buffer): Buffer =>
        Buffer.from(bytes.toString('latin1').replaceAll(own, any), 'latin1')
      return {
        serverAddress: undefined,
        roundTrips: 1,
        exchange: async (scripts, options) => {
          const here = scripts.map((one) => ({ ...one, script: there(one.script) }))
          const replies = await connection.exchange(here, options)
          return replies.map(({ code, stdout, stderr }) => ({
            code,
            stdout: back(stdout),
            stderr: back(stderr),
          }))
        },
        forward: () => Promise.reject(new Error('no')),
        countRoundTrip: () => {},
        stop: () => connection.stop(),
        close: () => connection.close(),
      }
    },
  }
}

type Wish = 'folder' | 'file' | 'own file' | 'line' | 'absent' | 'shell' | 'command'

const tasks =
  (root: string, wishes: readonly Wish[]) =>
  ({ name: host }: Host): TaskList => {
    const at = join(root, ANY, 'a')
    return wishes.map((wish, i) => {
      const name = `${i} ${wish}`
      if (wish === 'folder') return file(name, { path: at, state: 'directory', force: true })
      if (wish === 'file') return copy(name, { dest: join(at, 'b'), content: 'x\n', mode: '0644' })
      if (wish === 'own file') return copy(name, { dest: join(root, ANY, 'c'), content: `${host}\n` })
      if (wish === 'line') return lineinfile(name, { path: join(root, ANY, 'c'), line: 'one', create: true })
      if (wish === 'absent') return file(name, { path: at, state: 'absent' })
      if (wish === 'shell') return shell(name, { script: `echo > ${join(root, ANY, 'd')}`, creates: at })
      return shell(name, { script: `cat ${join(root, ANY, 'c')}` }, { ignoreErrors: true })
    })
  }

const drift = fc.subarray(['a', 'a/b', 'c', 'd'])

function playground(drifts: readonly (readonly string[])[]): string {
  const root = mkdtempSync(join(tmpdir(), 'shared-'))
  drifts.forEach((there, i) => {
    const own = join(root, HOSTS[i] ?? '')
    mkdirSync(own)
    if (there.includes('a/b')) mkdirSync(join(own, 'a'))
    for (const path of there) {
      if (path !== 'a' || !there.includes('a/b')) writeFileSync(join(own, path), `${path}\n`)
    }
  })
  return root
}

const listing = (root: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const one = statSync(join(root, name))
      return `${name} ${one.mode.toString(8)} ${one.isFile() ? readFileSync(join(root, name), 'utf8') : ''}`
    })

/** What was told of each host, but for what takes time and where it was. */
const told = (events: readonly TaskEnded[], root: string): string[] =>
  HOSTS.flatMap((host) => events.filter((one) => one.host === host)).map((one) =>
    JSON.stringify({ ...one, durationMs: 0 })
      .replaceAll(root, '')
      // Made of the whole path.
      .replace(/\.run-playbook-[0-9a-f]{12}/g, ''),
  )

async function oneByOne(root: string, wishes: readonly Wish[], how: How): Promise<TaskEnded[]> {
  const all: TaskEnded[] = []
  for (const limit of HOSTS) all.push(...(await run(root, wishes, { ...how, limit })).tasks)
  return all
}

const run = (root: string, wishes: readonly Wish[], how: How) =>
  runLocal(tasks(root, wishes), { hosts: HOSTS.length, diff: true, transport: foldersOf(root), ...how })

describe('hosts that have tasks in common', function () {
  this.timeout(900_000)

  it('are told of and changed as if each were the only one, whatever they have in common', async () => {
    const wish = fc.constantFrom<Wish>('folder', 'file', 'own file', 'line', 'absent', 'shell', 'command')
    const example = fc.tuple(fc.tuple(drift, drift, drift), fc.array(wish, { minLength: 1, maxLength: 6 }))
    await fc.assert(
      fc.asyncProperty(example, async ([drifts, wishes]) => {
        const [together, alone] = [playground(drifts), playground(drifts)]
        try {
          for (const how of [{ check: true }, { check: true, batch: false }, {}]) {
            const all = await run(together, wishes, how)
            const each = await oneByOne(alone, wishes, how)
            assert.deepEqual(told(all.tasks, together), told(each, alone))
            assert.deepEqual(listing(together), listing(alone))
          }
        } finally {
          for (const root of [together, alone]) rmSync(root, { recursive: true, force: true })
        }
      }),
      { numRuns: often(2, 30) },
    )
  })

  it('share one plan and one diff where they answer the same, and no other host does', async () => {
    const root = playground([['c'], ['c'], []])
    for (let i = 4; i < 10; i++) mkdirSync(join(root, `host-${i}`))
    try {
      const { tasks: ended } = await runLocal(
        () => [copy('file', { dest: join(root, ANY, 'c'), content: 'x\n' })],
        { hosts: 9, forks: 1, slowMs: 60_000, check: true, diff: true, transport: foldersOf(root) },
      )
      const [, second, third] = HOSTS.map((host) => ended.find((one) => one.host === host))
      assert.notDeepEqual(second?.changes, third?.changes)
      assert.notDeepEqual(second?.diffs, third?.diffs)
      const bare = ended.filter(({ host }) => Number(host.slice(5)) > 3)
      assert.equal(new Set(bare.map(({ changes }) => changes)).size, 1)
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })

  it('get no secret of another host', async () => {
    const secrets = HOSTS.map((host) => new Secret('password', `the password of ${host}`))
    const root = playground([[], [], []])
    try {
      const list = ({ name }: Host) => [
        copy('secret', { dest: join(root, ANY, 'c'), content: secrets[HOSTS.indexOf(name)] ?? '' }),
      ]
      const { tasks: ended } = await runLocal(list, {
        hosts: 3,
        forks: 1,
        slowMs: 60_000,
        transport: foldersOf(root),
      })
      assert.equal(JSON.stringify(ended).includes('the password of'), false)
      for (const host of HOSTS)
        assert.equal(readFileSync(join(root, host, 'c'), 'utf8'), `the password of ${host}`)
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })

  it('are asked by a module as often as they differ', async () => {
    const plans: string[] = []
    const greet = defineModule({
      name: 'greet',
      args: z.strictObject({ whom: z.string() }),
      probe: () => known(undefined),
      plan: ({ whom }) => {
        plans.push(whom)
        return { changes: [{ what: 'greeting', to: whom }] }
      },
      apply: () => [],
      touches: () => [],
    })
    const list = ({ name }: Host) => [greet('all', { whom: 'all' }), greet('one', { whom: name })]
    await runLocal(list, { hosts: 9, forks: 1, slowMs: 60_000, check: true })
    // The first host has nobody to share with, and the second one makes what the others get.
    assert.equal(plans.filter((whom) => whom === 'all').length, 2)
    assert.equal(new Set(plans).size, 10)
  })
})
