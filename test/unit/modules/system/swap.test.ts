import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SwapArgs, swap } from '../../../../lib/modules/index.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { runOn } from '../../../support/run-on.ts'
import { hostsWithout, withPath } from '../tool-folders.ts'
import { converge, run as runStep } from '../driver.ts'

// The kernel swaps for the whole machine, so these only write down what they are told.
const SWAPON = `#!/bin/sh
priority=-2
if [ "$1" = -p ]; then priority=$2; shift 2; fi
echo "on $1 $priority" >>/proc/calls
case $1 in *refused) echo "swapon: $1: swapon failed: Invalid argument" >&2; exit 255 ;; esac
echo "$1 file 1020 0 $priority" >>/proc/swaps
`
const SWAPOFF = `#!/bin/sh
echo "off $1" >>/proc/calls
grep -v "^$1 " /proc/swaps >/proc/left || :
cat /proc/left >/proc/swaps
`
const HEAD = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'
const FSTAB = '# ours\nUUID=x / ext4 defaults 0 1\n'
const MIB = 1024 * 1024

for (const [name, shell] of Object.entries(hostsWithout(['swapon', 'swapoff']))) {
  describe(`a swap file, with ${name}`, () => {
    let root: string
    let own: Namespace
    let inside: TestShell
    const at = (path: string): string => join(root, path)
    before(async function () {
      if (process.getuid?.() !== 0) this.skip()
      root = mkdtempSync(join(tmpdir(), 'rp-swap.'))
      for (const path of ['etc', 'proc', 'bin', 'srv']) mkdirSync(at(path), { mode: 0o755 })
      chmodSync(root, 0o755)
      for (const [tool, text] of [
        ['swapon', SWAPON],
        ['swapoff', SWAPOFF],
      ] as const)
        writeFileSync(at(`bin/${tool}`), text, { mode: 0o755 })
      const binds = { etc: '/etc', bin: '/usr/local/sbin', srv: '/srv', proc: '/proc' }
      own = await makeNamespace(['--mount'], inPlaceOf(root, binds))
      inside = [...own.enter, ...withPath(shell, at('bin'))]
    })
    after(async () => {
      await own?.remove()
      if (root !== undefined) rmSync(root, { recursive: true, force: true })
    })
    beforeEach(() => {
      for (const file of readdirSync(at('srv'))) rmSync(join(at('srv'), file), { recursive: true })
      rmSync(at('proc/calls'), { force: true })
      writeFileSync(at('proc/swaps'), HEAD)
      writeFileSync(at('etc/fstab'), FSTAB)
      writeFileSync(at('etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
      writeFileSync(at('etc/group'), 'root:x:0:\n')
    })

    const of = (args: Partial<SwapArgs> = {}) =>
      converge(swap('it', { path: '/srv/swap', size: '2m', ...args }), inside)
    const gone = () => converge(swap('it', { path: '/srv/swap', state: 'absent' }), inside)
    const fstab = (): string => readFileSync(at('etc/fstab'), 'utf8')
    const calls = (): string => (existsSync(at('proc/calls')) ? readFileSync(at('proc/calls'), 'utf8') : '')
    const reset = (): void => rmSync(at('proc/calls'), { force: true })
    const what = (done: { readonly changes: readonly { readonly what: string }[] }) =>
      done.changes.map((one) => one.what)

    it('is made, in use, and in fstab', async () => {
      const done = await of()
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(what(done), ['size', 'state', 'content'])
      const { size, mode, uid } = lstatSync(at('srv/swap'))
      assert.deepEqual([size, mode & 0o777, uid], [2 * MIB, 0o600, 0])
      assert.equal(readFileSync(at('srv/swap')).subarray(4086, 4096).toString(), 'SWAPSPACE2')
      assert.equal(fstab(), `${FSTAB}/srv/swap none swap sw 0 0\n`)
      assert.equal(calls(), 'on /srv/swap -2\n')
      assert.deepEqual(readdirSync(at('srv')), ['swap'])
      assert.deepEqual((await of()).changes, [])
    })

    it('has a priority', async () => {
      await of()
      reset()
      const done = await of({ priority: 7 })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(what(done), ['priority', 'content'])
      assert.equal(calls(), 'off /srv/swap\non /srv/swap 7\n')
      assert.equal(fstab(), `${FSTAB}/srv/swap none swap sw,pri=7 0 0\n`)
      assert.deepEqual((await of({ priority: 7 })).changes, [])
      assert.deepEqual((await of()).changes, [])
    })

    it('is made anew with another size, and turned off before', async () => {
      await of()
      reset()
      const done = await of({ size: 3 * MIB })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(done.changes, [{ what: 'size', from: 2 * MIB, to: 3 * MIB }])
      assert.equal(calls(), 'off /srv/swap\non /srv/swap -2\n')
      assert.equal(lstatSync(at('srv/swap')).size, 3 * MIB)
    })

    it('is turned on where it is there alone, and written down where it is not', async () => {
      await of()
      reset()
      writeFileSync(at('proc/swaps'), HEAD)
      const on = await of()
      assert.deepEqual([on.left, on.wrong, what(on)], [[], [], ['state']])
      writeFileSync(at('etc/fstab'), FSTAB)
      const written = await of()
      assert.deepEqual([written.left, written.wrong, what(written)], [[], [], ['content']])
      assert.equal(calls(), 'on /srv/swap -2\n')
    })

    it('is closed to others, and stays on', async () => {
      await of()
      reset()
      chmodSync(at('srv/swap'), 0o644)
      const done = await of()
      assert.deepEqual([done.left, done.wrong, what(done)], [[], [], ['access']])
      assert.equal(lstatSync(at('srv/swap')).mode & 0o777, 0o600)
      assert.equal(calls(), '')
    })

    it('keeps the options that fstab has', async () => {
      writeFileSync(at('etc/fstab'), `${FSTAB}/srv/swap swap swap nofail,discard 0 0 # why\n`)
      await of()
      assert.equal(fstab(), `${FSTAB}/srv/swap swap swap nofail,discard 0 0 # why\n`)
      await of({ priority: 3 })
      assert.match(fstab(), /^\/srv\/swap swap swap nofail,discard,pri=3 0 0 # why$/m)
    })

    it('is removed', async () => {
      await of()
      reset()
      const done = await gone()
      assert.deepEqual([done.left, done.wrong, what(done)], [[], [], ['state', 'file', 'content']])
      assert.deepEqual([existsSync(at('srv/swap')), fstab(), calls()], [false, FSTAB, 'off /srv/swap\n'])
      assert.deepEqual((await gone()).changes, [])
    })

    it('is no file of somebody else', async () => {
      writeFileSync(at('srv/swap'), 'data\n')
      await assert.rejects(of(), { code: 'E_NOT_SWAP' })
      await assert.rejects(gone(), { code: 'E_NOT_SWAP' })
      await assert.rejects(of({ path: '/srv' + '/none/swap' }), { code: 'E_NO_DIRECTORY' })
      await assert.rejects(of({ path: '/etc/fstab' }), { code: 'E_NOT_SWAP' })
      assert.deepEqual([readFileSync(at('srv/swap'), 'utf8'), fstab(), calls()], ['data\n', FSTAB, ''])
    })

    it('does not get into fstab where the kernel refuses it', async () => {
      await assert.rejects(of({ path: '/srv/refused' }), /Invalid argument/)
      assert.equal(fstab(), FSTAB)
    })

    it('is found by a name with a space', async () => {
      writeFileSync(at('proc/swaps'), `${HEAD}/srv/a\\040b file 1020 0 5\n`)
      writeFileSync(at('etc/fstab'), `${FSTAB}/srv/a\\040b none swap sw,pri=5 0 0\n`)
      await runStep([...own.enter, 'sh'], {
        script: "umask 077; dd if=/dev/zero of='/srv/a b' bs=1048576 count=2 2>/dev/null; mkswap '/srv/a b'",
      })
      assert.deepEqual((await of({ path: '/srv/a b', priority: 5 })).changes, [])
    })

    it('is known after it is made, in a dry run', async () => {
      const one = (task: string, more: Partial<SwapArgs>) =>
        swap(task, { path: '/srv/swap', priority: 1, ...more })
      const tasks = () => [
        one('it', { size: '1m' }),
        one('again', { size: '1m' }),
        swap('gone', { path: '/srv/swap', state: 'absent' }),
      ]
      const shellOf = [...own.enter, ...shell.filter((word) => !word.startsWith('PATH='))]
      const dry = await runOn(shellOf, tasks, { check: true, diff: true })
      assert.deepEqual(dry.statuses, ['it: would-change', 'again: ok', 'gone: would-change'])
      assert.deepEqual([calls(), readdirSync(at('srv'))], ['', []])
      for (const batch of [true, false]) {
        const done = await runOn(shellOf, tasks, { batch })
        assert.deepEqual(done.statuses, ['it: changed', 'again: ok', 'gone: changed'])
      }
      assert.deepEqual([fstab(), readdirSync(at('srv'))], [FSTAB, []])
    })
  })
}

describe('arguments of swap', () => {
  const wrong: Readonly<Record<string, Partial<SwapArgs>>> = {
    'no size': { size: undefined },
    'a size that is no megabyte': { size: 1000 },
    'a size of half megabytes': { size: '1.5m' },
    'no bytes': { size: 0 },
    'a partition': { path: '/dev/sda2' },
    'a system path': { path: '/etc' },
    'a path that is none': { path: 'swap' },
    'a priority below 0': { priority: -1 },
    'a size of what is absent': { state: 'absent' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => swap('it', { path: '/swapfile', size: '1g', ...args }), { code: 'E_BAD_ARGUMENT' })
    })
})
