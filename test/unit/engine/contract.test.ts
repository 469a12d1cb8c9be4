import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { from } from '../../../lib/core/deferred.ts'
import { defineModule } from '../../../lib/core/module.ts'
import { type Reader, ask, readerOfOne } from '../../../lib/core/probe.ts'
import { defineResourceKind, paths } from '../../../lib/core/resource.ts'
import { command, copy, file, shell, template } from '../../../lib/modules/index.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { defineRole } from '../../../lib/playbook/role.ts'
import { runLocal, runLocally } from '../../support/run-local.ts'

describe('the contract of a module', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'contract-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('refuses resources that no kind made, before any host', async () => {
    for (const touches of [
      ['paht:/x'],
      ['path:/x'],
      [{ kind: 'path', name: '/x' }],
      'path:/x',
      [undefined],
    ]) {
      const tasks = () => [shell('s', { script: 'true' }, { touches: touches as never })]
      await assert.rejects(runLocal(tasks), {
        code: 'E_BAD_RESOURCE',
        message: /touches: .* is not a resource/,
      })
    }
    assert.throws(() => defineResourceKind('Path/'), { code: 'E_BAD_RESOURCE' })
  })

  it('fails a module that touches what no kind made', async () => {
    const wrong = defineModule({
      name: 'wrong',
      args: z.strictObject({}),
      probe: () => ({ questions: [], parse: () => undefined }),
      plan: () => ({ changes: [{ what: 'all' }] }),
      apply: () => [{ script: 'true' }],
      touches: () => ['path:/x' as never],
    })
    const run = await runLocal(() => [wrong('w', {})])
    assert.equal(run.tasks[0]?.error?.code, 'E_BAD_RESOURCE')
  })

  it('keeps two readers of one name apart', async () => {
    const reader = (word: string): Reader<string> => ({
      name: 'twin',
      ask: () => `echo ${word}`,
      parse: ({ stdout }, keys) => keys.map(() => stdout.toString().trim()),
      sees: () => [],
    })
    const says = (word: string) => {
      const own = reader(word)
      return defineModule({
        name: `says_${word}`,
        args: z.strictObject({}),
        probe: () => ask(own, ''),
        plan: (_, said) => ({ changes: [], because: said }),
        apply: () => [],
      })
    }
    const [mine, yours] = [says('mine'), says('yours')]
    const run = await runLocal(() => [mine('a', {}), yours('b', {})])
    assert.deepEqual(
      run.tasks.map(({ because }) => because),
      ['mine', 'yours'],
    )
  })

  it('says what is wrong with a reader that is made anew for each question', async () => {
    const anew = defineModule({
      name: 'anew',
      args: z.strictObject({}),
      probe: () => ask(readerOfOne({ name: 'one', ask: () => 'true', parse: () => '', sees: () => [] }), ''),
      plan: () => ({ changes: [] }),
      apply: () => [],
    })
    const run = await runLocal(() => [anew('a', {})])
    assert.deepEqual(run.statuses, ['a: failed'])
    assert.match(run.tasks[0]?.error?.hint ?? '', /outside of the probe/)
  })

  const looks = (reader: Reader<string>) =>
    defineModule({
      name: 'looks',
      args: z.strictObject({ key: z.string() }),
      probe: ({ key }) => ask(reader, key),
      plan: (_, said) => ({ changes: [], because: said }),
      apply: () => [],
    })

  it('asks a reader of one key for each key', async () => {
    const echo = looks(
      readerOfOne({
        name: 'echo',
        ask: (key) => `echo ${key}`,
        parse: ({ stdout }) => stdout.toString().trim(),
        sees: () => [],
      }),
    )
    const run = await runLocal(() => ['a', 'b', 'c'].map((key) => echo(key, { key })))
    assert.deepEqual(
      run.tasks.map(({ because }) => because),
      ['a', 'b', 'c'],
    )
  })

  it('tells of a reader that answers some of its keys only', async () => {
    const first = looks({
      name: 'first-only',
      ask: ([key = '']) => `echo ${key}`,
      parse: ({ stdout }) => [stdout.toString().trim()],
      sees: () => [],
    })
    const run = await runLocal(() => ['a', 'b'].map((key) => first(key, { key }, { ignoreErrors: true })))
    assert.deepEqual(run.statuses, ['a: failed', 'b: failed'])
    assert.match(run.tasks[0]?.error?.message ?? '', /first-only gave 1 answers to 2 questions/)
  })

  it('asks guards of commands a number of times that grows with their number, not with its square', async () => {
    const runsOf = async (count: number, batch: boolean): Promise<number> => {
      rmSync(root, { recursive: true })
      const { mkdirSync } = await import('node:fs')
      mkdirSync(root)
      const tasks = () =>
        Array.from({ length: count }, (_, i) =>
          shell(`s${i}`, {
            script: `touch ${at(`made${i}`)}`,
            unless: `echo x >> ${at('asked')}; [ -e ${at(`made${i}`)} ]`,
          }),
        )
      const run = await runLocal(tasks, { batch })
      assert.equal(run.recap.hosts['host-1']?.changed, count)
      return readFileSync(at('asked'), 'utf8').trim().split('\n').length
    }
    assert.ok((await runsOf(10, true)) <= 3 * 10)
    assert.ok((await runsOf(40, true)) <= 3 * 40)
    assert.ok((await runsOf(40, false)) <= 3 * 40)
  })

  it('streams the tasks after a command of which nobody knows what it does in few trips', async () => {
    const tasks = () => [
      shell('anything', { script: 'true' }),
      ...Array.from({ length: 50 }, (_, i) => copy(`file ${i}`, { dest: at(`f${i}`), content: `${i}` })),
    ]
    const { recap } = await runLocal(tasks)
    assert.equal(recap.hosts['host-1']?.changed, 51)
    assert.ok(
      (recap.hosts['host-1']?.roundTrips ?? 99) <= 6,
      `${recap.hosts['host-1']?.roundTrips} round trips`,
    )
  })
})

