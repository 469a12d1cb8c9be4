import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parseDisk } from '../../../lib/cluster/facts/disk.ts'
import { parseAsks, parseServer } from '../../../lib/cluster/facts/server.ts'
import { parseSettings } from '../../../lib/cluster/facts/settings.ts'
import { parseContainers } from '../../../lib/cluster/facts/containers.ts'
import { readAnswer } from '../../../lib/cluster/report/answer.ts'
import { nodeStatus } from '../../../lib/cluster/report/node-status.ts'
import { parseReport } from '../../../lib/cluster/restore/order.ts'
import { parseFound } from '../../../lib/cluster/secrets/found.ts'
import { parseContents } from '../../../lib/cluster/status/contents.ts'
import { parseRepository, parseStanzas } from '../../../lib/pgbackrest/index.ts'
import { parseLsn } from '../../../lib/pgbackrest/lsn.ts'
import { parseExpiry } from '../../../lib/pgbackrest/modules/expire/reader.ts'
import { parseContainerState } from '../../../lib/postgres/modules/shared/container-state.ts'
import { byteReader } from '../../../lib/transport/shell/byte-reader.ts'
import { parseFrame, readFrame } from '../../../lib/transport/shell/replies.ts'
import { parseKnownHosts } from '../../../lib/transport/ssh/known-hosts.ts'
import { type Host, defineInventory } from '../../../lib/playbook/inventory.ts'
import { resolveHosts } from '../../../lib/playbook/hosts.ts'
import { often } from '../../support/often.ts'
import { BLIND } from './blind.ts'
import { spoiled } from './mutations.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures')
const fixtures = (folder: string, ending: string): string[] =>
  readdirSync(join(FIXTURES, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(FIXTURES, folder, name), 'utf8'))

const firstWords = (text: string): Map<string, string> =>
  new Map(text.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1).join(' ')]))

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIJ2yT4Rr7pTz3VxXn2vS8zTz3VxXn2vS8zTz3VxXn2vS'
const DISK = `disk primary
systemId 7301234567890123456
state 6
checkpoint 50331688
timeline 3
walTimeline 00000003
history 1@0/3000000 2@0/5000000
fence node-b since 2026-11-22`
const REPOSITORY = `folder /data/backups
as-of 1700000000
wal 17-1 000000010000000000000001 000000010000000000000009 1700000000 1700000000
history 17-1 00000002 1 0/3000000`
const STATE = `{"restarts":2,"state":{"ExitCode":1,"Status":"exited","StartedAt":"2026-11-22T20:17:42.907403865Z","FinishedAt":"2026-11-22T20:17:43Z","Health":{"Status":"unhealthy","Log":[{"Output":"no response"}]}}}
FATAL: the database system is starting up`
const NAMED = `named {"name":"postgres","image":"run-playbook/postgres:17","created":"2026-11-22T20:17:42Z","labels":{"a":"b"},"mounts":[{"Source":"/data/postgres"}]}`
const REPORTS = fixtures('../cluster/report/fixtures', '.txt')
const CONTENTS = JSON.stringify({
  at: 1,
  info: JSON.parse(fixtures('pgbackrest-2.45', 'full.json')[0] ?? ''),
  error: null,
  listing: REPOSITORY,
})
const HOSTS = resolveHosts(
  defineInventory({ hosts: { 'node-a': { address: '10.88.0.11' }, 'node-b': { address: '10.88.0.12' } } }),
)

interface Parser {
  /** What is really said. */
  readonly seeds: readonly string[]
  readonly read: (text: string) => unknown
  /** Never throws. */
  readonly calm?: true
}

