import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KernelModuleArgs, kernelModule, sysctl } from '../../../../lib/modules/index.ts'
import { kernelModuleStatus } from '../../../../lib/modules/system/kernel-module/reader.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { runOn } from '../../../support/run-on.ts'
import { hostsWithout, withPath } from '../tool-folders.ts'
import { converge, planOf, run as runStep } from '../driver.ts'

interface Case {
  /** Modules that are loaded. */
  readonly loaded?: readonly string[]
  /** What is in `/etc/modules-load.d/dummy.conf` and `/etc/modprobe.d/dummy.conf`. */
  readonly load?: string
  readonly options?: string
  readonly args: Omit<KernelModuleArgs, 'name'> & { readonly name?: string }
  /** How modprobe is called. */
  readonly calls?: readonly string[]
  readonly becomes?: { readonly load?: string; readonly options?: string }
  readonly changes: readonly string[]
}

/** Behaviours of `community.general.modprobe`, in our words. It is not in ansible-core. */
const CASES: Readonly<Record<string, Case>> = {
  'loads a module, and at each boot': {
    args: {},
    calls: ['dummy'],
    becomes: { load: 'dummy\n' },
    changes: ['state', 'content'],
  },
  'loads it with parameters': {
    args: { params: 'numdummies=2 other="a,b"' },
    calls: ['dummy numdummies=2 other="a,b"'],
    becomes: { load: 'dummy\n', options: 'options dummy numdummies=2 other="a,b"\n' },
    changes: ['state', 'content', 'content'],
  },
  'leaves one that is loaded': {
    loaded: ['dummy'],
    load: '# why\ndummy\n',
    args: {},
    becomes: { load: '# why\ndummy\n' },
    changes: [],
  },
  'does not load one anew for other parameters': {
    loaded: ['dummy'],
    load: 'dummy\n',
    options: '# ours\noptions dummy  numdummies=1\n',
    args: { params: 'numdummies=2' },
    becomes: { load: 'dummy\n', options: '# ours\noptions dummy numdummies=2\n' },
    changes: ['content'],
  },
  'leaves parameters that are written with other spaces': {
    loaded: ['dummy'],
    load: 'dummy',
    options: 'options  dummy\tnumdummies=2',
    args: { params: 'numdummies=2' },
    becomes: { load: 'dummy', options: 'options  dummy\tnumdummies=2' },
    changes: [],
  },
  'leaves one line of parameters, and those of others': {
    loaded: ['dummy'],
    load: 'dummy\n',
    options: 'options dummy a=1\noptions dummy2 a=1\noptions dummy a=2\n',
    args: { params: 'a=3' },
    becomes: { load: 'dummy\n', options: 'options dummy2 a=1\noptions dummy a=3\n' },
    changes: ['content'],
  },
  'only loads it': { args: { persistent: false }, calls: ['dummy'], changes: ['state'] },
  'writes the file alone for one that is loaded': {
    loaded: ['dummy'],
    load: 'dummy2\n',
    args: {},
    becomes: { load: 'dummy2\ndummy\n' },
    changes: ['content'],
  },
  'unloads a module, for good': {
    loaded: ['dummy', 'other'],
    load: 'other\ndummy\n',
    options: 'options dummy a=1\n# b\n',
    args: { state: 'absent' },
    calls: ['-r dummy'],
    becomes: { load: 'other\n', options: '# b\n' },
    changes: ['state', 'content', 'content'],
  },
  'only unloads it': {
    loaded: ['dummy'],
    load: 'dummy\n',
    args: { state: 'absent', persistent: false },
    calls: ['-r dummy'],
    becomes: { load: 'dummy\n' },
    changes: ['state'],
  },
  'has nothing to unload': { args: { state: 'absent' }, changes: [] },
  'has nothing to unload where there is no such module': {
    args: { name: 'no_such', state: 'absent' },
    changes: [],
  },
  'finds a name with a dash': {
    loaded: ['br_netfilter'],
    args: { name: 'br-netfilter', persistent: false },
    changes: [],
  },
  'finds one that is built in by its folder': { args: { name: 'built', persistent: false }, changes: [] },
  'takes the whole name': {
    loaded: ['dummy2', 'adummy'],
    args: { persistent: false },
    calls: ['dummy'],
    changes: ['state'],
  },
}

// This kernel may have no modules at all, and nothing of it may change: so this one only writes down what it is told.
const MODPROBE = `#!/bin/sh
case $1 in
  -D) case $2 in dummy | refused) echo "insmod $2.ko" ;; *) exit 1 ;; esac; exit ;;
  refused) echo "modprobe: ERROR: could not insert 'refused': Invalid argument" >&2; exit 1 ;;
esac
echo "$*" >>/proc/calls
case $1 in
  -r) grep -v "^$2 " /proc/modules >/proc/left; cat /proc/left >/proc/modules ;;
  *) echo "$1 16384 0 - Live 0x0000000000000000" >>/proc/modules ;;
esac
`

