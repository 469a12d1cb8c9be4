import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { parseExtraVars } from '../../../lib/cli/extra-vars.ts'

const playbook = {
  version: z.string(),
  count: z.int(),
  on: z.boolean(),
  list: z.array(z.int()),
  any: z.any(),
}
const inventory = { port: z.int().default(5432), name: z.string().optional() }
const parse = (...args: string[]) => ({ ...parseExtraVars(args, [playbook, inventory]) })

describe('-e', () => {
  it('reads a value as the var is declared', () => {
    assert.deepEqual(
      parse('version=16', 'count=16', 'on=true', 'name=true', 'list=[1,2]', 'any={"a":1}', 'port=1'),
      { version: '16', count: 16, on: true, name: 'true', list: [1, 2], any: { a: 1 }, port: 1 },
    )
  })

  it('leaves a text as it was typed', () => {
    for (const text of ['007', '1.10', '[web]', '{', '12345678901234567890', ' a b', 'a=b', 'null', ''])
      assert.deepEqual(parse(`version=${text}`), { version: text })
  })

  it('hands on what the var cannot be, for the schema to refuse', () => {
    assert.deepEqual(parse('count=many', 'on=1', 'list=3', 'cuont=1'), {
      count: 'many',
      on: 1,
      list: 3,
      cuont: 1,
    })
    assert.throws(() => parse('list=[1,'), { code: 'E_BAD_VARS', message: /list=\[1,: not valid JSON/ })
  })

  it('reads a file of vars, and a later one wins', () => {
    const folder = mkdtempSync(join(tmpdir(), 'extra-vars-'))
    try {
      const file = join(folder, 'vars.json')
      writeFileSync(file, '{"version":"15","count":2}')
      assert.deepEqual(parse(`@${file}`, 'version=16'), { version: '16', count: 2 })
      writeFileSync(file, '[1]')
      assert.throws(() => parse(`@${file}`), { message: /must contain one JSON object/ })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses what is neither', () => {
    for (const text of ['version', '=1', '@/no/such/file'])
      assert.throws(() => parse(text), { code: 'E_BAD_VARS' })
  })
})
