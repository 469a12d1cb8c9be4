import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Change } from '../../../../lib/core/change.ts'
import { changed, fullList, modeOf } from '../../../../lib/modules/files/acl/list.ts'
import { accessList } from '../../../../lib/modules/files/acl/reader.ts'
import { type AclArgs, acl } from '../../../../lib/modules/index.ts'
import { install } from '../../../support/install.ts'
import { answers, converge, useTemp } from '../driver.ts'
import { CASES } from './acl-cases.ts'
import { aclShells } from './acl-shells.ts'

const ROOT = process.getuid?.() === 0
const listOf = (path: string): string => execFileSync('getfacl', ['-cpE', path], { encoding: 'utf8' })
const modeOfPath = (path: string): string => (statSync(path).mode & 0o7777).toString(8).padStart(4, '0')
const said = (changes: readonly Change[]): string[] =>
  changes.map(({ what, from, to }) => `${what}: ${String(from)} → ${String(to)}`)

describe('acl', function () {
  this.timeout(120_000)
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)

  before(function () {
    this.timeout(300_000)
    if (!ROOT) this.skip()
    install('/usr/bin/setfacl', 'acl')
  })

  for (const [name, shell] of Object.entries(aclShells())) {
    describe(`under ${name}`, () => {
      for (const [title, { on, has, args, says, mode }] of Object.entries(CASES)) {
        it(title, async () => {
          const path = at(on)
          if (on === 'file') writeFileSync(path, 'x')
          else mkdirSync(path)
          chmodSync(path, on === 'file' ? 0o640 : 0o750)
          if (has !== undefined) execFileSync('setfacl', ['-m', has, path])
          const task = acl('it', { path, ...args } as AclArgs)
          if (says instanceof RegExp) return assert.rejects(converge(task, shell), says)
          const { changes, left, wrong } = await converge(task, shell)
          assert.deepEqual([said(changes), left, wrong], [says, [], []])
          if (mode !== undefined) assert.equal(modeOfPath(path), mode)
        })
      }

      const all = (path: string, permissions = 'rX'): ReturnType<typeof acl> =>
        acl('it', { path, etype: 'user', entity: 'nobody', permissions, recursive: true })

      it('changes all below, and follows no link', async () => {
        makeTree(at(''))
        const { changes, left, wrong } = await converge(all(at('top')), shell)
        assert.deepEqual([left, wrong], [[], []])
        assert.deepEqual(said(changes), [
          'user nobody: absent → r-x',
          'mask: absent → r-x',
          `below ${at('top')}: 6 differ → user nobody rX`,
        ])
        assertTree(at(''))
        assert.deepEqual((await converge(all(at('top')), shell)).changes, [])
      })

      it('changes all below where others can write too, and follows no link', async () => {
        makeTree(at(''))
        chmodSync(at('top/sub'), 0o777)
        chownSync(at('top/.hidden'), 65534, 65534)
        const { left, wrong } = await converge(all(at('top')), shell)
        assert.deepEqual([left, wrong], [[], []])
        assertTree(at(''))
      })

      it('refuses hard links where others can write', async () => {
        makeTree(at(''))
        chmodSync(at('top/sub'), 0o777)
        linkSync(at('outside'), at('top/sub/again'))
        await assert.rejects(converge(all(at('top')), shell), /again in \S+\/top\/sub has other names/)
        assert.doesNotMatch(listOf(at('outside')), /nobody/)
      })

      it('removes an entry below, and sets default entries of directories only', async () => {
        makeTree(at(''))
        const other = { path: at('top'), etype: 'user', entity: 'nobody', recursive: true } as const
        for (const task of [
          acl('it', { ...other, permissions: 'rwX' }),
          acl('it', { ...other, permissions: 'r', default: true }),
          acl('it', { ...other, state: 'absent' }),
          acl('it', { ...other, state: 'absent', default: true }),
        ]) {
          const { changes, left, wrong } = await converge(task, shell)
          assert.notDeepEqual(changes, [])
          assert.deepEqual([left, wrong], [[], []])
        }
        assert.doesNotMatch(execFileSync('getfacl', ['-R', at('top')], { encoding: 'utf8' }), /nobody/)
      })
    })
  }

  it('refuses a link, a path that does not exist, and one that somebody else could replace', async () => {
    writeFileSync(at('f'), '')
    symlinkSync('f', at('link'))
    mkdirSync(at('theirs/sub'), { recursive: true })
    writeFileSync(at('theirs/sub/f'), '')
    chownSync(at('theirs'), 65534, 65534)
    const entry = { etype: 'user', entity: 'nobody', permissions: 'r' } as const
    for (const [path, says] of [
      ['link', /is a link to f, which has no access control list/],
      ['none', /none does not exist/],
      ['theirs/sub/f', /not safe to write to/],
    ] as const)
      await assert.rejects(converge(acl('it', { path: at(path), ...entry })), says)
  })

  it('changes what lies in a directory of somebody else', async () => {
    mkdirSync(at('theirs/sub'), { recursive: true })
    for (const path of ['theirs/f', 'theirs/sub/f']) writeFileSync(at(path), '')
    for (const path of ['theirs', 'theirs/sub']) chownSync(at(path), 65534, 65534)
    for (const path of ['theirs/f', 'theirs/sub']) {
      const entry = { etype: 'user', entity: 'daemon', permissions: 'rX', recursive: true } as const
      const { left, wrong } = await converge(acl('it', { path: at(path), ...entry }))
      assert.deepEqual([left, wrong], [[], []])
    }
    for (const path of ['theirs/f', 'theirs/sub/f']) assert.match(listOf(at(path)), /^user:daemon:r--$/m)
    assert.deepEqual(readdirSync(at('theirs')), ['f', 'sub'])
  })

  it('does not follow a link that takes the place of a file meanwhile', async () => {
    mkdirSync(at('top'))
    chmodSync(at('top'), 0o777)
    for (const path of ['outside', 'top/f']) writeFileSync(at(path), '')
    mkdirSync(at('bin'))
    const swap = `case $* in *--test*./f) ln -sf ${at('outside')} ./f ;; esac`
    writeFileSync(at('bin/setfacl'), `#!/bin/sh\n${swap}\nexec /usr/bin/setfacl "$@"\n`, { mode: 0o755 })
    const shell = ['env', `PATH=${at('bin')}:/usr/bin:/bin`, 'dash']
    const entry = { etype: 'user', entity: 'nobody', permissions: 'r', recursive: true } as const
    await assert.rejects(
      converge(acl('it', { path: at('top'), ...entry }), shell),
      /f in \S+\/top was replaced meanwhile/,
    )
    assert.doesNotMatch(listOf(at('outside')), /nobody/)
  })

  it('says on a host without setfacl what to install', async () => {
    writeFileSync(at('f'), '')
    const bare = aclShells()['busybox with acl and attr']?.map((word) => word.replace(/:[^:]*-acl-\w*$/, ''))
    await assert.rejects(converge(acl('it', { path: at('f'), etype: 'other', permissions: 'r' }), bare), {
      code: 'E_NO_SETFACL',
    })
  })

  it('foretells what setfacl makes of any list', async () => {
    const keys = ['user:', 'user:1', 'user:2', 'group:', 'group:3', 'mask:', 'other:']
    let seed = 7
    const pick = <T>(from: readonly T[]): T => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return from[Math.floor((seed / 2_147_483_648) * from.length)] as T
    }
    for (const isDirectory of [true, false]) {
      const path = at(isDirectory ? 'd' : 'f')
      if (isDirectory) mkdirSync(path)
      else writeFileSync(path, '')
      const look = async (): Promise<ReturnType<typeof changed>> => {
        const [list] = await answers(['dash'], accessList, [path])
        assert.ok(list !== undefined && !(list instanceof Error))
        return fullList(list, modeOfPath(path))
      }
      for (let i = 0; i < 40; i++) {
        const before = await look()
        const key = pick(keys)
        const inherited = isDirectory && pick([true, false])
        const has = before[inherited ? 'default' : 'access']
        const goes = /:./.test(key) && key in has && pick([true, false])
        const permissions = goes ? undefined : pick(['r', 'rw', 'rX', 'X', '-', 'rwx', 'w'])
        const recalculateMask = key === 'mask:' || pick([true, true, false])
        const entry = `${inherited ? 'd:' : ''}${key}`
        const told = goes ? ['-x', entry] : ['-m', `${entry}:${permissions}`]
        execFileSync('setfacl', [...(recalculateMask ? [] : ['-n']), ...told, path])
        const foretold = changed(
          before,
          { key, permissions, default: inherited, recalculateMask },
          isDirectory,
        )
        const is = await look()
        assert.deepEqual(
          foretold,
          is,
          `${told.join(' ')} of ${JSON.stringify(before)}, mask ${recalculateMask}`,
        )
        assert.equal(modeOf(is, '0000'), modeOfPath(path))
        if (pick([true, false, false])) chmodSync(path, pick([0o600, 0o640, 0o755, 0o711]))
      }
    }
  })

  for (const [title, args, says] of [
    ['permissions are needed', { etype: 'other' }, /permissions: is required/],
    [
      'permissions of what goes',
      { etype: 'user', entity: 'a', permissions: 'r', state: 'absent' },
      /permissions/,
    ],
    ['letters twice', { etype: 'other', permissions: 'rr' }, /permissions: must be letters/],
    ['numbers', { etype: 'other', permissions: '7' }, /permissions: must be letters/],
    ['an account of others', { etype: 'other', entity: 'a', permissions: 'r' }, /entity: goes with/],
    ['the entry of the owner', { etype: 'user', state: 'absent' }, /entity: is required/],
    ['two entries in one name', { etype: 'user', entity: 'a:rwx,u:b', permissions: 'r' }, /name or number/],
    [
      'all of the system',
      { etype: 'other', permissions: 'r', path: '/', recursive: true },
      /recursive: is not allowed/,
    ],
    ['another argument', { etype: 'other', permissions: 'r', follow: true }, /follow/],
  ] as const)
    it(`refuses before any host: ${title}`, () => {
      assert.throws(() => acl('it', { path: '/srv/x', ...args } as AclArgs), says)
    })
})

function makeTree(root: string): void {
  for (const folder of ['top', 'top/sub', 'top/sub/deep']) mkdirSync(join(root, folder))
  for (const file of ['top/-R', 'top/.hidden', 'top/a b*', 'top/sub/deep/x', 'outside']) {
    writeFileSync(join(root, file), '')
    chmodSync(join(root, file), file === 'top/sub/deep/x' ? 0o755 : 0o640)
  }
  symlinkSync(join(root, 'outside'), join(root, 'top/sub/link'))
}

function assertTree(root: string): void {
  for (const path of ['top', 'top/sub', 'top/sub/deep', 'top/sub/deep/x'])
    assert.match(listOf(join(root, path)), /^user:nobody:r-x$/m, path)
  for (const path of ['top/-R', 'top/.hidden', 'top/a b*'])
    assert.match(listOf(join(root, path)), /^user:nobody:r--$/m, path)
  assert.doesNotMatch(listOf(join(root, 'outside')), /nobody/)
}
