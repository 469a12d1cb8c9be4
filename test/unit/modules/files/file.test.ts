import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Certain, ShellStep } from '../../../../lib/core/module.ts'
import { paths } from '../../../../lib/core/resource.ts'
import type { FileArgs } from '../../../../lib/modules/files/file/args.ts'
import { file } from '../../../../lib/modules/files/file/module.ts'
import { SHELLS, converge, itAsRoot, observe, run, touchesOf, useTemp } from '../driver.ts'

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`file under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    const apply = async (args: FileArgs): ReturnType<typeof converge> => {
      const done = await converge(file('it', args), shell)
      assert.deepEqual(done.left, [])
      assert.deepEqual(done.wrong, [])
      return done
    }

    itAsRoot('makes a directory and its parents', async () => {
      const path = at("a b/it's/c")
      const { changes } = await apply({
        path,
        state: 'directory',
        mode: '0750',
        owner: 4242,
        group: 'daemon',
      })
      assert.deepEqual(
        changes.map(({ what }) => what),
        ['state', 'mode', 'owner', 'group'],
      )
      const made = lstatSync(path)
      assert.equal(made.mode & 0o7777, 0o750)
      assert.equal(made.uid, 4242)
      assert.equal(lstatSync(at('a b')).mode & 0o7777, 0o755)
      const again = await apply({ path, state: 'directory', mode: '0750', owner: '4242', group: 'daemon' })
      assert.deepEqual(again.changes, [])
      assert.equal(again.plan.because, 'already a directory 0750 UNKNOWN:daemon')
    })

    itAsRoot('hands down what a setgid folder hands down', async () => {
      await apply({ path: at('shared'), state: 'directory', mode: '2775', group: 'daemon' })
      await apply({ path: at('shared/x/y'), state: 'directory' })
      assert.equal(lstatSync(at('shared/x/y')).gid, 1)
      await apply({ path: at('shared/plain'), state: 'directory', mode: '0755' })
      assert.equal(lstatSync(at('shared/plain')).mode & 0o7777, 0o755)
      await apply({ path: at('shared/f'), state: 'file' })
      await apply({ path: at('shared/l'), state: 'link', target: 'f' })
      await apply({ path: at('shared/l'), state: 'link', target: 'x', owner: 4242 })
    })

    it('takes away setgid that was not asked for', async () => {
      await apply({ path: at('d'), state: 'directory', mode: '2755' })
      await apply({ path: at('d'), state: 'directory', mode: '0755' })
      assert.equal(lstatSync(at('d')).mode & 0o7777, 0o755)
    })

    it('makes a file that is missing and leaves the content of one that is there', async () => {
      await apply({ path: at('f'), state: 'file', mode: '0600' })
      writeFileSync(at('f'), 'mine')
      const { changes } = await apply({ path: at('f'), state: 'file', mode: '0644' })
      assert.deepEqual(changes, [{ what: 'mode', from: '0600', to: '0644' }])
      assert.equal(readFileSync(at('f'), 'utf8'), 'mine')
    })

    it('makes a link, and replaces one that leads to a directory', async () => {
      mkdirSync(at('old'))
      await apply({ path: at('-l k'), state: 'link', target: 'old' })
      const { changes } = await apply({ path: at('-l k'), state: 'link', target: "new 'one'\n" })
      assert.deepEqual(changes, [{ what: 'target', from: 'old', to: "new 'one'\n" }])
      assert.equal(readlinkSync(at('-l k')), "new 'one'\n")
      assert.deepEqual((await apply({ path: at('-l k'), state: 'link', target: "new 'one'\n" })).changes, [])
    })

    it('removes a tree, and the link instead of what it leads to', async () => {
      mkdirSync(at('d/e'), { recursive: true })
      writeFileSync(at('d/e/f'), '')
      symlinkSync(at('d'), at('l'))
      await apply({ path: at('l'), state: 'absent' })
      assert.ok(lstatSync(at('d/e/f')))
      await apply({ path: at('d'), state: 'absent' })
      assert.equal((await apply({ path: at('d'), state: 'absent' })).plan.because, 'already absent')
    })

    it('does not remove what is of another kind unless told to', async () => {
      writeFileSync(at('f'), 'data')
      const args = { path: at('f'), state: 'directory' } as const
      await assert.rejects(apply(args), {
        code: 'E_OTHER_KIND',
        message: `${at('f')} is a file, not a directory`,
      })
      await apply({ ...args, force: true })
      symlinkSync('f', at('l'))
      await assert.rejects(apply({ ...args, path: at('l') }), /is a link to f, not a directory/)
      await apply({ path: at('f'), state: 'link', target: 'x', force: true })
    })

    it('removes a directory that is not empty only when told so, and says how much goes', async () => {
      mkdirSync(at('d/e'), { recursive: true })
      writeFileSync(at("d/e/it's"), '')
      const link = { path: at('d'), state: 'link', target: 'x' } as const
      const full = { code: 'E_OTHER_KIND', message: `${at('d')} is a directory with 2 entries, not a link` }
      await assert.rejects(apply(link), {
        code: 'E_OTHER_KIND',
        message: `${at('d')} is a directory, not a link`,
      })
      await assert.rejects(apply({ ...link, force: true }), full)
      const { changes } = await apply({ ...link, force: 'remove-tree' })
      assert.deepEqual(changes[0], { what: 'state', from: 'directory with 2 entries', to: 'link' })
      mkdirSync(at('empty'))
      await apply({ ...link, path: at('empty'), force: true })
      mkdirSync(at('one/x'), { recursive: true })
      const gone = await apply({ path: at('one'), state: 'absent' })
      assert.deepEqual(gone.changes, [{ what: 'state', from: 'directory with 1 entry', to: 'absent' }])
    })

    it('leaves a directory that was filled after it was looked at', async () => {
      mkdirSync(at('d'))
      const { module, args } = file('it', { path: at('d'), state: 'file', force: true })
      const state = await observe(shell, module.probe(args))
      writeFileSync(at('d/new'), 'data')
      const [step] = module.apply(args, state)
      assert.notEqual((await run(shell, step as ShellStep)).code, 0)
      assert.equal(readFileSync(at('d/new'), 'utf8'), 'data')
    })

    itAsRoot('sets mode and owner of what must exist', async () => {
      const exists = (path: string, more: object): Promise<unknown> =>
        apply({ path: at(path), state: 'exists', ...more }).then(({ changes }) => changes)
      await assert.rejects(exists('key', { mode: '0600' }), {
        code: 'E_NOT_THERE',
        message: `${at('key')} does not exist`,
      })
      writeFileSync(at('key'), 'secret', { mode: 0o644 })
      assert.deepEqual(await exists('key', { mode: '0600' }), [{ what: 'mode', from: '0644', to: '0600' }])
      assert.deepEqual(await exists('key', { mode: '0600', owner: 'root' }), [])
      mkdirSync(at('d'))
      await exists('d', { mode: '2750', group: 'daemon' })
      assert.equal(lstatSync(at('d')).gid, 1)
      symlinkSync('key', at('l'))
      await exists('l', { owner: 4242 })
      assert.equal(lstatSync(at('l')).uid, 4242)
      assert.equal(lstatSync(at('key')).uid, 0)
      await assert.rejects(exists('l', { mode: '0600' }), /is a link to key, which has no mode of its own/)
    })

    it('says that the folder is missing, or is none', async () => {
      await assert.rejects(apply({ path: at('no/f'), state: 'file' }), { code: 'E_NO_DIRECTORY' })
      writeFileSync(at('f'), '')
      await assert.rejects(apply({ path: at('f/d'), state: 'directory' }), { code: 'E_NOT_A_DIRECTORY' })
      await assert.rejects(apply({ path: at('x'), state: 'file', owner: 'nobody-knows' }), {
        code: 'E_NO_ACCOUNT',
      })
    })
  })
}

describe('arguments of file', () => {
  const refused = (args: object, message: RegExp): void =>
    assert.throws(
      () => file('it', args as never),
      (error: Error) => message.test(error.message),
    )

  it('keep the system from being removed', () => {
    for (const path of [
      '/',
      '/etc',
      '/etc/',
      '//usr//',
      '/usr/lib',
      '/var/lib/docker',
      '/proc/1',
      '/dev/sda',
      '/home',
    ]) {
      refused({ path, state: 'absent' }, /is a system path/)
      refused({ path, state: 'link', target: 'x', force: true }, /is a system path/)
    }
    refused({ path: '/srv/../etc', state: 'absent' }, /must not contain/)
    file('it', { path: '/data', state: 'absent' })
  })

  it('are refused before any host is touched', () => {
    refused({ path: 'relative', state: 'file' }, /absolute path/)
    refused({ path: '/a', state: 'file', mode: '644' }, /four octal digits/)
    refused({ path: '/a/', state: 'file' }, /path: ends in a slash/)
    file('it', { path: '/a/', state: 'directory' })
    refused({ path: '/a', state: 'link' }, /target: is required with/)
    refused({ path: '/a', state: 'file', target: 'x' }, /target: is required with/)
    refused({ path: '/a', state: 'absent', owner: 'x' }, /owner/)
    for (const path of ['/tmp/*.log', '/tmp/log.?', '/tmp/[ab]'])
      refused({ path, state: 'absent' }, /path: is taken as it is written.*rm -f/)
    for (const path of ['/usr/local/bin/[', '/srv/$x', '/srv/`id`']) file('it', { path, state: 'absent' })
    file('it', { path: '/srv/what?', state: 'file' })
    refused({ path: '/a', state: 'link', target: 'x', mode: '0644' }, /mode/)
    refused({ path: '/a', state: 'file', owner: '-R' }, /account/)
    refused({ path: '/a', state: 'file', moed: '0644' }, /moed/)
  })

  it('say what is touched', () => {
    const touches = (args: FileArgs): unknown => touchesOf(file('it', args))
    assert.deepEqual(touches({ path: '/srv/a/b', state: 'directory' }), [
      paths.at('/srv/a/b'),
      paths.at('/srv'),
      paths.at('/srv/a'),
    ])
    const certain: Certain = (one) => {
      assert.equal(one.reader.name, 'stat')
      const known: Readonly<Record<string, unknown>> = {
        '/srv': { type: 'directory' },
        '/srv/a': { type: 'absent' },
      }
      return known[one.key] as never
    }
    assert.deepEqual(touchesOf(file('it', { path: '/srv/a/b', state: 'directory' }), undefined, certain), [
      paths.at('/srv/a/b'),
      paths.at('/srv/a'),
    ])
    assert.deepEqual(touches({ path: '/srv/a', state: 'absent' }), [paths.below('/srv/a')])
    assert.deepEqual(touches({ path: '/srv/a', state: 'file' }), [paths.at('/srv/a')])
  })
})
