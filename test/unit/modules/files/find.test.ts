import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { from } from '../../../../lib/core/deferred.ts'
import { type FindArgs, type FindState, copy, file, find } from '../../../../lib/modules/index.ts'
import { globPattern } from '../../../../lib/modules/files/find/glob.ts'
import { found, queryKey } from '../../../../lib/modules/files/find/reader.ts'
import { parseRecorded } from '../../../../lib/testing/drive-task.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { LONG } from '../../../support/often.ts'
import { runLocal } from '../../../support/run-local.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, itAsRoot, observe, useTemp } from '../driver.ts'
import { CASES, makeFound } from './find-cases.ts'

const look = (args: FindArgs, shell: TestShell = ['dash']): Promise<FindState> => {
  const task = find('it', args)
  return observe(shell, task.module.probe(task.args)) as Promise<FindState>
}

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`what find finds, under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    beforeEach(() => makeFound(temp()))

    it('is what is asked for', async () => {
      for (const [what, { args, found: wanted }] of Object.entries(CASES)) {
        const { files, skipped } = await look({ ...args, paths: temp() }, shell)
        const paths = files.map(({ path }) => path.slice(temp().length + 1))
        assert.deepEqual([what, paths, skipped], [what, [...wanted].sort(), []])
      }
    })

    it('has all that is known of a file', async () => {
      // To compute the hash is to read it.
      const is = lstatSync(at('c.txt'))
      const { files } = await look({ paths: temp(), patterns: 'c.txt', checksum: true }, shell)
      const seconds = (ms: number): number => Math.floor(ms / 1000) * 1000
      assert.equal(files.length, 1)
      const [{ owner, group, ...rest } = assert.fail()] = files
      assert.deepEqual(rest, {
        path: at('c.txt'),
        type: 'file',
        mode: '4755',
        uid: is.uid,
        gid: is.gid,
        size: 2048,
        mtime: seconds(is.mtimeMs),
        ctime: seconds(is.ctimeMs),
        atime: seconds(is.atimeMs),
        sha256: createHash('sha256').update('x'.repeat(2048)).digest('hex'),
      })
      assert.deepEqual([typeof owner, typeof group], ['string', 'string'])
    })

    it('has hashes of files only', async () => {
      const { files } = await look(
        { paths: temp(), fileType: 'any', patterns: ['*.log', 'dir'], checksum: true },
        shell,
      )
      assert.deepEqual(
        files.map(({ path, sha256 }) => [path.slice(temp().length + 1), sha256?.slice(0, 4)]),
        [
          ['a.log', createHash('sha256').update('first\nerror in line\n').digest('hex').slice(0, 4)],
          ['b.log', 'e3b0'],
          ['dir', undefined],
          ['link.log', undefined],
        ],
      )
    })

    it('is each once, in several directories, one of them by a link', async () => {
      symlinkSync('dir', at('way'))
      const { files, skipped } = await look(
        {
          paths: [at('dir/deep'), at('dir'), at('none'), at('way'), at('a.log')],
          recurse: true,
          patterns: '*.log',
        },
        shell,
      )
      assert.deepEqual(
        files.map(({ path }) => path),
        [at('dir/a.log'), at('dir/deep/b.log'), at('way/a.log'), at('way/deep/b.log')],
      )
      assert.deepEqual(
        skipped,
        ['none', 'a.log'].map((path) => ({ path: at(path), reason: 'is not a directory' })),
      )
    })

    it('leaves out names that no task can take, and says so', async () => {
      const strange = [at('a\nb.odd'), at('a\n81a4:0:0:1:1:1:1:root:root.odd')]
      for (const path of strange) writeFileSync(path, 'x')
      writeFileSync(
        Buffer.concat([Buffer.from(`${temp()}/`), Buffer.from([0xff, 0x2e, 0x6f, 0x64, 0x64])]),
        'x',
      )
      writeFileSync(at('good.odd'), 'x')
      const { files, skipped } = await look({ paths: temp(), patterns: '*.odd', checksum: true }, shell)
      assert.deepEqual(
        files.map(({ path, size }) => [path, size]),
        [[at('good.odd'), 1]],
      )
      assert.deepEqual(skipped.map(({ path }) => path).toSorted(), [
        at('a\n81a4:0:0:1:1:1:1:root:root.odd'),
        at('a\nb.odd'),
        at('\ufffd.odd'),
      ])
    })

    itAsRoot('says which directories it may not enter', async () => {
      mkdirSync(at('dir/closed'), { mode: 0o700 })
      chmodSync(temp(), 0o755)
      chownSync(at('dir/closed'), 0, 0)
      const asNobody: TestShell = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...shell]
      const tools = shell.find((word) => word.startsWith('PATH='))?.slice('PATH='.length)
      if (tools !== undefined) chmodSync(tools, 0o755)
      const { files, skipped } = await look({ paths: at('dir'), recurse: true, patterns: '*.log' }, asNobody)
      assert.deepEqual(
        files.map(({ path }) => path),
        [at('dir/a.log'), at('dir/deep/b.log')],
      )
      assert.deepEqual(skipped, [{ path: at('dir/closed'), reason: 'Permission denied' }])
    })

    it('says that grep does not know the pattern', async () => {
      await assert.rejects(look({ paths: temp(), contains: 'a(' }, shell), {
        code: 'E_BAD_ARGUMENT',
        message: /a\(/,
      })
    })

    it('is there for later tasks, batched and not, and foretold', async () => {
      const tasks = () => {
        const old = find('old', { paths: temp(), patterns: '*.log', age: '30m' })
        return [
          old,
          from(old, ({ files }) =>
            files.map(({ path }) =>
              file(`remove ${path.slice(temp().length + 1)}`, { path, state: 'absent' }),
            ),
          ),
          copy(
            'list',
            from(old, ({ files }) => ({
              dest: at('list'),
              content: files.map(({ size }) => `${size}\n`).join(''),
            })),
          ),
        ]
      }
      const dry = await runOn(shell, tasks, { check: true })
      assert.deepEqual(dry.statuses, ['old: ok', 'remove b.log: would-change', 'list: would-change'])
      assert.ok(existsSync(at('b.log')))
      assert.deepEqual((await runOn(shell, tasks, { batch: false })).statuses, [
        'old: ok',
        'remove b.log: changed',
        'list: changed',
      ])
      assert.ok(!existsSync(at('b.log')))
      assert.deepEqual((await runOn(shell, tasks)).statuses, ['old: ok', 'list: changed'])
    })
  })
}

describe('find', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)

  it('finds what the find of Ansible finds, except where said', function () {
    if (!hasAnsible()) this.skip()
    makeFound(temp())
    const compared = Object.entries(CASES).filter(([, { ansible }]) => !('differs' in ansible))
    const results = runAnsible(
      compared.map(([, { ansible }]) => ({ module: 'find', args: { paths: [temp()], ...ansible } })),
      ['env', 'LC_ALL=C.UTF-8'],
    )
    for (const [i, [what, { found: wanted }]] of compared.entries()) {
      const files = results[i]?.['files'] as readonly { readonly path: string }[]
      const paths = files.map(({ path }) => path.slice(temp().length + 1)).toSorted()
      assert.deepEqual([what, paths], [what, [...wanted].sort()])
    }
  })

  it('sees what an earlier task changed', async () => {
    const tasks = () => {
      const all = find('all', { paths: temp() })
      return [
        copy('new', { dest: at('new'), content: 'n' }),
        all,
        copy(
          'list',
          from(all, ({ files }) => ({ dest: '/none/x', content: files.map(({ path }) => path).join() })),
          {
            when: from(all, ({ files }) => files.length !== 1),
          },
        ),
      ]
    }
    assert.deepEqual((await runLocal(tasks, { check: true })).statuses, [
      'new: would-change',
      'all: unknown',
      'list: unknown',
    ])
    assert.deepEqual((await runLocal(tasks)).statuses, ['new: changed', 'all: ok', 'list: skipped'])
  })

  const wrong: Readonly<Record<string, FindArgs>> = {
    'a path that is relative': { paths: 'x' },
    'no path': { paths: [] },
    'a depth without recurse': { paths: '/x', depth: 2 },
    'a pattern with a slash': { paths: '/x', patterns: 'a/b' },
    'an age without a number': { paths: '/x', age: 'old' },
    'a size in feet': { paths: '/x', size: '10f' },
    'the content of links': { paths: '/x', fileType: 'link', contains: 'x' },
    'a mode of three digits': { paths: '/x', mode: '644' },
    'exactMode without a mode': { paths: '/x', exactMode: false },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuses ${what}`, () => {
      assert.throws(() => find('it', args), { code: 'E_BAD_ARGUMENT' })
    })

  const key = queryKey({
    paths: ['/srv/a'],
    fileType: 'any',
    depth: 1,
    hidden: true,
    names: [],
    contains: undefined,
    checksum: true,
  })
  const good = '81a4:0:0:1:1:1:1:root:root'
  const answerTo = (stdout: string): unknown => {
    try {
      return parseRecorded(found, [key], { stdout })[0]
    } catch (error) {
      return error
    }
  }
  const lies: Readonly<Record<string, string>> = {
    'a name that is somewhere else': `1\0/etc/passwd\0=${good}\0end\0`,
    'a name beside it': `1\0/srv/ab\0=${good}\0end\0`,
    'a name above it': `1\0/srv/a/../b\0=${good}\0end\0`,
    'more names than numbers': `1\0/srv/a/b\0/srv/a/c\0=${good}\0end\0`,
    'names without numbers': '1\0/srv/a/b\0end\0',
    'numbers that are none': '1\0/srv/a/b\0=81a4:0:0:1e9:1:1:1:root:root\0end\0',
    'no time': `now\0end\0`,
    'half of an answer': `1\0/srv/a/b\0=${good}\0`,
    'another number of hashes': `1\0/srv/a/b\0=${good}\0#-\n-\0end\0`,
    'words of its own': '1\0hello\0end\0',
  }
  for (const [what, stdout] of Object.entries(lies))
    it(`refuses an answer with ${what}`, () => {
      const answer = answerTo(stdout)
      assert.ok(answer instanceof Error, JSON.stringify(answer))
    })
})

describe('a pattern of a shell', () => {
  const cases: readonly (readonly [glob: string, yes: readonly string[], no: readonly string[]])[] = [
    ['*', ['', 'a', '.a', 'a\nb'], []],
    ['a?c', ['abc', 'a.c', 'aüc', 'a😀c'], ['ac', 'abbc']],
    ['a.c', ['a.c'], ['abc']],
    ['[a-c]', ['a', 'b', 'c'], ['d', '-', 'ab']],
    ['[!a-c]', ['d', '!'], ['a']],
    ['[^a]', ['^', 'a'], ['b']],
    ['[]a]', [']', 'a'], ['b']],
    ['[!]a]', ['b'], [']', 'a']],
    ['[a', ['[a'], ['a']],
    ['[c-a]', [], ['a', 'b', 'c', '-']],
    ['[a-]', ['a', '-'], ['b']],
    ['a+(b)|\\d{2}$', ['a+(b)|\\d{2}$'], ['a+b']],
  ]
  for (const [glob, yes, no] of cases)
    it(`matches whole names: ${glob}`, () => {
      for (const name of yes) assert.ok(globPattern(glob).test(name), name)
      for (const name of no) assert.ok(!globPattern(glob).test(name), name)
    })
})