describe('what is made from what an earlier task leaves', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'deferred-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const asked = () => shell('asked', { script: `echo x >> ${at('log')}; echo value` })

  it('is refused for a misspelled or missing argument before anything is changed', async () => {
    const wrong = [
      [{ dset: '/x', content: 'x' }, /dset/],
      [{ content: 'x' }, /dest/],
      [{ dest: '/x', content: 'x', mdoe: '0644' }, /mdoe/],
    ] as const
    for (const [args, message] of wrong) {
      const tasks = () => {
        const first = asked()
        return [
          first,
          copy('copy', from(first, ({ stdout }) => ({ ...args, backup: stdout === 'x' })) as never),
        ]
      }
      await assert.rejects(runLocal(tasks), { code: 'E_BAD_ARGUMENT', message, at: /contract\.test\.ts/ })
      await assert.rejects(runLocal(tasks, { check: true }), { code: 'E_BAD_ARGUMENT', message })
    }
    assert.equal(existsSync(at('log')), false)
  })

  it('is refused for a variable that the template does not have, before anything is changed', async () => {
    writeFileSync(at('t.hbs'), 'port {{port}}\n')
    const tasks = () => {
      const first = asked()
      const args = from(first, ({ stdout }) => ({ src: at('t.hbs'), dest: at('t'), vars: { prot: stdout } }))
      return [first, template('template', args)]
    }
    await assert.rejects(runLocal(tasks), { code: 'E_TEMPLATE_VARIABLE', message: /port/ })
    assert.equal(existsSync(at('log')), false)
  })

  it('is left alone where it takes more than names to say: loops, methods, values', async () => {
    const views: ((state: { stdout: string }) => object)[] = [
      ({ stdout }) => ({ path: at(stdout.trim().split('\n').at(-1)?.toUpperCase() ?? ''), state: 'file' }),
      ({ stdout }) => {
        let text = stdout
        while (text.includes('v')) text = text.replace('v', '')
        return { path: at(`loop${text.length}`), state: 'file' }
      },
      ({ stdout }) => {
        if (JSON.parse(`"${stdout.trim()}"`) !== 'value') throw new Error('other')
        return { path: at('json'), state: 'file' }
      },
      ({ stdout }) => ({ path: at(`n${[...stdout].filter((one) => one === 'v').length}`), state: 'file' }),
    ]
    for (const view of views) {
      const run = await runLocal(() => {
        const first = shell('first', { script: 'echo value', changes: false })
        return [first, file('made', from(first, view) as never)]
      })
      assert.deepEqual(run.statuses, ['first: ok', 'made: changed'])
    }
  })
})

