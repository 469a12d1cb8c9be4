import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { defineModule } from '../../../lib/core/module.ts'
import { type SingleReader, ask, readerOfOne } from '../../../lib/core/probe.ts'
import { paths } from '../../../lib/core/resource.ts'
import { sh } from '../../../lib/core/sh.ts'
import { copy, file, shell } from '../../../lib/modules/index.ts'
import { defineRole } from '../../../lib/playbook/role.ts'
import { proveRole } from '../../../lib/testing/index.ts'

const motd = defineRole({
  name: 'motd',
  vars: z.strictObject({ path: z.string(), text: z.string() }),
  tasks: ({ path, text }) => {
    const tell = shell('tell', { script: `echo told >> ${path}.log` })
    return [
      file('folder', { path, state: 'directory', mode: '0750' }),
      copy('text', { dest: `${path}/text`, content: text, mode: '0640' }, { notify: tell }),
    ]
  },
})

const textReader: SingleReader<string> = {
  name: 'text',
  ask: (path) => sh`cat ${path} 2>/dev/null || true`,
  parse: ({ stdout }) => stdout.toString(),
  sees: (path) => [paths.at(path)],
}
const text = readerOfOne(textReader)

/** A module of one's own, wrong in the way that a test says. */
const write = (wrong: { script?: (path: string) => string; probe?: string } = {}) => {
  const { probe } = wrong
  const reader = probe === undefined ? text : readerOfOne({ ...textReader, ask: () => probe })
  return defineModule({
    name: 'write',
    args: z.strictObject({ path: z.string(), text: z.string() }),
    probe: ({ path }) => ask(reader, path),
    plan: (args, now) => ({ changes: now === args.text ? [] : [{ what: 'text', from: now, to: args.text }] }),
    apply: (args) => [{ script: wrong.script?.(args.path) ?? sh`cat > ${args.path}`, stdin: args.text }],
    touches: ({ path }) => [paths.at(path)],
  })
}

describe('proveRole', function () {
  it('proves a good role with its handler, and again after each drift', async () => {
    const seen: string[] = []
    const stages = await proveRole({
      role: (folder) => motd({ path: join(folder, 'motd'), text: 'Hello' }),
      drift: [
        (folder) => rmSync(join(folder, 'motd'), { recursive: true }),
        (folder) => writeFileSync(join(folder, 'motd/text'), 'Bye'),
        (folder) => chmodSync(join(folder, 'motd/text'), 0o600),
      ],
      inspect: (folder, { name }) => {
        seen.push(name)
        assert.equal(readFileSync(join(folder, 'motd/text'), 'utf8'), 'Hello')
      },
    })
    assert.deepEqual(
      stages.map(({ name }) => name),
      ['fresh', 'drift 1', 'drift 2', 'drift 3'],
    )
    // With batches and without.
    assert.equal(seen.length, 8)
    assert.deepEqual(stages[2]?.run.statuses, ['folder: ok', 'text: changed', 'tell: changed'])
    assert.deepEqual(stages[2]?.dry.statuses, ['folder: ok', 'text: would-change', 'tell: would-change'])
  })

  it('removes its folder', async () => {
    let kept = ''
    await proveRole({
      tasks: (folder) => [copy('x', { dest: join(folder, 'x'), content: '' })],
      inspect: (folder) => {
        kept = folder
      },
    })
    assert.equal(existsSync(kept), false)
  })

  it('puts there first what the role expects', () =>
    proveRole({
      prepare: (folder) => writeFileSync(join(folder, 'x'), 'old'),
      tasks: (folder) => [write()('it', { path: join(folder, 'x'), text: 'new' })],
    }).then(() => undefined))

  const at = (folder: string) => ({ path: join(folder, 'x'), text: 'new' })
  const faults: Readonly<Record<string, readonly [Parameters<typeof proveRole>[0], RegExp]>> = {
    'a command that is run each time': [
      { tasks: (folder) => [shell('log', { script: `echo x >> ${folder}/log` })] },
      /^fresh: a second run is not ok\n {2}log: changed/,
    ],
    'a task that fails': [
      { tasks: () => [shell('breaks', { script: 'echo no >&2; exit 3' })] },
      /^fresh: the run failed\n {2}breaks: failed/,
    ],
    'a module that does not converge': [
      { tasks: (folder) => [write({ script: (path) => `echo other > ${path}` })('it', at(folder))] },
      /^fresh: the run failed\n {2}it: failed/,
    ],
    'a module that writes while it is asked': [
      { tasks: (folder) => [write({ probe: `echo 1 >> ${folder}/trace; printf new` })('it', at(folder))] },
      /^fresh: the dry run changed files\n {2}trace: absent → file/,
    ],
    'a change that says it touches nothing': [
      {
        tasks: (folder) => [
          shell('writes', { script: `echo bad > ${folder}/x`, creates: `${folder}/done` }, { touches: [] }),
          shell('marks', { script: `touch ${folder}/done`, creates: `${folder}/done` }),
          write()('it', at(folder)),
        ],
      },
      /writes: failed|depends on batches|not ok|was wrong/,
    ],
    'a drift that the role does not see': [
      {
        tasks: (folder) => [file('it', { path: join(folder, 'x'), state: 'file' })],
        drift: [(folder) => appendFileSync(join(folder, 'x'), 'more')],
      },
      /^drift 1: the drift was not noticed/,
    ],
  }
  for (const [what, [proof, message]] of Object.entries(faults))
    it(`tells of ${what}`, () => assert.rejects(proveRole(proof), { name: 'AssertionError', message }))

  it('wants a role or tasks, and not both', async () => {
    await assert.rejects(proveRole({}), /either a role or tasks/)
  })
})
