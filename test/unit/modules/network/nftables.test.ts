import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NftablesArgs, nftables } from '../../../../lib/modules/index.ts'
import { nftablesCheck, nftablesTable } from '../../../../lib/modules/network/nftables/reader.ts'
import { parseRecorded } from '../../../../lib/testing/drive-task.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { install } from '../../../support/install.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, run } from '../driver.ts'

const content = `
  set seen {
    type ipv4_addr
    flags dynamic,timeout
    timeout 1h
  }
  set known {
    type ipv4_addr
    elements = { 192.0.2.7, 192.0.2.8 }
  }
  chain input {
    type filter hook input priority filter; policy accept;
    iif lo counter accept # "}"
    ip saddr @known tcp dport { 22, 80 } accept comment "what is { known"
    update @seen { ip saddr }
  }`
const filter: NftablesArgs = { table: 'filter', content }
const STOCK = '#!/usr/sbin/nft -f\n\nflush ruleset\n\ntable inet filter {\n\tchain input {\n\t}\n}\n'

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  // The tools of BusyBox, and nft.
  const onHost: TestShell = shell.map((word) => word.replace(/^PATH=(.*)$/, 'PATH=$1:/usr/sbin'))
  describe(`nftables, under ${name}`, function () {
    this.timeout(400_000)
    let root: string
    let own: Namespace
    let inside: TestShell
    before(function () {
      if (process.getuid?.() !== 0) return this.skip()
      install('/usr/sbin/nft', 'nftables')
    })
    // Rules of its own, in a kernel's network of its own, with folders of its own.
    beforeEach(async () => {
      root = mkdtempSync(join(tmpdir(), 'rp-nft.'))
      for (const folder of ['etc', 'run', 'lib']) mkdirSync(join(root, folder))
      for (const file of ['passwd', 'group', 'services', 'protocols'])
        if (existsSync(`/etc/${file}`)) cpSync(`/etc/${file}`, join(root, 'etc', file))
      writeFileSync(join(root, 'etc/nftables.conf'), STOCK)
      const places = inPlaceOf(root, { etc: '/etc', run: '/run', lib: '/var/lib' })
      own = await makeNamespace(['--net', '--mount'], `${places} && ip link set lo up`)
      inside = [...own.enter, ...onHost]
    })
    afterEach(async () => {
      await own?.remove()
      rmSync(root, { recursive: true, force: true })
    })
    const script = async (text: string): Promise<string> => {
      const { code, stdout, stderr } = await run([...own.enter, 'sh'], { script: text })
      assert.equal(code, 0, stderr.toString())
      return stdout.toString()
    }
    const of = (args: NftablesArgs) => converge(nftables('it', args), inside)
    const what = (changes: readonly { readonly what: string }[]): string[] => changes.map((one) => one.what)
    const file = (): string => join(root, 'etc/nftables.d/inet-filter.nft')

    it('is loaded, and loaded at boot, once', async () => {
      await script('nft add table ip other')
      const done = await of(filter)
      assert.deepEqual(what(done.changes), ['table', 'state', 'content', 'mode', 'owner', 'group', 'content'])
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.match(await script('nft list table inet filter'), /elements = \{ 192\.0\.2\.7, 192\.0\.2\.8 \}/)
      assert.equal(
        readFileSync(join(root, 'etc/nftables.conf'), 'utf8'),
        `${STOCK}include "/etc/nftables.d/*.nft"\n`,
      )
      assert.deepEqual((await of(filter)).changes, [])
      const before = await script('nft -s list ruleset')
      assert.match(before, /table ip other/)
      // What the service does at boot. The table of the distribution gives way to ours.
      await script('nft -f /etc/nftables.conf')
      assert.equal(await script('nft -s list ruleset'), before.replace('table ip other {\n}\n', ''))
      assert.deepEqual((await of(filter)).changes, [])
    })

    it('is loaded again after somebody changed it', async () => {
      await of(filter)
      await script('nft add rule inet filter input tcp dport 9 accept')
      await script("nft delete element inet filter known '{ 192.0.2.8 }'")
      const done = await of(filter)
      assert.deepEqual([what(done.changes), done.left, done.wrong], [['table'], [], []])
      const said = String(done.changes[0]?.from)
      assert.match(said, /changed since it was loaded: .*\+ tcp dport 9 accept/)
      assert.match(said, /- elements = \{ 192\.0\.2\.7, 192\.0\.2\.8 \}/)
      assert.doesNotMatch(await script('nft list table inet filter'), /dport 9/)
      await script('nft delete table inet filter')
      assert.deepEqual(what((await of(filter)).changes), ['table'])
      writeFileSync(file(), 'table inet filter\n')
      assert.deepEqual(what((await of(filter)).changes), ['content'])
      assert.deepEqual((await of(filter)).changes, [])
    })

    it('does not count what packets put into it', async () => {
      await of(filter)
      await script("nft add element inet filter seen '{ 192.0.2.1, 192.0.2.2, 192.0.2.3 }'")
      assert.deepEqual((await of(filter)).changes, [])
      assert.match(await script('nft list table inet filter'), /192\.0\.2\.3/)
    })

    it('is removed, once', async () => {
      await of(filter)
      const done = await of({ table: 'filter', state: 'absent' })
      assert.deepEqual([done.changes.length, done.left, done.wrong], [2, [], []])
      assert.equal(await script('nft list ruleset'), '')
      assert.equal(existsSync(file()), false)
      await script('nft -f /etc/nftables.conf && nft delete table inet filter')
      assert.deepEqual((await of({ table: 'filter', state: 'absent' })).changes, [])
    })

    it('refuses in a dry run what nft does not take', async () => {
      const bad = { ...filter, content: 'chain input {\n  tcp dport nonsense accept\n}' }
      const { tasks: ran } = await runOn(inside, () => [nftables('it', bad)], { check: true })
      assert.equal(ran[0]?.error?.code, 'E_BAD_NFTABLES')
      assert.match(String(ran[0]?.error?.message), /line 2: .*: tcp dport nonsense accept/)
      assert.equal(existsSync(file()), false)
    })

    it('leaves the tables of iptables alone', async () => {
      install('/usr/sbin/iptables-nft', 'iptables')
      await script('iptables-nft -A INPUT -p tcp --dport 22 -j ACCEPT')
      const refused = { code: 'E_FOREIGN_TABLE', message: /belongs to iptables/ }
      await assert.rejects(of({ ...filter, family: 'ip' }), refused)
      await assert.rejects(of({ family: 'ip', table: 'filter', state: 'absent' }), refused)
      assert.match(await script('iptables-nft -S'), /--dport 22 -j ACCEPT/)
    })

    it('is known in a dry run', async () => {
      const other = { ...filter, content: 'chain input {\n}' }
      const tasks = () => [
        nftables('one', filter),
        nftables('one again', filter),
        nftables('two', other),
        nftables('gone', { table: 'filter', state: 'absent' }),
        nftables('gone again', { table: 'filter', state: 'absent' }),
      ]
      const as = (changed: string): string[] => [
        `one: ${changed}`,
        'one again: ok',
        `two: ${changed}`,
        `gone: ${changed}`,
        'gone again: ok',
      ]
      assert.deepEqual((await runOn(inside, tasks, { check: true })).statuses, as('would-change'))
      assert.equal(await script('nft list ruleset'), '')
      assert.deepEqual((await runOn(inside, tasks)).statuses, as('changed'))
      assert.equal(await script('nft list ruleset; ls -d /run/*nftables* 2>/dev/null || :'), '')
    })
  })
}

describe('nftables', () => {
  it('takes what is in one table', () => {
    const wrong = (args: NftablesArgs, message: RegExp): void => {
      assert.throws(() => nftables('it', args), { code: 'E_BAD_ARGUMENT', message })
    }
    wrong({ table: 'filter' }, /content/)
    wrong({ ...filter, state: 'absent' }, /content/)
    wrong({ ...filter, content: '}\ntable inet other {' }, /a brace in it closes the table/)
    wrong({ ...filter, content: 'chain input {' }, /a brace/)
    wrong({ ...filter, content: 'include "/etc/other.nft"' }, /include/)
    wrong({ ...filter, table: 'x; flush ruleset' }, /name of a table/)
  })

  it('needs nft, and root', () => {
    assert.deepEqual(parseRecorded(nftablesCheck, [''], { stdout: 'none\n' }), [{ kind: 'no nft' }])
    const reply = { code: 3, stdout: '', stderr: 'Operation not permitted (you must be root)\n' }
    assert.throws(() => parseRecorded(nftablesTable, ['inet filter'], reply), { code: 'E_CANNOT_LOOK' })
  })
})
