import assert from 'node:assert/strict'
import { Secret } from '../../../lib/core/secret.ts'
import type { Task } from '../../../lib/core/task.ts'
import {
  acl,
  apkRepository,
  aptPin,
  aptRepository,
  archive,
  authorizedKey,
  copy,
  cron,
  debconf,
  dnfRepository,
  docker,
  fetch,
  file,
  find,
  git,
  hostname,
  hostsEntry,
  kernelModule,
  knownHost,
  limits,
  locale,
  nftables,
  packages,
  pam,
  seboolean,
  sefcontext,
  selinux,
  seport,
  service,
  sshKeypair,
  sshdConfig,
  sudoers,
  sysctl,
  systemdUnit,
  ufw,
  user,
  userGroup,
  wireguard,
} from '../../../lib/modules/index.ts'
import {
  postgresDatabase,
  postgresRole,
  postgresSlot,
  waitForPostgres,
} from '../../../lib/postgres/modules/index.ts'
import { pgbackrest } from '../../../lib/pgbackrest/modules/index.ts'
import { checkAccount } from '../../../lib/transport/shell/become.ts'
import { bareShell, bareSql } from './asking.ts'

/** Names that a shell, an option parser or SQL would take for more than a name. */
const NAMES: readonly string[] = [
  '$(canary)',
  '`canary`',
  "a'; canary; '",
  'a"; canary; "',
  'a; canary',
  'a | canary',
  'a && canary',
  'a > canary',
  'a\ncanary',
  'a\rcanary',
  'a\0canary',
  '-canary',
  '--canary=x',
  '../canary',
  '/canary',
  '*canary',
  'canary:x',
  'canary,x',
  '#canary',
  '~canary',
  '%canary',
  '\\canary',
  '$$; canary',
  "\\'; canary; --",
  'canary\u202e',
  'canary\x1b[2J',
  `canary${'x'.repeat(5000)}`,
]

const on = { host: '10.88.0.11', password: new Secret('postgres', 'a password') }
const PAM = { type: 'auth', control: 'required', modulePath: 'pam_x.so' } as const
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS'