describe('the vars of a role and of a host', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'vars-'))
    writeFileSync(at('t.hbs'), '{{port}} {{tls.name}} {{host.name}}\n')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const vars = z.strictObject({
    port: z.int(),
    tls: z.strictObject({ name: z.string() }).prefault({ name: 'cert' }),
    names: z.array(z.strictObject({ first: z.string() })).default([{ first: 'a' }]),
    endpoint: z.string().optional(),
  })
  const role = (tasks: (own: z.output<typeof vars>) => ReturnType<Parameters<typeof runLocal>[0]>) =>
    defineRole({ name: 'r', vars, tasks })
  const run = (tasks: (own: z.output<typeof vars>) => ReturnType<Parameters<typeof runLocal>[0]>) => {
    const made = role(tasks)
    const plays = () => [
      definePlay({ name: 'p', hosts: pattern('all'), become: false, roles: () => [made({ port: 1 })] }),
    ]
    return runLocally(definePlaybook({ description: 'test', plays }) as Playbook)
  }

  it('are plain data that can be handed on', async () => {
    const inner = defineRole({ name: 'inner', vars, tasks: () => [] })
    const outer = await run((own) => {
      assert.deepEqual(structuredClone(own), { port: 1, tls: { name: 'cert' }, names: [{ first: 'a' }] })
      assert.deepEqual(JSON.parse(JSON.stringify(own)), structuredClone(own))
      assert.equal((own as { kind?: string }).kind, undefined)
      assert.equal((own as { then?: string }).then, undefined)
      assert.equal(own.endpoint ?? 'none', 'none')
      assert.ok(Object.isFrozen(own) && Object.isFrozen(own.tls) && Object.isFrozen(own.names))
      inner(own)
      return [template('t', { src: at('t.hbs'), dest: at('t'), vars: { ...own, host: { name: 'h' } } })]
    })
    assert.deepEqual(outer.statuses, ['t: changed'])
    assert.equal(readFileSync(at('t'), 'utf8'), '1 cert h\n')
  })

  it('of a host may be vars of a template, as a host may', async () => {
    writeFileSync(at('h.hbs'), '{{host.name}} {{#each hosts}}{{name}} {{/each}}\n')
    const made = await runLocal((host) => [
      template('t', { src: at('h.hbs'), dest: at('h'), vars: { host, hosts: [host], all: host.vars } }),
    ])
    assert.deepEqual(made.statuses, ['t: changed'])
  })

  it('tell a misspelled name before any host, nested ones too', async () => {
    const touched = () => command('c', { argv: ['touch', at('touched')] })
    const wrong: [(own: Record<string, never>) => unknown, RegExp][] = [
      [(own) => own['prot'], /there is no var prot: did you mean port\?/],
      [
        (own) => (own['tls'] as unknown as { nmae: string }).nmae,
        /there is no var nmae: did you mean name\?/,
      ],
      [(own) => (own['names']?.[0] as unknown as { frist: string }).frist, /did you mean first\?/],
    ]
    for (const [read, message] of wrong)
      await assert.rejects(
        run((own) => [copy('x', { dest: at('x'), content: `${String(read(own as never))}` }), touched()]),
        { message },
      )
    assert.equal(existsSync(at('touched')), false)
  })

  it('of a loose schema may hold anything', () => {
    const loose = defineRole({
      name: 'loose',
      vars: z.looseObject({ port: z.int() }),
      tasks: (own) => {
        assert.equal((own as { prot?: number }).prot ?? 5, 5)
        return []
      },
    })
    loose({ port: 1 })
  })
})

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

  it('that cannot be made shows what would be done as the host is today, and says so', async () => {
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
      assert.match(dry.tasks[1]?.diffs?.[0] ?? '', /\+x/)
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
