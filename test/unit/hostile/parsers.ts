import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import { parseDisk } from '../../../lib/cluster/facts/disk.ts'
import { parseAsks, parseServer } from '../../../lib/cluster/facts/server.ts'
import { parseSettings } from '../../../lib/cluster/facts/settings.ts'
import { parseContainers } from '../../../lib/cluster/facts/containers.ts'
import { readAnswer } from '../../../lib/cluster/report/answer.ts'
import { nodeStatus } from '../../../lib/cluster/report/node-status.ts'
import { parseOrder, parseReport } from '../../../lib/cluster/restore/order.ts'
import { draftOf } from '../../../lib/cluster/adopt/draft.ts'
import { parseLiving } from '../../../lib/cluster/adopt/living.ts'
import { nodeFact } from '../../../lib/cluster/facts/node.ts'
import { parseUpgrade } from '../../../lib/cluster/upgrade/fact.ts'
import { parseRehearsal } from '../../../lib/cluster/upgrade/rehearsal.ts'
import { parseFound } from '../../../lib/cluster/secrets/found.ts'
import { parseContents } from '../../../lib/cluster/status/contents.ts'
import { statusSchema } from '../../../lib/cluster/status/schema.ts'
import { parseObjectStore } from '../../../lib/cluster/status/object-store.ts'
import { parseStateFile } from '../../../lib/cluster/status/state-files.ts'
import { parseLag } from '../../../docker/status/http/health-checks.ts'
import { parseRepository, parseStanzas } from '../../../lib/pgbackrest/index.ts'
import { parseLsn } from '../../../lib/pgbackrest/lsn.ts'
import { parseExpiry } from '../../../lib/pgbackrest/modules/expire/reader.ts'
import { parseAnswer } from '../../../lib/modules/network/uri/answer.ts'
import { parseRule } from '../../../lib/modules/network/ufw/rule.ts'
import { parseContainerState } from '../../../lib/postgres/modules/shared/container-state.ts'
import { fits, parseBundle, parseLoneCertificate } from '../../../lib/secrets/certificate.ts'
import { signingPublicKey } from '../../../lib/secrets/signing.ts'
import { wireguardPublicKey } from '../../../lib/secrets/wireguard.ts'
import { parseFrame } from '../../../lib/transport/shell/replies.ts'
import { parseHop } from '../../../lib/transport/ssh/hop.ts'
import { parseKnownHosts } from '../../../lib/transport/ssh/known-hosts.ts'
import { printedOptions } from '../../../lib/transport/ssh/options.ts'
import { splitWords } from '../../../lib/transport/ssh/words.ts'
import { type Host, defineInventory } from '../../../lib/playbook/inventory.ts'
import { resolveHosts } from '../../../lib/playbook/hosts.ts'
import { fixtures } from './recorded.ts'
import { SAID, SSH_G, STATUS } from './said.ts'
import { AUTHORITY, BUNDLE, DER, HOLDER, SIGNING_KEY, pemOf } from './pem.ts'

const firstWords = (text: string): Map<string, string> =>
  new Map(text.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1).join(' ')]))

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIJ2yT4Rr7pTz3VxXn2vS8zTz3VxXn2vS8zTz3VxXn2vS'
const SAID_OF_STORE = `repository 1 object-store
clock 1795492366
encrypted
folder 20261124-020000F
wal 17-1 000000010000000000000003 000000010000000000000005 1795492000 1795492300
end
`
const CONTENTS = JSON.stringify({
  at: 1,
  info: JSON.parse(fixtures('pgbackrest-2.45', 'full.json')[0] ?? ''),
  error: null,
  listing: SAID.repository,
})
const HOSTS = resolveHosts(
  defineInventory({ hosts: { 'node-a': { address: '10.88.0.11' }, 'node-b': { address: '10.88.0.12' } } }),
)

/** The inventory that is made of what a node says, run where nothing can be called: it is data, whatever the node says. */
function adoptedInventory(said: string): unknown {
  const [host] = HOSTS
  assert.ok(host)
  const { text, vars } = draftOf([{ host, living: parseLiving(said), fact: nodeFact.unknown }], () => true)
  const body = text.slice(text.indexOf('\n// Written'), text.lastIndexOf('\nexport default inventory'))
  const empty = Object.assign(Object.create(null) as object, {
    defineInventory: (inventory: unknown) => inventory,
    nodeVars: {},
  })
  const made = JSON.parse(JSON.stringify(runInNewContext(`${body};inventory`, empty))) as Made
  assert.deepEqual(made.groups.postgres.vars, { rolling: 'later', ...vars.group })
  return made
}

interface Made {
  readonly groups: { readonly postgres: { readonly vars: object } }
}

export interface Parser {
  /** What is really said. */
  readonly seeds: readonly string[]
  readonly read: (text: string) => unknown
  /** Never throws. */
  readonly calm?: true
  /** It takes a millisecond: fewer cases are tried. */
  readonly slow?: true
}

