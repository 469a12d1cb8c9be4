import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type HostsEntryArgs, hostsEntry } from '../../../../lib/modules/index.ts'
import { editHosts } from '../../../../lib/modules/system/hosts-entry/edit.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { often } from '../../../support/often.ts'
import { type Behaviour, behaviour, proveBehaviours } from '../files/behaviours.ts'
import { SHELLS, converge, run, useTemp } from '../driver.ts'

type Args = Omit<HostsEntryArgs, 'path'>

// Ansible has no such module: what its users write with lineinfile does the same in simple cases.
const line = (address: string, names: string) => ({
  regexp: String.raw`^${address.replaceAll('.', String.raw`\.`)}\s`,
  line: `${address} ${names}`,
  create: true,
})
const differs = { differs: 'lineinfile takes the line as a whole' }
const gone = (address: string) => ({ regexp: String.raw`^${address}\s`, state: 'absent' })

const make = (
  text: string | undefined,
  args: Args,
  becomes: string | undefined,
  ansible: Behaviour<Args>['ansible'] = differs,
) => behaviour<Args>(text, args, becomes, ansible)

const LOCAL = '127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost\n\n# ours\n'
const web: Args = { address: '10.0.0.5', names: ['web.example.org', 'web'] }
const theirs = line('10.0.0.5', 'web.example.org web')

proveBehaviours<Args>({
  module: 'lineinfile',
  task: hostsEntry,
  cases: {
    'makes the file': make(undefined, web, '10.0.0.5 web.example.org web\n', theirs),
    'adds a line at the end': make(LOCAL, web, `${LOCAL}10.0.0.5 web.example.org web\n`, theirs),
    'leaves a line that is there': make(
      `10.0.0.5 web.example.org web\n${LOCAL}`,
      web,
      `10.0.0.5 web.example.org web\n${LOCAL}`,
      theirs,
    ),
    'leaves it whatever the spaces, the case and the comment': make(
      ' 10.0.0.5\t\tWeb.example.org   web  # of ops\n',
      web,
      ' 10.0.0.5\t\tWeb.example.org   web  # of ops\n',
    ),
    'leaves it with other names between': make(
      '10.0.0.5 a web.example.org b web c\n',
      web,
      '10.0.0.5 a web.example.org b web c\n',
    ),
    'leaves names that are on two lines': make(
      '10.0.0.5 web.example.org\n10.0.0.5 web\n',
      web,
      '10.0.0.5 web.example.org\n10.0.0.5 web\n',
    ),
    'adds names to the line of the address': make(
      '10.0.0.5\told # of ops\n',
      web,
      '10.0.0.5\told web.example.org web # of ops\n',
    ),
    'adds a name that is missing, in its place': make(
      '10.0.0.5 a web b\n',
      web,
      '10.0.0.5 a web.example.org web b\n',
    ),
    'puts names in order': make(
      '10.0.0.5 web web.example.org\n',
      web,
      '10.0.0.5 web.example.org web\n',
      theirs,
    ),
    'brings names together': make(
      '10.0.0.5 web\n10.0.0.5 a web.example.org\n',
      web,
      '10.0.0.5 web.example.org web\n10.0.0.5 a\n',
    ),
    'takes a name from another address': make(
      '10.0.0.4 a web\n10.0.0.5 web.example.org\n',
      web,
      '10.0.0.4 a\n10.0.0.5 web.example.org web\n',
    ),
    'removes a line that loses its last name, and keeps its comment': make(
      '10.0.0.4 web\n10.0.0.3 web # was here\n',
      web,
      '# was here\n10.0.0.5 web.example.org web\n',
    ),
    'leaves a name of other addresses when told': make(
      '10.0.0.4 web\n',
      { address: '10.0.0.5', names: ['web'], exclusive: false },
      '10.0.0.4 web\n10.0.0.5 web\n',
      line('10.0.0.5', 'web'),
    ),
    'leaves a name of the other kind of address': make(
      LOCAL,
      { address: '127.0.0.1', names: ['localhost'] },
      LOCAL,
    ),
    'finds an address in any spelling': make(
      '2001:DB8:0:0::1 db\n',
      { address: '2001:db8::1', names: ['db', 'db-1'] },
      '2001:DB8:0:0::1 db db-1\n',
    ),
    'tells addresses with a zone apart': make(
      'fe80::1%eth0 a\n',
      { address: 'fe80::1%eth1', names: ['b'] },
      'fe80::1%eth0 a\nfe80::1%eth1 b\n',
    ),
    'leaves comments and what is no entry': make(
      '#10.0.0.5 web\n10.0.0.5\nnonsense web\n10.0.0.5# web\n',
      web,
      '#10.0.0.5 web\n10.0.0.5\nnonsense web\n10.0.0.5# web\n10.0.0.5 web.example.org web\n',
    ),
    'ends a last line': make(
      '127.0.0.1 localhost',
      web,
      '127.0.0.1 localhost\n10.0.0.5 web.example.org web\n',
      theirs,
    ),
    'keeps the ends of lines': make(
      '127.0.0.1 localhost\r\n10.0.0.5 web\r\n',
      web,
      '127.0.0.1 localhost\r\n10.0.0.5 web.example.org web\r\n',
    ),
    'takes names away': make(
      '10.0.0.5 a web b # x\n',
      { address: '10.0.0.5', names: ['web', 'b'], state: 'absent' },
      '10.0.0.5 a # x\n',
    ),
    'takes the last name away with its line': make(
      '10.0.0.5 web\n10.0.0.6 web\n',
      { address: '10.0.0.5', names: ['web'], state: 'absent' },
      '10.0.0.6 web\n',
      gone('10.0.0.5'),
    ),
    'removes an address': make(
      `10.0.0.5 web\n${LOCAL}10.0.0.5 db\n`,
      { address: '10.0.0.5', state: 'absent' },
      LOCAL,
      gone('10.0.0.5'),
    ),
    'takes a name from all addresses': make(
      '10.0.0.5 a web\n::5 web\n',
      { names: ['WEB'], state: 'absent' },
      '10.0.0.5 a\n',
    ),
    'removes nothing where nothing is': make(
      LOCAL,
      { address: '10.0.0.5', state: 'absent' },
      LOCAL,
      gone('10.0.0.5'),
    ),
    'removes nothing where no file is': make(
      undefined,
      { names: ['web'], state: 'absent' },
      undefined,
      gone('x'),
    ),
  },
})

