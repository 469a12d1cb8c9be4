import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type CopyTreeArgs, copyTree, lineinfile } from '../../../../lib/modules/index.ts'
import { playAnsible } from '../../../support/ansible-playbook.ts'
import { type AnsibleCall, type AnsibleResult, askAnsible, hasAnsible } from '../../../support/ansible.ts'
import { LONG } from '../../../support/often.ts'
import { runLocal } from '../../../support/run-local.ts'
import { SHELLS, converge, itAsRoot, useTemp } from '../driver.ts'
import { makeTree, treeOf } from '../tree.ts'
import { CASES, SOURCE } from './copy-tree-cases.ts'

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`what copyTree does, under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    for (const [what, { source = SOURCE, before, args, after }] of Object.entries(CASES))
      it(what, async () => {
        makeTree(at('source'), source)
        if (before !== undefined) makeTree(at('dest'), before)
        const run = () => converge(copyTree('it', { src: at('source'), dest: at('dest'), ...args }), shell)
        if (after instanceof RegExp) {
          await assert.rejects(run, after)
          assert.deepEqual(treeOf(at('dest')), before)
          return
        }
        const done = await run()
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.deepEqual(treeOf(at('dest')), after)
        assert.deepEqual((await run()).changes, [])
      })

    it('makes the directories above, and sends large files too', async () => {
      const large = 'x'.repeat(1_500_000)
      makeTree(at('source'), { large: `755 ${large}`, small: '644 s' })
      const run = () => converge(copyTree('it', { src: at('source'), dest: at('b/c/dest') }), shell)
      const done = await run()
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(treeOf(at('b')), {
        c: '755/',
        'c/dest': '755/',
        'c/dest/large': `755 ${large}`,
        'c/dest/small': '644 s',
      })
      writeFileSync(at('source/large'), `${large}y`)
      assert.deepEqual(
        (await run()).changes.map((change) => change.what),
        ['large'],
      )
      assert.equal(lstatSync(at('b/c/dest/large')).size, large.length + 1)
    })

    itAsRoot('gives all of it to somebody, and goes on from there', async () => {
      makeTree(at('source'), SOURCE)
      chmodSync(temp(), 0o755)
      const run = () =>
        converge(
          copyTree('it', { src: at('source'), dest: at('dest'), owner: 4711, group: 4712, delete: true }),
          shell,
        )
      const done = await run()
      assert.deepEqual([done.left, done.wrong], [[], []])
      for (const path of ['', ...Object.keys(SOURCE)]) {
        const { uid, gid } = lstatSync(at(`dest/${path}`))
        assert.deepEqual([path, uid, gid], [path, 4711, 4712])
      }
      writeFileSync(at('source/bin/run'), '#!/bin/dash\n')
      mkdirSync(at('source/bin/new'))
      writeFileSync(at('source/bin/new/b'), 'b')
      rmSync(at('source/empty'), { recursive: true })
      chownSync(at('dest/a.txt'), 0, 0)
      writeFileSync(at('dest/bin/gone'), '')
      const again = await run()
      assert.deepEqual([again.left, again.wrong], [[], []])
      assert.deepEqual(again.changes.map((change) => change.what).sort(), [
        'a.txt group',
        'a.txt owner',
        'bin/gone',
        'bin/new',
        'bin/new/b',
        'bin/run',
        'empty',
      ])
      assert.equal(lstatSync(at('dest/bin/new/b')).uid, 4711)
      assert.deepEqual(readdirSync(at('dest')), ['a.txt', 'bin', 'x y $(z)'])
    })

    itAsRoot('is safe from the owner of a directory, who moves things meanwhile', async () => {
      makeTree(at('source'), SOURCE)
      makeTree(at('dest'), { bin: '755/' })
      mkdirSync(at('root'))
      chmodSync(temp(), 0o755)
      for (const path of ['dest', 'dest/bin']) chownSync(at(path), 4711, 4711)
      const script = 'echo; while :; do mv bin .bin; ln -s ../root bin; rm bin; mv .bin bin; done 2>/dev/null'
      const alice = spawn('sh', ['-c', script], { cwd: at('dest'), uid: 4711, gid: 4711, detached: true })
      const gone = once(alice, 'exit')
      try {
        await once(alice.stdout, 'data')
        for (let i = 0; i < 3; i++) {
          writeFileSync(at('source/bin/run'), `${i}`)
          await converge(copyTree('it', { src: at('source'), dest: at('dest'), owner: 4711 }), shell).catch(
            () => {},
          )
        }
      } finally {
        if (alice.pid !== undefined) process.kill(-alice.pid, 'SIGKILL')
        await gone
      }
      assert.deepEqual([readdirSync(at('root')), lstatSync(at('root')).uid], [[], 0])
    })

    itAsRoot('does not follow what the owner of a directory puts there', async () => {
      makeTree(at('source'), SOURCE)
      makeTree(at('dest'), { bin: '755/' })
      chmodSync(temp(), 0o755)
      chownSync(at('dest'), 4711, 4711)
      mkdirSync(at('root'))
      const run = () => converge(copyTree('it', { src: at('source'), dest: at('dest') }), shell)
      // What is in it belongs to root, and the one whom the directory belongs to can put anything in its place.
      await assert.rejects(run, { code: 'E_UNSAFE_PATH', message: /in the place of/ })
      rmSync(at('dest/bin'), { recursive: true })
      symlinkSync(at('root'), at('dest/bin'))
      await assert.rejects(run, { code: 'E_OTHER_KIND' })
      assert.deepEqual(readdirSync(at('root')), [])
    })
  })
}

describe('copyTree', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)

  /** The calls of Ansible for those that it can do, and what it did. */
  async function compare(
    sent: boolean,
    ask: (calls: readonly AnsibleCall[]) => Promise<readonly AnsibleResult[]>,
  ) {
    const compared = Object.entries(CASES).filter(
      ([, one]) => one.differs !== 'copy cannot' && (one.sent ?? false) === sent,
    )
    const calls = compared.map(([, { source = SOURCE, before, args = {} }], i) => {
      const [src, dest] = [`${at(`source-${i}`)}/`, at(`dest-${i}`)]
      makeTree(src, source)
      if (before !== undefined) makeTree(dest, before)
      const { directoryMode, localFollow, ...rest } = args
      const named = {
        directory_mode: directoryMode,
        ...(sent ? { local_follow: localFollow } : { remote_src: true }),
      }
      return { module: 'copy', args: { ...rest, ...named, src, dest } }
    })
    const results = await ask(calls)
    return compared.flatMap(([what, { after, before, differs }], i) => {
      const { changed, failed = false, msg } = results[i] ?? {}
      const is = treeOf(at(`dest-${i}`))
      const refused = after instanceof RegExp
      const wanted = refused ? (before ?? {}) : after
      const same =
        isDeepStrictEqual(is, wanted) &&
        failed === refused &&
        (refused || changed === !isDeepStrictEqual(wanted, before))
      return same === (differs !== undefined) ? [{ what, is, wanted, changed, failed, msg }] : []
    })
  }

  it('does what the copy of Ansible does on the host, except where said', async function () {
    if (!hasAnsible()) this.skip()
    assert.deepEqual(await compare(false, askAnsible), [])
  })

  it('does what the copy of Ansible does with files that it sends, except where said', async function () {
    if (!hasAnsible()) this.skip()
    this.timeout(900_000)
    assert.deepEqual(await compare(true, playAnsible), [])
  })

  it('is foretold by a dry run, with what comes after', async () => {
    makeTree(at('source'), SOURCE)
    const tasks = () => [
      copyTree('tree', { src: at('source'), dest: at('dest'), delete: true }),
      lineinfile('line', { path: at('dest/a.txt'), line: 'a' }),
      lineinfile('other', { path: at('dest/bin/run'), line: 'exit' }),
      copyTree('again', { src: at('source'), dest: at('dest'), delete: true }),
    ]
    const dry = await runLocal(tasks, { check: true })
    assert.deepEqual(dry.statuses, [
      'tree: would-change',
      'line: ok',
      'other: would-change',
      'again: would-change',
    ])
    assert.equal(existsSync(at('dest')), false)
    assert.deepEqual((await runLocal(tasks)).statuses, [
      'tree: changed',
      'line: ok',
      'other: changed',
      'again: changed',
    ])
    // One trip for what is there, one for what changes and what is left.
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, `644 ${i}`]))
    makeTree(at('many'), many)
    const one = await runLocal(() => [copyTree('many', { src: at('many'), dest: at('dest/many') })])
    assert.deepEqual(one.statuses, ['many: changed'])
    assert.equal(one.tasks[0]?.changes.at(-1)?.to, '41 changes')
    assert.equal(readdirSync(at('dest/many')).length, 60)
  })

  it('refuses what it cannot send', async () => {
    const of = (args: Partial<CopyTreeArgs> = {}) =>
      copyTree('it', { src: at('source'), dest: at('dest'), ...args })
    assert.throws(() => of(), { code: 'E_NO_SOURCE', message: /does not exist/ })
    writeFileSync(at('file'), '')
    assert.throws(() => of({ src: at('file') }), { code: 'E_NO_SOURCE', hint: /copy/ })
    mkdirSync(at('source/sub'), { recursive: true })
    assert.throws(() => of({ dest: '/etc', delete: true }), { code: 'E_BAD_ARGUMENT' })
    assert.throws(() => of({ mode: '644' }), { code: 'E_BAD_ARGUMENT' })
    for (const [path, target, reason] of [
      ['sub/loop', '..', /leads to a directory that it lies in/],
      ['broken', 'nowhere', /no such file or directory: .*broken$/],
    ] as const) {
      symlinkSync(target, at(`source/${path}`))
      await assert.rejects(converge(of()), { code: 'E_NO_SOURCE', message: reason })
      rmSync(at(`source/${path}`))
    }
    writeFileSync(at('source/a\nb'), '')
    await assert.rejects(converge(of()), { code: 'E_NO_SOURCE', message: /line break/ })
    assert.equal(existsSync(at('dest')), false)
  })

  it('tells of a directory above that is none, and of a link', async () => {
    makeTree(at('source'), SOURCE)
    writeFileSync(at('file'), '')
    symlinkSync('source', at('link'))
    const of = (dest: string) => converge(copyTree('it', { src: at('source'), dest: at(dest) }))
    await assert.rejects(of('file/dest'), { code: 'E_NOT_A_DIRECTORY' })
    await assert.rejects(of('file'), { code: 'E_OTHER_KIND' })
    await assert.rejects(of('link'), { code: 'E_OTHER_KIND', message: /is a link to source/ })
    cpSync(at('source'), at('copy'), { recursive: true })
  })
})
