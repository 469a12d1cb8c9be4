import { UserError } from '../core/errors.ts'
import { checkBlock } from './blocks.ts'
import { type Check, call, isCall, place, read } from './expressions.ts'
import type { Scope } from './scope.ts'
import { unprintable } from './values.ts'

/**
 * Walks a template as rendering would, but along all branches, and refuses what Handlebars lets pass in silence:
 * names that the variables don't have, null where text belongs, objects that would print as `[object Object]`.
 *
 * @throws UserError E_TEMPLATE_VARIABLE, E_TEMPLATE_VALUE, E_TEMPLATE_HELPER, E_TEMPLATE_SYNTAX
 */
export function checkTemplate(
  path: string,
  used: Set<string>,
  program: hbs.AST.Program | undefined,
  scope: Scope,
): void {
  const wrong: UserError[] = []
  const check: Check = { path, used, inside: (inner, names) => checkProgram(check, inner, names, wrong) }
  checkProgram(check, program, scope, wrong)
  const names = wrong.filter(({ code }) => code === 'E_TEMPLATE_VARIABLE')
  const [first, ...others] = names.length > 0 ? names : wrong
  if (first !== undefined) throw others.length === 0 ? first : together(first, others)
}

/** In a loop the same place is wrong many times. */
function together(first: UserError, others: readonly UserError[]): UserError {
  const texts = new Set(
    [first, ...others].map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`)),
  )
  return texts.size === 1 ? first : new UserError(first.code, [...texts].join('; '))
}

function checkProgram(
  check: Check,
  program: hbs.AST.Program | undefined,
  scope: Scope,
  wrong: UserError[],
): void {
  for (const statement of program?.body ?? []) {
    try {
      checkStatement(check, statement, scope)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      wrong.push(error)
    }
  }
}

function checkStatement(check: Check, statement: hbs.AST.Statement, scope: Scope): void {
  if (statement.type === 'MustacheStatement') {
    checkPrinted(check, statement as hbs.AST.MustacheStatement, scope)
  } else if (statement.type === 'BlockStatement') {
    checkBlock(check, statement as hbs.AST.BlockStatement, scope)
  } else if (statement.type !== 'ContentStatement' && statement.type !== 'CommentStatement') {
    const what = statement.type.startsWith('Partial') ? 'partials' : 'decorators'
    throw new UserError('E_TEMPLATE_SYNTAX', `${place(check, statement)}: ${what} are not supported`)
  }
}

function checkPrinted(check: Check, node: hbs.AST.MustacheStatement, scope: Scope): void {
  const sight = isCall(node, scope)
    ? call(check, node, scope)
    : read(check, node.path as hbs.AST.PathExpression, scope)
  const problem = sight.known && scope.taken ? unprintable(sight.value) : undefined
  if (problem === undefined) return
  const name = (node.path as hbs.AST.PathExpression).original
  const hint = problem === 'a list' ? 'Use {{join …}}, {{json …}} or {{#each …}}.' : undefined
  throw new UserError('E_TEMPLATE_VALUE', `${place(check, node)}: ${name} is ${problem}, not text`, { hint })
}
