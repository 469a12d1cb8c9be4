import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FileArgs } from '../../../../lib/modules/files/file/args.ts'
import { file } from '../../../../lib/modules/files/file/module.ts'
import { SHELLS, converge, useTemp } from '../driver.ts'
import { type Tree, makeTree, treeOf } from '../tree.ts'

const ALICE = 4711

const TREE: Tree = {
  top: '755/',
  'top/-R': '640 r',
  'top/.hidden': '600 h',
  'top/a b*': '755 x',
  'top/link': '-> ../outside',
  'top/sub': '2755/',
  'top/sub/deep': '700/',
  'top/sub/deep/suid': '4755 s',
  'top/sub/loop': '-> ..',
  outside: '600 o',
}

for (const [name, shell] of Object.entries(SHELLS))
  describe(`file below a directory, under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    before(function () {
      if (process.getuid?.() !== 0) this.skip()
    })
    beforeEach(() => {
      chmodSync(temp(), 0o755)
      makeTree(temp(), TREE)
    })
    const all = (args: Partial<FileArgs>): ReturnType<typeof converge> =>
      converge(file('it', { path: at('top'), state: 'directory', recurse: true, ...args }), shell)
    /** The steps are one, it converges as foretold, and nothing is left to do for the next. */
    const settles = async (args: Partial<FileArgs>): Promise<unknown> => {
      const { changes, left, wrong, steps } = await all(args)
      assert.deepEqual([left, wrong, steps.length], [[], [], changes.length === 0 ? 0 : 1])
      const again = await all(args)
      assert.deepEqual(again.changes, [])
      return changes
    }
    const giveAway = (path: string): void => {
      execFileSync('chown', ['-R', '-h', `${ALICE}:${ALICE}`, at(path)])
      execFileSync('chmod', ['4755', at('top/sub/deep/suid')])
    }

    it('changes the mode of all, X of what can be executed, and follows no link', async () => {
      assert.deepEqual(await settles({ mode: 'u=rwX,g=rX,o=' }), [
        { what: 'mode', from: '0755', to: '0750' },
        { what: `below ${at('top')}`, from: '5 differ', to: 'mode u=rwX,g=rX,o=' },
      ])
      assert.deepEqual(treeOf(temp()), {
        ...TREE,
        top: '750/',
        'top/.hidden': '640 h',
        'top/a b*': '750 x',
        'top/sub': '750/',
        'top/sub/deep': '750/',
        'top/sub/deep/suid': '750 s',
      })
    })

    it('changes owner and group of all, of links too, and keeps setuid', async () => {
      assert.deepEqual(await settles({ owner: ALICE, group: 'daemon' }), [
        { what: 'owner', from: 0, to: ALICE },
        { what: 'group', from: 'root', to: 'daemon' },
        { what: `below ${at('top')}`, from: '8 differ', to: `owner ${ALICE}, group daemon` },
      ])
      const owned = Object.entries(TREE).map(([path, is]) => [
        path,
        path === 'outside' ? is : is.replace(/^(->|\d+)/, `$1@${ALICE}:1`),
      ])
      assert.deepEqual(treeOf(temp()), Object.fromEntries(owned))
    })

    it('changes only what differs, and a single thing below', async () => {
      await settles({ owner: ALICE, mode: 'a+rX' })
      chmodSync(at('top/sub/deep/suid'), 0o4711)
      assert.deepEqual(await settles({ owner: ALICE, mode: 'a+rX' }), [
        { what: `below ${at('top')}`, from: '1 differ', to: `mode a+rX, owner ${ALICE}` },
      ])
    })

    it('gives all the same octal mode', async () => {
      await settles({ mode: '0700', group: 1 })
      const modes = Object.values(treeOf(at('top'))).map((is) => /^\d+/.exec(is)?.[0])
      assert.deepEqual(modes, ['700', '700', '700', undefined, '700', '700', '700', undefined])
    })

    it('has nothing to do below a new directory, or an empty one', async () => {
      for (const path of [at('new'), at('new')]) await settles({ path, mode: '0750', owner: ALICE })
    })

    it('does the same where others can write', async () => {
      giveAway('top')
      await settles({ mode: 'u=rwX,g=rX,o=', owner: ALICE + 1 })
      assert.deepEqual(treeOf(at('')), {
        top: `750@${ALICE + 1}:${ALICE}/`,
        'top/-R': `640@${ALICE + 1}:${ALICE} r`,
        'top/.hidden': `640@${ALICE + 1}:${ALICE} h`,
        'top/a b*': `750@${ALICE + 1}:${ALICE} x`,
        'top/link': `->@${ALICE + 1}:${ALICE} ../outside`,
        'top/sub': `750@${ALICE + 1}:${ALICE}/`,
        'top/sub/deep': `750@${ALICE + 1}:${ALICE}/`,
        'top/sub/deep/suid': `750@${ALICE + 1}:${ALICE} s`,
        'top/sub/loop': `->@${ALICE + 1}:${ALICE} ..`,
        outside: '600 o',
      })
    })

    it('does the same in a directory of somebody else', async () => {
      mkdirSync(at('alice'))
      execFileSync('mv', [at('top'), at('alice/top')])
      execFileSync('chown', ['-R', '-h', `${ALICE}:${ALICE}`, at('alice')])
      await settles({ path: at('alice/top'), mode: 'g+rwX,o=', group: 1 })
      assert.deepEqual(treeOf(at('alice/top'))['.hidden'], `660@${ALICE}:1 h`)
    })

    it('changes pipes and sockets too', async () => {
      execFileSync('mkfifo', ['-m', '600', at('top/pipe')])
      await settles({ mode: 'g+rw', owner: ALICE })
      execFileSync('mkfifo', ['-m', '600', at('top/sub/another')])
      assert.deepEqual(await settles({ mode: 'g+rw', owner: ALICE }), [
        { what: `below ${at('top')}`, from: '1 differ', to: `mode g+rw, owner ${ALICE}` },
      ])
    })

    it('refuses hard links where others can write', async () => {
      giveAway('top')
      chownSync(at('top/-R'), 0, 0)
      linkSync(at('outside'), at('top/sub/again'))
      await assert.rejects(
        all({ mode: 'a+r' }),
        /top\/sub\/again is not safe to change: the file has other names \(hard links\)/,
      )
      assert.equal(treeOf(temp())['outside'], '600 o')
    })

    it('counts what is there in a large tree, and changes it in one trip', async () => {
      for (let folder = 0; folder < 20; folder++) {
        mkdirSync(at(`top/f${folder}`))
        for (let i = 0; i < 100; i++) writeFileSync(at(`top/f${folder}/${i}`), '', { mode: 0o600 })
      }
      assert.deepEqual(await settles({ mode: 'g+r' }), [
        { what: `below ${at('top')}`, from: '2002 differ', to: 'mode g+r' },
      ])
    })

    it('says that it cannot look where it may not', async () => {
      symlinkSync('top', at('short'))
      await assert.rejects(all({ path: at('short'), mode: 'a+r' }), /is a link to top, not a directory/)
    })
  })

describe('arguments of file with recurse', () => {
  for (const [what, args, says] of [
    ['a file', { state: 'file', mode: '0644' }, /recurse: is for state: directory only/],
    ['nothing to do', { state: 'directory' }, /recurse: has nothing to do without/],
    [
      'a system path',
      { state: 'directory', path: '/etc', mode: 'a+r' },
      /recurse: is not allowed for a system path/,
    ],
    ['all', { state: 'directory', path: '/', owner: 'root' }, /recurse: is not allowed/],
  ] as const)
    it(`are refused before any host: ${what}`, () => {
      assert.throws(() => file('it', { path: '/srv/x', recurse: true, ...args }), says)
    })
})
