import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  chmodSync,
  readdirSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changed, from } from '../../../lib/core/deferred.ts'
import { paths } from '../../../lib/core/resource.ts'
import { command, copy, file, shell } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

describe('a run', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'converge-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const site = () => [
    file('folder', { path: at('etc'), state: 'directory', mode: '0750' }),
    copy('config', { dest: at('etc/app.conf'), content: 'port = 1\n', mode: '0640' }),
    file('link', { path: at('current'), state: 'link', target: 'etc' }),
    file('rubbish', { path: at('old'), state: 'absent' }),
  ]

  it('makes a bare host what was asked for, and the next run finds nothing to do', async () => {
    writeFileSync(at('old'), 'x')
    const first = await runLocal(site)
    assert.deepEqual(first.statuses, [
      'folder: changed',
      'config: changed',
      'link: changed',
      'rubbish: changed',
    ])
    assert.equal(readFileSync(at('current/app.conf'), 'utf8'), 'port = 1\n')
    assert.equal(statSync(at('etc/app.conf')).mode & 0o7777, 0o640)
    const second = await runLocal(site)
    assert.deepEqual(second.statuses, ['folder: ok', 'config: ok', 'link: ok', 'rubbish: ok'])
    assert.equal(second.recap.exitCode, 0)
  })

  it('costs the same number of round trips for 20 tasks and for 200', async () => {
    const files = (count: number) => () =>
      Array.from({ length: count }, (_, i) =>
        file(`file ${i}`, { path: at(`f${i}`), state: 'file', mode: '0644' }),
      )
    await runLocal(files(200))
    const trips = async (count: number) => (await runLocal(files(count))).recap.hosts['host-1']?.roundTrips
    const few = await trips(20)
    assert.equal(await trips(200), few)
    assert.ok(few !== undefined && few <= 2, `${few} round trips for nothing to do`)
  })

  it('streams the changes of a bare host in few trips', async () => {
    const files = () =>
      Array.from({ length: 50 }, (_, i) => copy(`file ${i}`, { dest: at(`f${i}`), content: `${i}` }))
    const { recap } = await runLocal(files)
    assert.equal(recap.hosts['host-1']?.changed, 50)
    assert.ok(
      (recap.hosts['host-1']?.roundTrips ?? 99) <= 5,
      `${recap.hosts['host-1']?.roundTrips} round trips`,
    )
  })

  it('stops a host at its first failure and says which command failed', async () => {
    const run = await runLocal(() => [
      shell('breaks', { script: 'echo about to fail >&2; exit 7' }),
      file('never', { path: at('never'), state: 'file' }),
    ])
    assert.deepEqual(run.statuses, ['breaks: failed'])
    assert.equal(run.recap.exitCode, 2)
    assert.equal(run.tasks[0]?.error?.exitCode, 7)
    assert.match(run.tasks[0]?.error?.output ?? '', /about to fail/)
    assert.match(run.tasks[0]?.at ?? '', /converge\.test\.ts:\d+$/)
    assert.equal(existsSync(at('never')), false)
  })

  it('goes on after a failure that may be ignored', async () => {
    const run = await runLocal(() => [
      shell('breaks', { script: 'exit 1' }, { ignoreErrors: true }),
      file('next', { path: at('next'), state: 'file' }),
    ])
    assert.deepEqual(run.statuses, ['breaks: failed', 'next: changed'])
    assert.equal(run.recap.exitCode, 0)
  })

  it('plans a task on what a command before it really did', async () => {
    const run = await runLocal(() => [
      shell('writes', { script: `echo by hand > ${at('x')}` }),
      copy('content', { dest: at('x'), content: 'by hand\n' }),
      shell('removes', { script: `rm ${at('x')}` }),
      copy('again', { dest: at('x'), content: 'by hand\n' }),
    ])
    assert.deepEqual(run.statuses, ['writes: changed', 'content: ok', 'removes: changed', 'again: changed'])
  })

  it('allows a file to be made, used and removed again', async () => {
    const tasks = () => [
      copy('make', { dest: at('tmp'), content: '1' }),
      shell('use', { script: `cat ${at('tmp')} >> ${at('log')}` }),
      file('remove', { path: at('tmp'), state: 'absent' }),
    ]
    for (const batch of [true, false]) {
      const run = await runLocal(tasks, { batch })
      assert.deepEqual(run.statuses, ['make: changed', 'use: changed', 'remove: changed'])
    }
  })

  it('does not let a later change unsettle a task that was in order', async () => {
    for (const batch of [true, false]) {
      rmSync(root, { recursive: true })
      mkdirSync(at('d'), { recursive: true })
      const tasks = () => [
        copy('first', { dest: at('x'), content: '1' }),
        file('gone', { path: at('d/e'), state: 'absent' }),
        file('there', { path: at('d/e'), state: 'directory' }),
      ]
      const run = await runLocal(tasks, { batch })
      assert.deepEqual(run.statuses, ['first: changed', 'gone: ok', 'there: changed'])
      assert.ok(existsSync(at('d/e')))
    }
  })

  it('hands the state of one task to the arguments of a later one', async () => {
    const run = await runLocal(() => {
      const name = command('name', { argv: ['echo', 'alpha'] })
      const skipped = file('not wanted', { path: at('no'), state: 'file' }, { when: false })
      return [
        name,
        file(
          'named',
          from(name, ({ stdout }) => ({ path: at(stdout.trim()), state: 'file' as const })),
        ),
        skipped,
        file(
          'needs skipped',
          from(skipped, () => ({ path: at('no2'), state: 'file' as const })),
        ),
        file('when changed', { path: at('flag'), state: 'file' }, { when: changed(name) }),
      ]
    })
    assert.deepEqual(run.statuses, [
      'name: changed',
      'named: changed',
      'not wanted: skipped',
      'needs skipped: skipped',
      'when changed: changed',
    ])
    assert.ok(existsSync(at('alpha')))
  })

  it('runs a handler once, after the tasks, and only when something changed', async () => {
    const tasks = () => {
      const restart = shell('restart', { script: `echo restarted >> ${at('log')}` })
      return [
        copy('one', { dest: at('1'), content: '1' }, { notify: restart }),
        copy('two', { dest: at('2'), content: '2' }, { notify: restart }),
      ]
    }
    const first = await runLocal(tasks)
    assert.deepEqual(first.statuses, ['one: changed', 'two: changed', 'restart: changed'])
    assert.equal(readFileSync(at('log'), 'utf8'), 'restarted\n')
    assert.deepEqual((await runLocal(tasks)).statuses, ['one: ok', 'two: ok'])
  })

  it('runs in the next run the handler that a failure kept from running', async () => {
    let broken = true
    const tasks = () => {
      const restart = shell('restart', { script: `echo restarted >> ${at('log')}` })
      return [
        copy('config', { dest: at('c'), content: 'c' }, { notify: restart }),
        broken && shell('breaks', { script: 'false' }),
      ]
    }
    assert.deepEqual((await runLocal(tasks)).statuses, ['config: changed', 'breaks: failed'])
    assert.equal(existsSync(at('log')), false)
    broken = false
    assert.deepEqual((await runLocal(tasks)).statuses, ['config: ok', 'restart: changed'])
    assert.deepEqual((await runLocal(tasks)).statuses, ['config: ok'])
  })

  it('forgets a handler that had nothing to do when its turn came', async () => {
    const tasks = () => {
      const handler = file('handler', { path: at('h'), state: 'file' })
      return [
        copy('config', { dest: at('c'), content: 'c' }, { notify: handler }),
        shell('breaks', { script: 'false', creates: at('h') }),
      ]
    }
    assert.deepEqual((await runLocal(tasks)).statuses, ['config: changed', 'breaks: failed'])
    writeFileSync(at('h'), '')
    assert.deepEqual((await runLocal(tasks)).statuses, ['config: ok', 'breaks: ok', 'handler: ok'])
    assert.deepEqual((await runLocal(tasks)).statuses, ['config: ok', 'breaks: ok'])
  })

  it('says when a change did not last', async () => {
    const undone = await runLocal(() => [
      file('mode', { path: root, state: 'directory', mode: '0755' }),
      file('other mode', { path: root, state: 'directory', mode: '0700' }),
    ])
    const warning = undone.events.find((event) => event.type === 'notice')
    assert.match(warning?.type === 'notice' ? warning.text : '', /"mode" would change again/)
  })
})

