import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { command, copy, template } from '../../../lib/modules/index.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { defineRole } from '../../../lib/playbook/role.ts'
import { runLocal, runLocally } from '../../support/run-local.ts'

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
      [(own) => (own['names'] as unknown as { frist: string }[])[0]?.frist, /did you mean first\?/],
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