/** Every program that reads what another machine says, besides the readers of tasks and facts. */
export const PARSERS: Readonly<Record<string, Parser>> = {
  'pgbackrest info': { seeds: fixtures('pgbackrest-2.45', '.json'), read: parseStanzas },
  'pgbackrest expire': { seeds: fixtures('pgbackrest-2.45', '.txt'), read: parseExpiry },
  'a rule of ufw': {
    seeds: ['route:allow_log tcp 80,443 10.0.0.0/8 any 0.0.0.0/0 Nginx%20Full - in_eth0!out_eth1 comment=78'],
    read: parseRule,
    calm: true,
  },
  'a repository': { seeds: [SAID.repository], read: parseRepository, calm: true },
  'an LSN': { seeds: ['16/B374D848', '0/0', 'FFFFFFFF/FFFFFFFF'], read: parseLsn, calm: true },
  'a data directory': { seeds: [SAID.disk], read: (text) => parseDisk(firstWords(text)) },
  'a node that reports': {
    slow: true,
    seeds: SAID.reports,
    read: (text) => nodeStatus(readAnswer(text), HOSTS[0] as Host, HOSTS.slice(1), 1_764_000_000_000),
    calm: true,
  },
  'a server': { seeds: SAID.servers, read: (text) => parseServer(text, false), calm: true },
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
  'the order of a restore': { seeds: [SAID.order], read: parseOrder, calm: true },
  'a rehearsal': { seeds: [SAID.rehearsal], read: parseRehearsal, calm: true },
  'an upgrade': { seeds: [SAID.upgrade], read: parseUpgrade, calm: true },
  'secrets of a node': { seeds: ['superuser c2VjcmV0\nwireguard c2VjcmV0'], read: parseFound, calm: true },
  'a node that is adopted': { seeds: [SAID.living], read: adoptedInventory },
  'a certificate with its key': { slow: true, seeds: [BUNDLE], read: parseBundle, calm: true },
  'a certificate': {
    seeds: [BUNDLE.slice(BUNDLE.indexOf('-----BEGIN CERT'))],
    read: parseLoneCertificate,
    calm: true,
  },
  'a certificate, byte by byte': {
    slow: true,
    seeds: [DER],
    read: (text) => {
      const certificate = parseLoneCertificate(pemOf(text))
      return certificate !== undefined && fits({ certificate }, AUTHORITY, HOLDER)
    },
    calm: true,
  },
  'a key of WireGuard': {
    slow: true,
    seeds: ['gHWNhZDzR4Hpc8yqTFBl3LhGcbbJc3bCVEMMtcGvjUY='],
    read: wireguardPublicKey,
    calm: true,
  },
  'a key that signs promotions': { slow: true, seeds: [SIGNING_KEY], read: signingPublicKey, calm: true },
  'contents of a repository': { seeds: [CONTENTS], read: (text) => parseContents(text, 'main') },
  'the object store': {
    seeds: [JSON.stringify({ at: 1795492366, place: 'backups/shop/node-a', listing: SAID_OF_STORE })],
    read: parseObjectStore,
  },
  'the status of a peer': { seeds: [STATUS], read: (text) => statusSchema.safeParse(JSON.parse(text)) },
  'the state of a repository': {
    seeds: ['{"at":1795492366,"next":{"at":1795572286,"type":null},"problems":[]}'],
    read: parseStateFile.repository,
  },
  'the last backup': {
    seeds: ['{"at":1795490748,"result":"ok","seconds":10,"text":"20261124-032539F"}'],
    read: parseStateFile.attempt,
  },
  'the last drill': {
    seeds: ['{"at":"2026-11-24T03:44:29Z","result":"failed","seconds":10,"backup":"x","text":"no backup"}'],
    read: parseStateFile.drill,
  },
  'the state of the pooler': {
    seeds: [
      '{"at":1795492366,"answers":true,"held":false,"primary":"10.88.0.11","maxClientConn":500,"clientsActive":2,"clientsWaiting":0,"serversActive":0,"serversIdle":2,"maxWaitSeconds":0.5,"pools":[{"database":"app","user":"app","clientsActive":2,"clientsWaiting":0,"serversActive":0,"serversIdle":2,"maxWaitSeconds":0.5}]}',
    ],
    read: parseStateFile.pooler,
  },
  'the lag that a load balancer allows': { seeds: ['1048576', '16MB', '1 GB'], read: parseLag, calm: true },
  'names of containers': {
    seeds: [SAID.named],
    read: (text) =>
      parseContainers(text.split('\n'), { dataDir: '/data/postgres', backupDir: '/data/backups' }),
  },
  'the state of a container': { seeds: [SAID.state], read: (text) => parseContainerState(text.split('\n')) },
  'the answer to a request': {
    seeds: [
      'curl\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\na: c\r\n\r\nbody\n200\n0',
      'curl\nHTTP/2 302\r\nlocation: /x\r\n\r\n\n302\n47',
      `wget\nbody\n${Buffer.from('  HTTP/1.1 404 Not Found\n  A: b\nwget: server returned error\n1').toString('base64')}`,
      'none',
    ],
    read: (text) => parseAnswer({ code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) }),
    calm: true,
  },
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
  'ssh -G': { seeds: [SSH_G], read: (text) => printedOptions(text, 'host', () => Promise.resolve([])) },
  'a jump host': { seeds: ['root@[fd00::1]:22', 'ssh://a@host:2222/', 'host'], read: parseHop },
  'the words of an ssh config': {
    seeds: ['~/.ssh/known_hosts "/a b/c" \'d e\' f\\ g # h', '"a\\"b" \\\\'],
    read: splitWords,
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