for (const [name, shell] of Object.entries(hostsWithout(['modprobe']))) {
  describe(`a module of the kernel, with ${name}`, () => {
    let root: string
    let own: Namespace
    let inside: TestShell
    const at = (path: string): string => join(root, path)
    before(async function () {
      if (process.getuid?.() !== 0) this.skip()
      root = mkdtempSync(join(tmpdir(), 'rp-modules.'))
      for (const path of ['etc', 'proc', 'bin', 'sys/module/built', `lib/modules/${release()}`])
        mkdirSync(at(path), { recursive: true, mode: 0o755 })
      writeFileSync(
        at(`lib/modules/${release()}/modules.builtin`),
        'kernel/drivers/block/loop.ko\nkernel/drivers/block/loop-2.ko\n',
      )
      writeFileSync(at('bin/modprobe'), MODPROBE)
      chmodSync(at('bin/modprobe'), 0o755)
      const binds = { etc: '/etc', sys: '/sys', bin: '/usr/local/sbin', proc: '/proc' }
      own = await makeNamespace(['--mount'], inPlaceOf(root, binds))
      inside = [...own.enter, ...withPath(shell, at('bin'))]
    })
    after(async () => {
      await own?.remove()
      if (root !== undefined) rmSync(root, { recursive: true, force: true })
    })
    afterEach(() => {
      for (const path of ['etc/modules-load.d', 'etc/modprobe.d', 'proc/calls'])
        rmSync(at(path), { recursive: true, force: true })
    })

    const put = ({ loaded = [], load, options }: Omit<Case, 'args' | 'changes'>): void => {
      writeFileSync(at('etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
      writeFileSync(at('etc/group'), 'root:x:0:\n')
      for (const path of ['etc/modules-load.d', 'etc/modprobe.d']) mkdirSync(at(path), { mode: 0o755 })
      writeFileSync(at('proc/modules'), loaded.map((one) => `${one} 1 0 - Live 0x0\n`).join(''))
      if (load !== undefined) writeFileSync(at('etc/modules-load.d/dummy.conf'), load)
      if (options !== undefined) writeFileSync(at('etc/modprobe.d/dummy.conf'), options)
    }
    const read = (path: string): string | undefined =>
      existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined
    const run = (args: Case['args']) => converge(kernelModule('it', { name: 'dummy', ...args }), inside)

    for (const [what, { args, calls = [], becomes = {}, changes, ...before }] of Object.entries(CASES))
      it(what, async () => {
        put(before)
        const done = await run(args)
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.deepEqual(
          done.changes.map((change) => change.what),
          changes,
        )
        assert.deepEqual(
          [
            read('proc/calls') ?? '',
            read('etc/modules-load.d/dummy.conf'),
            read('etc/modprobe.d/dummy.conf'),
          ],
          [calls.map((call) => `${call}\n`).join(''), becomes.load, becomes.options],
        )
        assert.deepEqual((await run(args)).changes, [])
      })

    it('is an error before anything is changed where the kernel does not have it, or cannot unload it', async () => {
      put({})
      await assert.rejects(run({ name: 'no_such' }), {
        code: 'E_KERNEL_MODULE',
        message: /no module no_such/,
      })
      await assert.rejects(run({ name: 'built', state: 'absent' }), {
        code: 'E_KERNEL_MODULE',
        message: /built into/,
      })
      const none = { status: 'none', load: undefined, options: undefined }
      assert.throws(() => planOf(kernelModule('it', { name: 'dummy' }), none), {
        code: 'E_KERNEL_MODULE',
        message: /no modprobe/,
      })
    })

    it('is found in the list of those that are built in', async () => {
      put({})
      const script = kernelModuleStatus.ask(['loop_2']).replaceAll('/lib/modules', at('lib/modules'))
      const { stdout } = await runStep(inside, { script })
      assert.equal(stdout.toString(), 'built-in\n')
    })

    it('is not tried at each boot where the kernel refuses it', async () => {
      put({})
      await assert.rejects(run({ name: 'refused' }), /could not insert/)
      assert.equal(read('etc/modules-load.d/refused.conf'), undefined)
    })

    it('is known after it is loaded, in a dry run, and its settings are not', async () => {
      put({})
      const dummy = (task: string) => kernelModule(task, { name: 'dummy', persistent: true })
      const tasks = () => [
        dummy('it'),
        dummy('again'),
        sysctl('of it', { name: 'net.dummy.x', value: 1, file: '/etc/x.conf' }),
      ]
      const dry = await runOn([...own.enter, ...shell], tasks, { check: true })
      assert.deepEqual(dry.statuses, ['it: would-change', 'again: ok', 'of it: unknown'])
    })
  })
}

describe('the name of a module of the kernel', () => {
  for (const name of ['', '-r', 'a b', '../x', 'a/b', 'a\nb', 'a;b', 'a.b'])
    it(`is not ${JSON.stringify(name)}`, () => {
      assert.throws(() => kernelModule('it', { name }), { code: 'E_BAD_ARGUMENT' })
    })
  for (const params of ['', 'a b=1\nc', '-x=1 ;', '$(x)', 'a= b  c'])
    it(`has no parameters ${JSON.stringify(params)}`, () => {
      assert.throws(() => kernelModule('it', { name: 'dummy', params }), { code: 'E_BAD_ARGUMENT' })
    })
})