/** Where a playbook puts a name, maybe one that it has from elsewhere. */
const TAKERS: Readonly<Record<string, (name: string) => Task>> = {
  user: (name) => user('x', { name }),
  'group of a user': (name) => user('x', { name: 'app', group: name }),
  group: (name) => userGroup('x', { name }),
  'user of an access control list': (entity) =>
    acl('x', { path: '/srv/x', etype: 'user', entity, permissions: 'r', recursive: true }),
  'owner of a file': (name) => file('x', { path: '/srv/x', state: 'file', owner: name }),
  'owner of a copy': (name) => copy('x', { dest: '/srv/x', content: 'x', group: name }),
  'name that is looked for': (name) => find('x', { paths: '/srv', patterns: [name] }),
  'text that is looked for': (name) => find('x', { paths: `/srv/${name}`, contains: name }),
  'pattern that is not archived': (name) =>
    archive('x', {
      path: '/srv/a',
      dest: '/srv/a.tar',
      exclusionPatterns: [name],
      excludePath: [`/srv/a/${name}`],
    }),
  'file that is fetched': (name) => fetch('x', { src: `/srv/${name}`, dest: 'x' }),
  service: (name) => service('x', { name, state: 'started' }),
  package: (name) => packages('x', { names: [name] }),
  'repository of apk': (name) => apkRepository('x', { url: `/srv/${name}`, tag: name }),
  'repository of dnf': (name) => dnfRepository('x', { name, description: 'x', baseurl: `https://x/${name}` }),
  'repository of apt': (name) =>
    aptRepository('x', { name, uris: `https://x/${name}`, suites: name, components: name }),
  'package that is pinned': (packages) => aptPin('x', { name: 'x', packages, pin: 'version 1', priority: 1 }),
  'package with a question': (name) => debconf('x', { name, question: 'a/b', type: 'string', value: 'x' }),
  question: (question) =>
    debconf('x', { name: 'app', question, type: 'password', value: new Secret('x', 'a') }),
  container: (name) => docker('x', { name, image: 'postgres:16' }),
  'container of a program': (container) => docker.exec('x', { container, argv: ['true'], creates: '/x' }),
  'user of a program': (user) => docker.exec('x', { container: 'x', argv: ['true'], user, unless: 'true' }),
  image: (name) => docker.image('x', { name }),
  network: (name) => docker.network('x', { name }),
  volume: (name) => docker.volume('x', { name }),
  hostname: (name) => hostname('x', { name }),
  'host in /etc/hosts': (name) => hostsEntry('x', { address: '10.0.0.5', names: [name] }),
  'known host': (name) => knownHost('x', { name, key: KEY }),
  'user with a key': (name) => authorizedKey('x', { user: name, key: KEY }),
  'file of a key': (name) => sshKeypair('x', { path: `/srv/${name}`, comment: name, owner: name }),
  'cron job': (name) => cron('x', { name, minute: 0, job: 'true' }),
  'user of a cron job': (name) => cron('x', { name: 'a', minute: 0, job: 'true', user: name }),
  sudoers: (name) => sudoers('x', { name, user: 'app', commands: ['/bin/x'] }),
  'user of sudoers': (name) => sudoers('x', { name: 'x', user: name, commands: ['/bin/x'] }),
  'name of a drop-in of sshd': (name) => sshdConfig('x', { name, options: { PermitRootLogin: 'no' } }),
  'directive of sshd': (name) => sshdConfig('x', { options: { [name]: 'no' } }),
  'value of a directive of sshd': (value) => sshdConfig('x', { options: { PermitRootLogin: value } }),
  'systemd unit': (name) => systemdUnit('x', { name, content: '[Service]\n' }),
  'drop-in of systemd': (dropIn) => systemdUnit('x', { name: 'x', dropIn, content: '[Service]\n' }),
  'kernel module': (name) => kernelModule('x', { name }),
  'domain of a limit': (domain) => limits('x', { domain, type: '-', item: 'nproc', value: 9 }),
  'file of PAM': (name) => pam('x', { name, ...PAM, state: 'absent' }),
  'module of PAM': (modulePath) => pam('x', { name: 'x', ...PAM, modulePath, state: 'absent' }),
  'argument of PAM': (word) => pam('x', { name: 'x', ...PAM, moduleArguments: [word] }),
  'policy of SELinux': (policy) => selinux('x', { state: 'permissive', policy }),
  'boolean of SELinux': (name) => seboolean('x', { name, state: true }),
  'target of a label': (name) => sefcontext('x', { target: `/${name}`, setype: 'a_t' }),
  'type of a label': (setype) => sefcontext('x', { target: '/a', setype }),
  'type of a port': (setype) => seport('x', { ports: 1, proto: 'tcp', setype }),
  locale: (name) => locale('x', { name }),
  sysctl: (name) => sysctl('x', { name, value: 1 }),
  interface: (name) =>
    wireguard('x', {
      interface: name,
      privateKey: new Secret('overlay', 'gHWNhZDzR4Hpc8yqTFBl3LhGcbbJc3bCVEMMtcGvjUY='),
      address: '10.88.0.11/24',
      peers: [],
    }),
  'table of nftables': (table) => nftables('x', { table, state: 'absent' }),
  'profile of ufw': (app) => ufw('x', { rule: 'allow', app, interface: app, comment: app }),
  branch: (version) => git('x', { repo: 'https://example.org/a.git', dest: '/srv/a', version }),
  remote: (remote) => git('x', { repo: 'https://example.org/a.git', dest: '/srv/a', remote }),
  database: (name) => postgresDatabase('x', { on, name }),
  'owner of a database': (owner) => postgresDatabase('x', { on, name: 'app', owner }),
  role: (name) => postgresRole('x', { on, name }),
  slot: (name) => postgresSlot('x', { on, name, type: 'physical' }),
  'container of PostgreSQL': (container) => waitForPostgres('x', { container, host: '10.88.0.11' }),
  stanza: (stanza) => pgbackrest.stanza('x', { stanza }),
  'user of pgBackRest': (name) => pgbackrest.check('x', { user: name }),
}

describe('a hostile name', () => {
  for (const [what, take] of Object.entries(TAKERS))
    it(`(${what}) is refused, or is a word of the question and nothing else`, () => {
      for (const name of NAMES) {
        let task: Task
        try {
          task = take(name)
        } catch (error) {
          assert.equal(
            (error as { code?: string }).code,
            'E_BAD_ARGUMENT',
            `${name}: ${(error as Error).stack}`,
          )
          continue
        }
        for (const { reader, key } of task.module.probe(task.args).questions) {
          const script = reader.ask([key])
          const bare = reader.channel === undefined ? bareShell(script) : bareSql(script)
          // A word without a sign that means something needs no quotes.
          const rest = /^[\w./:,@%+=-]+$/.test(name) ? bare.replaceAll(name, '') : bare
          assert.ok(!rest.includes('canary'), `${JSON.stringify(name)} in ${script}`)
        }
      }
    })

  it('of the account that a task runs as is refused before sudo is asked', () => {
    for (const name of [...NAMES.slice(0, -1), '', '.', 'a b', 'root\n'])
      assert.throws(() => checkAccount(name, 'node-a'), { code: 'E_BECOME_FAILED' }, JSON.stringify(name))
  })
})
