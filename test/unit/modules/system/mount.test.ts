import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MountArgs, copy, file, mount } from '../../../../lib/modules/index.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { proveBehaviours } from '../files/behaviours.ts'
import { SHELLS, converge, run } from '../driver.ts'
import { CASES } from './mount-cases.ts'

proveBehaviours({
  module: 'mount',
  task: (name, { path, point, ...args }) => mount(name, { ...args, path: point, fstab: path }),
  cases: CASES,
})

/** Every day, what BusyBox has a mount of its own for; the rest of it in `npm run test:long`. */
for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  const rest = (what: string, body: Mocha.AsyncFunc): void => {
    if (name === 'dash' || LONG) it(what, body)
  }
  describe(`what is mounted, under ${name}`, function () {
    let root: string
    let own: Namespace
    before(async function () {
      if (process.getuid?.() !== 0) this.skip()
      own = await makeNamespace(['--mount'], ':')
    })
    after(() => own?.remove())
    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'rp-mount.'))
      mkdirSync(at('source'))
      writeFileSync(at('source/a'), 'a\n')
      writeFileSync(at('fstab'), '# mine\n')
    })
    afterEach(async () => {
      await inside(
        `grep -o ' ${root}/[^ ]*' /proc/self/mounts | sort -r | while read -r at; do umount "$(printf %b "$at")"; done`,
      )
      rmSync(root, { recursive: true, force: true })
    })

    const at = (path: string): string => join(root, path)
    const inside = async (script: string): Promise<string> =>
      (await run([...own.enter, 'sh'], { script })).stdout.toString()
    /** Types and options of what is mounted there. */
    const now = (path: string): Promise<string> =>
      inside(`awk -v at='${at(path)}' '$2 == at { print $3, $4 }' /proc/self/mounts`)
    const fstab = (): string => readFileSync(at('fstab'), 'utf8')
    const task = (args: Partial<MountArgs> & Pick<MountArgs, 'state'>) =>
      mount('it', { path: at('point'), fstab: at('fstab'), ...args })
    const of = async (args: Partial<MountArgs> & Pick<MountArgs, 'state'>) => {
      const done = await converge(task(args), [...own.enter, ...shell])
      assert.deepEqual([done.left, done.wrong], [[], []])
      return done.changes.map(({ what, from, to }) => [what, from, to])
    }
    const bind = { src: '', fstype: 'none', opts: 'bind', state: 'mounted' } as const
    const bound = () => ({ ...bind, src: at('source') })
    const memory = { src: 'tmpfs', fstype: 'tmpfs', opts: 'size=64k', state: 'mounted' } as const

    it('is a directory that is bound, once', async () => {
      assert.deepEqual(
        (await of(bound())).map(([what]) => what),
        ['mount point', 'mounted', 'content'],
      )
      assert.equal(await inside(`cat ${at('point/a')}`), 'a\n')
      assert.equal(fstab(), `# mine\n${at('source')} ${at('point')} none bind 0 0\n`)
      assert.deepEqual(await of(bound()), [])
    })

    it('gets the options that fstab gets', async () => {
      await of(bound())
      const changes = await of({ ...bound(), opts: 'bind,ro' })
      assert.deepEqual(changes[0], ['options', 'bind', 'bind,ro'])
      assert.match(await now('point'), /^\S+ ro/)
      await of(bound())
      assert.match(await now('point'), /^\S+ rw/)
    })

    it('has options from the beginning', async () => {
      await of({ ...bound(), opts: 'bind,ro,noexec' })
      assert.match(await now('point'), /^\S+ ro,noexec/)
      assert.deepEqual(await of({ ...bound(), opts: 'bind,ro,noexec' }), [])
      await of({ ...memory, path: at('other'), opts: 'users,nofail,noauto,x-own=1,_netdev,exec,comment=a' })
      assert.match(await now('other'), /^tmpfs rw,nosuid,nodev,relatime/)
    })

    rest('loses options that somebody else gave it', async () => {
      const args = { ...memory, opts: 'rw,noexec' }
      await of(args)
      await inside(`mount -o remount,ro,exec ${at('point')}`)
      assert.deepEqual(await of(args), [['options', undefined, 'rw,noexec']])
      assert.match(await now('point'), /^tmpfs rw,noexec/)
    })

    rest('stays mounted where fstab alone is other', async () => {
      await of(memory)
      await inside(`echo kept >${at('point/kept')}`)
      await of({ ...memory, passno: 2 })
      await of({ ...memory, opts: 'size=64k,nofail' })
      await of({ ...memory, opts: 'size=128k' })
      assert.equal(await inside(`cat ${at('point/kept')}`), 'kept\n')
      assert.match(await now('point'), /size=128k/)
    })

    rest('is replaced where another source is wanted', async () => {
      await of(memory)
      const [change] = await of(bound())
      assert.deepEqual(change, ['mounted', 'tmpfs', at('source')])
      assert.equal(
        await inside(`cat ${at('point/a')}; grep -c ' ${at('point')} ' /proc/self/mounts`),
        'a\n1\n',
      )
      mkdirSync(at('another'))
      await of({ ...bound(), src: at('another') })
      assert.equal(await inside(`ls ${at('point')}`), '')
    })

    it('does not stop the next boot: an entry that cannot be mounted does not get into fstab', async () => {
      await assert.rejects(of({ ...memory, opts: 'size=nonsense' }), /point/)
      assert.deepEqual([fstab(), existsSync(at('point'))], ['# mine\n', false])
      await of(memory)
      await assert.rejects(of({ ...memory, opts: 'size=nonsense' }))
      assert.match(fstab(), /size=64k/)
    })

    rest('is no affair of fstab when it is ephemeral', async () => {
      const args = { ...memory, state: 'ephemeral' } as const
      await of(args)
      assert.deepEqual(await of(args), [])
      assert.equal(fstab(), '# mine\n')
      await assert.rejects(of({ ...bound(), state: 'ephemeral' }), {
        code: 'E_OTHER_MOUNT',
        message: /^tmpfs is mounted/,
      })
      await of({ ...args, opts: 'noexec' })
      assert.match(await now('point'), /noexec/)
    })

    rest('is not changed by what is only in fstab', async () => {
      await of({ ...memory, state: 'present' })
      assert.equal(await now('point'), '')
      await of(memory)
      await of({ state: 'absentFromFstab' })
      assert.equal(fstab(), '# mine\n')
      assert.match(await now('point'), /^tmpfs/)
    })

    it('is unmounted, however many lie over each other', async () => {
      await of(memory)
      await inside(`mount -t tmpfs again ${at('point')}`)
      assert.deepEqual(await of({ state: 'unmounted' }), [['mounted', 'again', 'nothing']])
      assert.equal(await now('point'), '')
      assert.match(fstab(), /point/)
      assert.deepEqual(await of({ state: 'unmounted' }), [])
    })

    rest('is absent with its mount point', async () => {
      await of(memory)
      assert.deepEqual(
        (await of({ state: 'absent' })).map(([what]) => what),
        ['mounted', 'mount point', 'content'],
      )
      assert.deepEqual([fstab(), existsSync(at('point'))], ['# mine\n', false])
      assert.deepEqual(await of({ state: 'absent' }), [])
      mkdirSync(at('point'))
      assert.deepEqual(await of({ state: 'absent' }), [])
      await of({ ...memory, state: 'present' })
      writeFileSync(at('point/full'), '')
      await assert.rejects(of({ state: 'absent' }), { code: 'E_NOT_EMPTY' })
      assert.match(fstab(), /point/)
    })

    it('is mounted anew each time with remounted', async () => {
      await assert.rejects(of({ state: 'remounted' }), { code: 'E_NOT_MOUNTED' })
      await of({ ...memory, opts: 'size=64k' })
      assert.deepEqual(await of({ state: 'remounted', opts: 'ro,size=128k' }), [
        ['remounts', undefined, 'now, with ro,size=128k'],
      ])
      assert.match(await now('point'), /^tmpfs ro,.*size=128k/)
      assert.match(fstab(), /size=64k/)
      assert.equal((await of({ state: 'remounted' })).length, 1)
    })

    rest('can be a file on a file', async () => {
      const args = { ...bound(), src: at('source/a') }
      await assert.rejects(of(args), { code: 'E_NO_FILE' })
      writeFileSync(at('point'), '')
      await of(args)
      assert.equal(await inside(`cat ${at('point')}`), 'a\n')
      assert.deepEqual(await of(args), [])
      await of({ state: 'unmounted' })
    })

    it('has names with blanks', async () => {
      mkdirSync(at('so\\u rce'))
      const args = { ...bound(), src: at('so\\u rce'), path: at('a $(b) point') }
      await of(args)
      assert.deepEqual(await of(args), [])
      await of({ ...args, state: 'absent' })
      assert.equal(existsSync(args.path), false)
    })

    it('is an image of a disk', async function () {
      await inside(`truncate -s 1M ${at('image')}; mke2fs -q ${at('image')}`)
      const args = { ...memory, src: at('image'), fstype: 'ext2', opts: 'loop' }
      const probe = await inside(
        `mount -o loop ${at('image')} ${at('source')} && umount ${at('source')} && echo works`,
      )
      if (probe !== 'works\n') this.skip()
      await of(args)
      assert.deepEqual(await of(args), [])
      await of({ ...args, opts: 'loop,ro' })
      assert.match(await now('point'), /^ext\d ro/)
      await inside(`cp ${at('image')} ${at('another')}`)
      await of({ ...args, src: at('another') })
      const loop = (
        await inside(`awk -v at='${at('point')}' '$2 == at { print $1 }' /proc/self/mounts`)
      ).trim()
      assert.deepEqual(await of({ ...args, src: loop, opts: 'rw', state: 'ephemeral' }), [])
      await of({ state: 'absent' })
    })

    rest('is refused before anything is changed', async () => {
      symlinkSync('source', at('link'))
      await assert.rejects(of({ ...memory, path: at('link') }), {
        code: 'E_OTHER_KIND',
        hint: new RegExp(at('source')),
      })
      await assert.rejects(of({ ...memory, path: at('link/point') }), {
        hint: new RegExp(at('source/point')),
      })
      await assert.rejects(of({ ...bound(), src: at('none') }), { code: 'E_NO_DEVICE' })
      await assert.rejects(of({ ...memory, src: '/dev/none', fstype: 'ext4' }), {
        code: 'E_NO_DEVICE',
        hint: /lsblk/,
      })
      await assert.rejects(of({ ...memory, path: at('source/a') }), { code: 'E_OTHER_KIND' })
      await assert.rejects(of({ ...memory, fstab: at('none/fstab') }), { code: 'E_NO_DIRECTORY' })
      await of(memory)
      await of({ ...memory, path: at('point/below') })
      await assert.rejects(of({ state: 'unmounted' }), { code: 'E_MOUNTS_BELOW', message: /point\/below/ })
      assert.match(await now('point'), /^tmpfs/)
      assert.deepEqual(existsSync(at('none')), false)
    })

    rest('is foretold by a dry run', async () => {
      const machine = [...own.enter, ...shell]
      const tasks = () => [
        file('source', { path: at('new'), state: 'directory' }),
        mount('new', { ...bind, src: at('new'), path: at('point'), fstab: at('fstab') }),
        mount('again', { ...bind, src: at('new'), path: at('point'), fstab: at('fstab') }),
        mount('other', { ...memory, path: at('other'), fstab: at('fstab') }),
        copy('beside', { dest: at('beside'), content: 'b' }),
        copy('below', { dest: at('point/b'), content: 'b' }),
        mount('gone', { path: at('other'), state: 'absent', fstab: at('fstab') }),
      ]
      const dry = await runOn(machine, tasks, { check: true })
      assert.deepEqual(dry.statuses, [
        'source: would-change',
        'new: would-change',
        'again: ok',
        'other: would-change',
        'beside: would-change',
        // As far as today's state tells: what will be mounted may have the file.
        'below: would-change',
        'gone: unknown',
      ])
      const done = await runOn(machine, tasks)
      assert.deepEqual(done.statuses, [
        'source: changed',
        'new: changed',
        'again: ok',
        'other: changed',
        'beside: changed',
        'below: changed',
        'gone: changed',
      ])
    })
  })
}