/** Every program that reads what another machine says. */
const PARSERS: Readonly<Record<string, Parser>> = {
  'pgbackrest info': { seeds: fixtures('pgbackrest-2.45', '.json'), read: parseStanzas },
  'pgbackrest expire': { seeds: fixtures('pgbackrest-2.45', '.txt'), read: parseExpiry },
  'a repository': { seeds: [REPOSITORY], read: parseRepository, calm: true },
  'an LSN': { seeds: ['16/B374D848', '0/0', 'FFFFFFFF/FFFFFFFF'], read: parseLsn, calm: true },
  'a data directory': { seeds: [DISK], read: (text) => parseDisk(firstWords(text)) },
  'a node that reports': {
    seeds: REPORTS,
    read: (text) => nodeStatus(readAnswer(text), HOSTS[0] as Host, HOSTS.slice(1), 1_764_000_000_000),
    calm: true,
  },
  'a server': {
    seeds: REPORTS.flatMap((text) => text.split('\n').filter((line) => line.startsWith('facts {'))).map(
      (line) => line.slice(6),
    ),
    read: (text) => parseServer(text, false),
    calm: true,
  },
  'what a server asks for': {
    seeds: ['asks max_connections 200\nasks max_prepared_xacts 5'],
    read: (text) => parseAsks(text.split('\n')),
    calm: true,
  },
  'settings on disk': {
    seeds: ["ran 100 10 8 0 64\nwritten max_connections = '100' # why\naltered max_connections 256"],
    read: (text) => parseSettings(text.split('\n')),
    calm: true,
  },
  'a restore': {
    seeds: ['as=primary\nstate=done\nat=1700000000\ntimeline=3\nlsn=0/3000000'],
    read: (text) => parseReport(text.split('\n')),
    calm: true,
  },
  'secrets of a node': { seeds: ['superuser c2VjcmV0\nwireguard c2VjcmV0'], read: parseFound, calm: true },
  'contents of a repository': { seeds: [CONTENTS], read: (text) => parseContents(text, 'main') },
  'names of containers': {
    seeds: [NAMED],
    read: (text) =>
      parseContainers(text.split('\n'), { dataDir: '/data/postgres', backupDir: '/data/backups' }),
  },
  'the state of a container': { seeds: [STATE], read: (text) => parseContainerState(text.split('\n')) },
  known_hosts: {
    seeds: [
      `host,10.0.0.1 ssh-ed25519 ${KEY}`,
      `|1|c2FsdHNhbHQ=|aGFzaA== ssh-rsa ${KEY}`,
      `@revoked *.example.com ssh-ed25519 ${KEY}`,
      `[h*st]:22?2 ssh-ed25519 ${KEY}`,
    ],
    read: (text) => parseKnownHosts(text, 'host'.repeat(20), '/f'),
    calm: true,
  },
  'a frame': {
    seeds: [',0,1,3 ,0,0,4,0,2,2', ',0', ',137 ,0,12'],
    read: (text) =>
      parseFrame(
        text.split(' '),
        Array.from({ length: 8 }, () => ({ kind: 'probe' as const, script: '' })),
      ),
  },
}

describe('what another machine says', function () {
  this.timeout(3_600_000)
  for (const [name, { seeds, read, calm }] of Object.entries(PARSERS))
    it(`${name} is read, or refused in words`, () => {
      assert.ok(seeds.length > 0)
      const property = fc.property(spoiled(seeds), (text) => {
        try {
          read(text)
        } catch (error) {
          assert.ok(!calm, `it threw ${String(error)}`)
          assert.ok(error instanceof Error && !BLIND.has(error.constructor), `it stumbled: ${String(error)}`)
        }
        assert.equal(({} as { polluted?: unknown }).polluted, undefined)
      })
      fc.assert(property, { numRuns: often(10_000, 1_000_000, 'HOSTILE_RUNS') })
    })

  it('a stream of frames is read, or refused in words, whatever its pieces', async () => {
    const stream = spoiled([',0,1 ,3,0,0,4\nabcfour', ',0\n', ',0,0,0 ,1,1,1,1,1,1\nabcdef'])
    const scripts = Array.from({ length: 4 }, () => ({ kind: 'probe' as const, script: '' }))
    const property = fc.asyncProperty(stream, fc.integer({ min: 1, max: 50 }), async (text, size) => {
      const bytes = Buffer.from(text)
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      )
      const reader = byteReader(
        Object.assign(pieces.values(), {
          [Symbol.asyncIterator]: async function* () {
            yield* pieces
          },
        }),
      )
      let taken = 0
      try {
        const frame = parseFrame((await reader.line(1000)).split(' '), scripts)
        for await (const { stdout, stderr } of readFrame(frame, reader, scripts))
          taken += stdout.length + stderr.length
      } catch (error) {
        assert.ok(error instanceof Error && !BLIND.has(error.constructor), `it stumbled: ${String(error)}`)
      }
      assert.ok(taken <= bytes.length + 1000)
    })
    await fc.assert(property, { numRuns: often(3000, 300_000, 'HOSTILE_RUNS') })
  })
})
