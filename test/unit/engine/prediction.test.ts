import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { changed, from } from '../../../lib/core/deferred.ts'
import { defineModule } from '../../../lib/core/module.ts'
import { type Reader, ask, readerOfOne } from '../../../lib/core/probe.ts'
import { EVERYTHING, type Resource, paths } from '../../../lib/core/resource.ts'
import { copy, file, shell } from '../../../lib/modules/index.ts'
import { fileReaders } from '../../../lib/modules/shared/file-readers.ts'
import type { Stat } from '../../../lib/modules/shared/stat.ts'
import { runLocal } from '../../support/run-local.ts'

describe('a prediction', () => {
  it('leaves what lies beside it known', async () => {
    const root = mkdtempSync(join(tmpdir(), 'narrow-'))
    const at = (name: string) => join(root, name)
    try {
      const tasks = () => [
        shell('a', { script: `touch ${at('a')}`, creates: at('a') }, { touches: [paths.at(at('a'))] }),
        file('m', { path: at('a'), state: 'file', mode: '0600' }),
        copy('d', { dest: at('d'), content: 'x' }),
      ]
      const dry = await runLocal(tasks, { check: true })
      assert.equal(dry.statuses[2], 'd: would-change')
      assert.equal(dry.tasks[2]?.after, undefined)
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  it('keeps an answer that says what it depends on, where a change is about something else', async () => {
    const root = mkdtempSync(join(tmpdir(), 'narrow-'))
    const at = (name: string) => join(root, name)
    const pointer: Reader<string> = readerOfOne({
      name: 'pointer',
      ask: (key) => `cat ${key}`,
      parse: ({ stdout }) => stdout.toString().trim(),
      sees: (key, answer) => [paths.at(key), answer === undefined ? paths.all : paths.at(String(answer))],
    })
    const read = defineModule({
      name: 'read',
      args: z.strictObject({ key: z.string() }),
      probe: ({ key }) => ask(pointer, key),
      plan: () => ({ changes: [] }),
      apply: () => [],
    })
    try {
      writeFileSync(at('key'), `${at('it')}\n`)
      const tasks = (name: string) => () => [
        file('change', { path: at(name), state: 'file' }),
        read('read', { key: at('key') }),
      ]
      const beside = await runLocal(tasks('beside'), { check: true })
      assert.deepEqual(beside.statuses, ['change: would-change', 'read: ok'])
      const about = await runLocal(tasks('it'), { check: true })
      assert.deepEqual(about.statuses, ['change: would-change', 'read: unknown'])
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  it('that cannot be made shows what would be done in the current state of the host, and says so', async () => {
    const root = mkdtempSync(join(tmpdir(), 'today-'))
    try {
      const tasks = () => [
        shell('anything', { script: 'true' }),
        copy('missing', { dest: join(root, 'x'), content: 'x' }),
        file('in order', { path: root, state: 'directory' }),
      ]
      const dry = await runLocal(tasks, { check: true, diff: true })
      assert.deepEqual(dry.statuses, ['anything: would-change', 'missing: would-change', 'in order: unknown'])
      assert.equal(dry.tasks[1]?.after, 'anything')
      assert.equal(dry.tasks[1]?.because, 'in the current state of the host')
      assert.equal(dry.tasks[2]?.because, 'ok in the current state of the host')
      assert.match(dry.tasks[1]?.diffs?.[0] ?? '', /\+x/)
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  it('that cannot be made is shown of tasks, conditions and tasks made from what was found, too', async () => {
    const root = mkdtempSync(join(tmpdir(), 'today-'))
    const at = (name: string) => join(root, name)
    try {
      const tasks = () => {
        const names = shell('names', { script: `ls ${root}`, changes: false })
        const wants = from(names, ({ stdout }) => ({ dest: at('list'), content: stdout }))
        return [
          shell('anything', { script: 'true' }),
          names,
          copy('list', wants),
          copy('never', { dest: at('x'), content: '' }, { when: from(names, ({ stdout }) => stdout !== '') }),
          copy('after it', { dest: at('y'), content: '' }, { when: changed(names) }),
        ]
      }
      for (const batch of [true, false]) {
        const dry = await runLocal(tasks, { check: true, batch })
        assert.deepEqual(dry.statuses, [
          'anything: would-change',
          'names: unknown',
          'list: would-change',
          'never: unknown',
          'after it: unknown',
        ])
        assert.match(dry.tasks[3]?.because ?? '', /^skipped in the current state of the host: /)
        assert.equal(dry.tasks[2]?.after, 'names')
      }
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  it('of a guard holds as long as nothing changes that it depends on', async () => {
    const root = mkdtempSync(join(tmpdir(), 'sees-'))
    const at = (name: string) => join(root, name)
    const append = (name: string, to: string, sees?: readonly Resource[]) =>
      shell(
        name,
        { script: `echo 1 >>${at(to)}`, unless: `grep -q 1 ${at(to)}`, ...(sees && { sees }) },
        { touches: [paths.at(at(to))] },
      )
    try {
      writeFileSync(at('a'), '1\n')
      const tasks = () => [
        shell('other', { script: `echo >>${at('log')}` }, { touches: [paths.at(at('log'))] }),
        append('beside', 'a', [paths.at(at('a'))]),
        append('nobody knows', 'a'),
        copy('emptied', { dest: at('a'), content: '' }),
        append('after it', 'a', [paths.at(at('a'))]),
      ]
      const dry = await runLocal(tasks, { check: true })
      assert.deepEqual(dry.statuses, [
        'other: would-change',
        'beside: ok',
        'nobody knows: unknown',
        'emptied: would-change',
        'after it: unknown',
      ])
      for (const batch of [true, false]) {
        writeFileSync(at('a'), '1\n')
        const run = await runLocal(tasks, { batch })
        assert.deepEqual(run.statuses, [
          'other: changed',
          'beside: ok',
          'nobody knows: ok',
          'emptied: changed',
          'after it: changed',
        ])
      }
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  it('may rest on what a change leaves alone by convention; a real run asks again', async () => {
    const root = mkdtempSync(join(tmpdir(), 'keeps-'))
    const at = (name: string) => join(root, name)
    // Says that it leaves files alone, and does not.
    const careless = defineModule({
      name: 'careless',
      args: z.strictObject({}),
      probe: () => ask(fileReaders.stat, at('flag')),
      plan: (_, { type }) => ({ changes: type === 'absent' ? [{ what: 'flag' }] : [] }),
      apply: () => [{ script: `touch ${at('flag')}; rm ${at('kept')}` }],
      keeps: () => (asked, answer) => asked.reader !== fileReaders.stat || (answer as Stat).type !== 'absent',
    })
    const tasks = (touches?: readonly Resource[]) => () => [
      careless('careless', {}, { touches }),
      file('kept', { path: at('kept'), state: 'file' }),
      file('missing', { path: at('missing'), state: 'absent' }),
    ]
    try {
      writeFileSync(at('kept'), '')
      const dry = (touches?: readonly Resource[]) => runLocal(tasks(touches), { check: true })
      assert.deepEqual((await dry()).statuses, ['careless: would-change', 'kept: ok', 'missing: unknown'])
      assert.equal((await dry([EVERYTHING])).statuses[1], 'kept: unknown')
      assert.deepEqual((await runLocal(tasks())).statuses, [
        'careless: changed',
        'kept: changed',
        'missing: ok',
      ])
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  it('of a file body is what the next diff begins with', async () => {
    const root = mkdtempSync(join(tmpdir(), 'diff-'))
    try {
      const dest = join(root, 'x')
      const tasks = () => [
        copy('first', { dest, content: 'one\n' }),
        copy('second', { dest, content: 'one\ntwo\n' }),
      ]
      const dry = await runLocal(tasks, { check: true, diff: true })
      assert.match(dry.tasks[1]?.diffs?.[0] ?? '', / one\n\+two/)
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})
