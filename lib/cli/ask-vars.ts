import { UserError } from '../core/errors.ts'
import { describeIssue } from '../core/schema-issue.ts'
import { type Schema, validate } from '../core/schema.ts'
import { Secret } from '../core/secret.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { type Prompt, openPrompts, standIns } from '../playbook/prompt.ts'
import { varSchemas } from '../playbook/vars.ts'
import { clean } from '../reporters/index.ts'
import { askLine } from './ask-line.ts'
import type { AskedOn } from './confirm.ts'
import { parseExtraVars } from './extra-vars.ts'
import { descriptionOf } from './var-words.ts'

type Asking = Pick<Playbook, 'vars' | 'prompts'>
type Vars = Readonly<Record<string, unknown>>

/**
 * Asks for the vars that the playbook has prompts for and that are not given, one after the other. What the schema of a var does not
 * accept is asked for again.
 * @throws UserError E_NOT_ANSWERED where nobody answers
 */
export async function askVars({ vars, prompts }: Asking, given: Vars, where: AskedOn = {}): Promise<Vars> {
  const open = openPrompts(prompts, given)
  const { input = process.stdin } = where
  if (open.length > 0 && input.isTTY !== true)
    throw new UserError(
      'E_NOT_ANSWERED',
      `the playbook asks for ${names(open)}, and there is no terminal to ask on`,
      {
        hint: hintFor(open),
      },
    )
  const schemas = varSchemas(vars)
  const answers = new Map<string, unknown>()
  for (const [name, prompt] of open) {
    const schema = schemas[name]
    const value = schema && (await askVar(name, prompt, schema, where))
    // Nothing was typed: the default of the schema counts.
    if (value !== undefined) answers.set(name, value)
  }
  return Object.fromEntries(answers)
}

/**
 * Vars that stand in for answers where nobody is asked.
 * @throws UserError E_NOT_ANSWERED for a var without a default that is no secret: which tasks there are may depend on it
 */
export function notAsked({ vars, prompts }: Asking, given: Vars): Vars {
  const schemas = varSchemas(vars)
  const missing = openPrompts(prompts, given).filter(([name, prompt]) => {
    const schema = schemas[name]
    return prompt.private !== true && schema !== undefined && defaultOf(schema) === undefined
  })
  if (missing.length === 0) return standIns(prompts, given)
  throw new UserError('E_NOT_ANSWERED', `a run asks for ${names(missing)}, and a list does not`, {
    hint: hintFor(missing),
  })
}

async function askVar(name: string, prompt: Prompt, schema: Schema, where: AskedOn): Promise<unknown> {
  const { output = process.stderr } = where
  const isPrivate = prompt.private === true
  const fallback = defaultOf(schema)
  const shown = fallback === undefined || isPrivate ? '' : ` [${plain(fallback.value)}]`
  const question = `${clean(`${prompt.text ?? descriptionOf(schema) ?? name}${shown}`)}: `
  const read = async (text: string): Promise<string> => {
    const answer = await askLine(text, { ...where, echo: !isPrivate })
    if (answer !== undefined) return answer
    throw new UserError('E_NOT_ANSWERED', `nothing was changed: nobody answered the question for ${name}`)
  }
  for (;;) {
    const text = await read(question)
    if (text === '' && fallback !== undefined) return undefined
    if (prompt.confirm === true && (await read(`Once more, ${question}`)) !== text) {
      output.write('These are not the same.\n')
      continue
    }
    const value = isPrivate
      ? new Secret(name, text)
      : parseExtraVars([`${name}=${text}`], [{ [name]: schema }])[name]
    const issues =
      text === '' && isPrivate ? [{ message: 'must not be empty' }] : validate(schema, value).issues
    if (issues === undefined) return value
    output.write(clean(`${name}: ${issues.map(describeIssue).join('; ')}`) + '\n')
  }
}

function defaultOf(schema: Schema): { readonly value: unknown } | undefined {
  const left = validate(schema, undefined)
  return left.issues === undefined ? { value: left.value } : undefined
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

const names = (open: readonly (readonly [string, Prompt])[]): string => open.map(([name]) => name).join(', ')

const hintFor = (open: readonly (readonly [string, Prompt])[]): string =>
  `Give ${open.length === 1 ? 'it' : 'them'}: ${open.map(([name, prompt]) => (prompt.private === true ? `${name} in -e @FILE` : `-e ${name}=…`)).join(', ')}.`