describe('hostsEntry', () => {
  const temp = useTemp()

  for (const [shell, program] of Object.entries(SHELLS))
    it(`converges under ${shell}`, async () => {
      const path = join(temp(), 'hosts')
      writeFileSync(path, LOCAL)
      const done = await converge(hostsEntry('it', { ...web, path }), program)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(done.changes[0]?.body?.wanted, `${LOCAL}10.0.0.5 web.example.org web\n`)
    })

  it('converges at once, whatever is there, and two tasks for one address agree', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'A')
    const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '::1', '0:0:0:0:0:0:0:1')
    const entry = fc
      .tuple(address, fc.array(name, { minLength: 1, maxLength: 4 }), fc.constantFrom('', ' # x'))
      .map(([at, names, tail]) => `${at}\t${names.join(' ')}${tail}`)
    const lines = fc.array(fc.oneof(entry, fc.constantFrom('', '# a', 'nonsense')), { maxLength: 6 })
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
    const more = fc.constantFrom({}, { exclusive: false }, { state: 'absent' as const })
    const property = fc.property(lines, address, names, more, (found, at, wanted, rest) => {
      const edit = (text: readonly string[], given: readonly string[]) =>
        editHosts(text, { path: '/etc/hosts', address: at, names: given, ...rest })
      const once = edit(found, wanted)
      assert.deepEqual(edit(once, wanted), once)
      assert.deepEqual(
        once.filter((one) => /^(# a|nonsense)?$/.test(one)),
        found.filter((one) => /^(# a|nonsense)?$/.test(one)),
      )
      const both = edit(once, ['d'])
      assert.deepEqual(edit(both, wanted), both)
    })
    fc.assert(property, { numRuns: often(1000, 100_000, 'HOSTS_RUNS') })
  })
})

describe('the resolver of a host', () => {
  let host: Namespace
  let folder: string
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    folder = mkdtempSync(join(tmpdir(), 'rp-hosts.'))
    writeFileSync(join(folder, 'hosts'), LOCAL)
    host = await makeNamespace(['--mount'], `mount --bind '${folder}/hosts' /etc/hosts`)
  })
  after(async () => {
    await host?.remove()
    if (folder !== undefined) rmSync(folder, { recursive: true })
  })

  it('finds the names, the first of them for the address; also where the file is mounted', async () => {
    const shell = [...host.enter, 'dash']
    await assert.rejects(converge(hostsEntry('it', web), shell), /inPlace: true/)
    const done = await converge(hostsEntry('it', { ...web, inPlace: true }), shell)
    assert.deepEqual([done.left, done.wrong], [[], []])
    for (const asked of ['web', 'web.example.org', '10.0.0.5']) {
      const { stdout } = await run(shell, { script: `getent -s files hosts ${asked}` })
      assert.equal(stdout.toString().replace(/ +/g, ' '), '10.0.0.5 web.example.org web\n')
    }
  })
})

describe('arguments of hostsEntry', () => {
  const wrong: Readonly<Record<string, HostsEntryArgs>> = {
    'no address': { names: ['web'] },
    'no names': { address: '10.0.0.5' },
    'an empty list of names': { address: '10.0.0.5', names: [] },
    'a name as an address': { address: 'web', names: ['web'] },
    'an address that is cut off': { address: '10.0.0', names: ['web'] },
    'an address as a name': { address: '10.0.0.5', names: ['10.0.0.6'] },
    'two names in one': { address: '10.0.0.5', names: ['web db'] },
    'a comment as a name': { address: '10.0.0.5', names: ['#web'] },
    'a name with a line break': { address: '10.0.0.5', names: ['web\n10.0.0.6'] },
    'a name twice': { address: '10.0.0.5', names: ['web', 'WEB'] },
    'nothing to remove': { state: 'absent' },
    'to remove from others': { state: 'absent', names: ['web'], exclusive: true },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => hostsEntry('it', args), { code: 'E_BAD_ARGUMENT' })
    })
})
