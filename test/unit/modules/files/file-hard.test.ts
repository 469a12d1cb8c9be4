import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { ShellStep } from '../../../../lib/core/module.ts'
import type { FileArgs } from '../../../../lib/modules/files/file/args.ts'
import { file } from '../../../../lib/modules/files/file/module.ts'
import { SHELLS, converge, itAsRoot, observe, run, useTemp } from '../driver.ts'

const ALICE = 4711

for (const [name, shell] of Object.entries(SHELLS))
  describe(`hard links of file, under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    const task = (path: string, target: string, more: Partial<FileArgs> = {}) =>
      file('it', { path: at(path), state: 'hard', target: at(target), ...more })
    const inode = (path: string): number => lstatSync(at(path)).ino
    const links = async (path: string, target: string, more: Partial<FileArgs> = {}): Promise<unknown> => {
      const { changes, left, wrong } = await converge(task(path, target, more), shell)
      assert.deepEqual([left, wrong], [[], []])
      assert.equal(inode(path), inode(target))
      return changes
    }
    beforeEach(() => {
      chmodSync(temp(), 0o755)
      writeFileSync(at('a'), 'a', { mode: 0o640 })
    })

    it('are made once, and again for another file', async () => {
      assert.deepEqual(await links("it's", 'a'), [{ what: 'hard link', from: 'absent', to: at('a') }])
      assert.deepEqual(await links("it's", 'a'), [])
      writeFileSync(at('-b'), 'b')
      await assert.rejects(links("it's", '-b'), /it's is a file, not a hard link to \S+-b/)
      await links("it's", '-b', { force: true })
    })

    it('take the place of what is there, with force', async () => {
      symlinkSync('.', at('link'))
      mkdirSync(at('empty'))
      mkdirSync(at('full/d'), { recursive: true })
      await links('link', 'a', { force: true })
      await links('empty', 'a', { force: true })
      await assert.rejects(links('full', 'a', { force: true }), /is a directory with 1 entry/)
      await links('full', 'a', { force: 'remove-tree' })
    })

    it('are not made to what is no file', async () => {
      symlinkSync('a', at('link'))
      mkdirSync(at('d'))
      await assert.rejects(links('it', 'link'), /link is a link to a, and only a file can have hard links/)
      await assert.rejects(links('it', 'd'), /d is a directory, and only a file/)
      await assert.rejects(links('it', 'none'), { code: 'E_NOT_THERE' })
      const other = file('it', { path: '/dev/shm/run-playbook-none/it', state: 'hard', target: at('a') })
      await assert.rejects(converge(other, shell), { code: 'E_NO_DIRECTORY' })
    })

    itAsRoot('are made where somebody else can write', async () => {
      mkdirSync(at('alice'))
      chownSync(at('alice'), ALICE, ALICE)
      await links('alice/it', 'a')
      writeFileSync(at('alice/hers'), 'x')
      await links('mine', 'alice/hers')
    })

    itAsRoot('are not made through a link of somebody else, also one that comes meanwhile', async () => {
      mkdirSync(at('alice'))
      mkdirSync(at('alice/d'))
      writeFileSync(at('alice/d/f'), 'x')
      for (const path of ['alice', 'alice/d', 'alice/d/f']) chownSync(at(path), ALICE, ALICE)
      const { module, args } = task('it', 'alice/d/f')
      const [step] = module.apply(args, await observe(shell, module.probe(args)))
      mkdirSync(at('root'))
      writeFileSync(at('root/f'), 'secret', { mode: 0o600 })
      renameSync(at('alice/d'), at('alice/old'))
      symlinkSync('../root', at('alice/d'))
      lchownSync(at('alice/d'), ALICE, ALICE)
      const { code, stderr } = await run(shell, step as ShellStep)
      assert.notEqual(code, 0)
      assert.match(stderr.toString(), /d in \S+alice is a link that uid 4711 made/)
      assert.equal(lstatSync(at('root/f')).nlink, 1)
      await assert.rejects(links('it', 'alice/d/f'), /is not safe to link to/)
    })
  })

describe('arguments of file with state: hard', () => {
  for (const [what, args, says] of [
    ['no target', {}, /target: is required with state: link or hard/],
    ['a relative target', { target: 'a' }, /target: must be the absolute path/],
    ['a mode', { target: '/a', mode: '0644' }, /mode: is not allowed/],
    ['an owner', { target: '/a', owner: 'root' }, /owner: is not allowed/],
    ['a slash at the end', { target: '/a', path: '/b/' }, /path: ends in a slash/],
  ] as const)
    it(`are refused before any host: ${what}`, () => {
      assert.throws(() => file('it', { path: '/srv/x', state: 'hard', ...args }), says)
    })
})
