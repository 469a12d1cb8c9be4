import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { z } from 'zod'
import { UserError } from '../../../lib/core/errors.ts'
import { secretValue } from '../../../lib/core/schemas.ts'
import { type Secret, isSecret, reveal } from '../../../lib/core/secret.ts'
import { askVars, notAsked } from '../../../lib/cli/ask-vars.ts'
import { type Prompt, definePlay, definePlaybook } from '../../../lib/index.ts'

const vars = z.strictObject({
  version: z.string().regex(/^\d+\.\d+$/, 'must be a version'),
  count: z.int().min(1).default(2).describe('How many?'),
  password: secretValue,
  size: z.enum(['small', 'large']),
})
const playbookOf = (prompts: Partial<Record<keyof z.output<typeof vars>, Prompt>>) =>
  definePlaybook({
    description: 'asks',
    vars,
    prompts,
    plays: () => [definePlay({ name: 'p', hosts: 'all' })],
  })

/** What a terminal is told beside the text. */
// oxlint-disable-next-line no-control-regex
const CODES = /\u001B\[[\d;]*[A-Za-z]/g

/** Answers each question once it is shown. */
function terminal(answers: readonly string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = new PassThrough()
  let said = ''
  let next = 0
  output.on('data', (chunk: Buffer) => {
    const text = chunk.toString().replaceAll(CODES, '')
    said += text
    if (!text.endsWith(': ') || next >= answers.length) return
    const answer = answers[next++]
    setImmediate(() => input.write(`${answer}\r`))
  })
  return { where: { input, output }, said: () => said }
}

describe('vars that the operator is asked for', () => {
  it('are typed by their schema, in the order of the prompts', async () => {
    const { where, said } = terminal(['16.1', '3', 'large'])
    const prompts = { version: { text: 'Which version' }, count: {}, size: {} }
    assert.deepEqual(await askVars(playbookOf(prompts), {}, where), {
      version: '16.1',
      count: 3,
      size: 'large',
    })
    assert.match(said(), /Which version: .*How many\? \[2\]: .*size: /s)
  })

  it('are asked for again until the schema accepts them', async () => {
    const { where, said } = terminal(['new', '16.1'])
    assert.deepEqual(await askVars(playbookOf({ version: {} }), {}, where), { version: '16.1' })
    assert.match(said(), /version: must be a version/)
  })

  it('are the default where nothing is typed', async () => {
    assert.deepEqual(await askVars(playbookOf({ count: {} }), {}, terminal(['']).where), {})
  })

  it('are secrets that do not show, typed twice', async () => {
    const { where, said } = terminal(['correct horse', 'correct hors', 'correct horse', 'correct horse'])
    const prompts = { password: { text: 'Password', private: true, confirm: true } }
    const { password } = await askVars(playbookOf(prompts), {}, where)
    assert.equal(isSecret(password) && reveal(password as Secret), 'correct horse')
    assert.match(said(), /Password: \nOnce more, Password: \nThese are not the same\.\n/)
    assert.doesNotMatch(said(), /correct/)
  })

  it('are not asked for where -e gives them', async () => {
    const given = { version: '16.1' }
    assert.deepEqual(await askVars(playbookOf({ version: {} }), given, { input: new PassThrough() }), {})
  })

  it('are an error without a terminal, which names them all', async () => {
    const playbook = playbookOf({ version: {}, password: { private: true } })
    await assert.rejects(askVars(playbook, {}, { input: new PassThrough() }), (error) => {
      assert.ok(error instanceof UserError)
      assert.equal(error.code, 'E_NOT_ANSWERED')
      assert.match(error.message, /asks for version, password, and there is no terminal/)
      assert.match(error.hint ?? '', /-e version=…, password in -e @FILE/)
      return true
    })
  })

  it('are an error where nobody answers', async () => {
    for (const leave of ['\u0003', '\u0004']) {
      const input = Object.assign(new PassThrough(), { isTTY: true })
      input.write(leave)
      await assert.rejects(
        askVars(playbookOf({ version: {} }), {}, { input, output: new PassThrough() }),
        /nobody answered the question for version/,
      )
    }
    const stop = new AbortController()
    const { where } = terminal([])
    const asked = askVars(playbookOf({ version: {} }), {}, { ...where, stop: stop.signal })
    stop.abort()
    await assert.rejects(asked, /nobody answered/)
  })

  it('are not asked for by a list: a secret stands in, others need a default or -e', () => {
    const all = playbookOf({ version: {}, count: {}, password: { private: true } })
    assert.throws(() => notAsked(all, {}), /a run asks for version, and a list does not/)
    assert.deepEqual(Object.keys(notAsked(all, { version: '1.0' })), ['password'])
  })

  it('must be vars of the playbook', () => {
    // @ts-expect-error the compiler refuses it too
    assert.throws(() => playbookOf({ versoin: {} }), /asks for versoin.*\n?.*|Did you mean version/)
    // @ts-expect-error the compiler refuses it too
    assert.throws(() => playbookOf({ version: { secret: true } }), /the prompt for version/)
  })
})