describe('a dry run', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dry-run-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('tells of a bare host all that would change, and changes nothing', async () => {
    const tasks = () => [
      file('folder', { path: at('etc'), state: 'directory', mode: '0750' }),
      copy('config', { dest: at('etc/app.conf'), content: 'x' }),
      file('link', { path: at('etc/link'), state: 'link', target: 'app.conf' }),
    ]
    const dry = await runLocal(tasks, { check: true })
    assert.deepEqual(dry.statuses, ['folder: would-change', 'config: would-change', 'link: would-change'])
    assert.deepEqual(readdirSync(root), [])
    assert.equal(dry.recap.exitCode, 0)
  })

  it('calls unknown what depends on a command, and names the command', async () => {
    writeFileSync(at('x'), 'x')
    chmodSync(at('x'), 0o644)
    const { tasks } = await runLocal(
      () => [
        shell('anything', { script: `rm ${at('x')}` }),
        file('x', { path: at('x'), state: 'file', mode: '0644' }),
      ],
      { check: true },
    )
    assert.deepEqual(
      tasks.map(({ status, after }) => [status, after]),
      [
        ['would-change', undefined],
        ['unknown', 'anything'],
      ],
    )
  })

  it('believes a task that says what it touches', async () => {
    writeFileSync(at('x'), 'x')
    const run = await runLocal(
      () => [
        shell('elsewhere', { script: 'true' }, { touches: [paths.below('/nowhere')] }),
        file('x', { path: at('x'), state: 'file' }),
      ],
      { check: true },
    )
    assert.deepEqual(run.statuses, ['elsewhere: would-change', 'x: ok'])
  })

  it('shows what differs in a file as a unified diff', async () => {
    writeFileSync(at('conf'), 'a\nb\nc\n')
    const { tasks } = await runLocal(() => [copy('conf', { dest: at('conf'), content: 'a\nB\nc\n' })], {
      check: true,
      diff: true,
    })
    assert.match(tasks[0]?.diffs?.[0] ?? '', /^-b\n\+B$/m)
  })

  it('foretells the handlers', async () => {
    const run = await runLocal(
      () => [
        copy(
          'conf',
          { dest: at('conf'), content: 'x' },
          {
            notify: shell('restart', { script: 'true' }),
          },
        ),
      ],
      { check: true },
    )
    assert.deepEqual(run.statuses, ['conf: would-change', 'restart: would-change'])
  })
})
