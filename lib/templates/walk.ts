import { UserError } from '../core/errors.ts'
import { walkBlock } from './blocks.ts'
import { type Walk, call, isCall, place, read } from './expressions.ts'
import { declare, unusedInline } from './inlines.ts'
import { Endless, walkPartial } from './partials.ts'
import type { Scope } from './scope.ts'
import { unprintable } from './values.ts'

/** A template and the files that it needs. */
export type Parsed = Pick<Walk, 'path' | 'partials' | 'partialNames'> & { readonly program: hbs.AST.Program }

/**
 * Renders a template, and looks at the branches that are not taken as well. It refuses what Handlebars lets pass in silence: names
 * that the variables don't have, null where text belongs, objects that would print as `[object Object]`.
 *
 * @throws UserError E_TEMPLATE_VARIABLE, E_TEMPLATE_VALUE, E_TEMPLATE_HELPER, E_TEMPLATE_PARTIAL, E_TEMPLATE_SYNTAX
 */
export function walkTemplate(
  { program, path, partials, partialNames }: Parsed,
  scope: Scope,
  found: Pick<Walk, 'used' | 'taint' | 'helpers'>,
): string {
  const wrong: UserError[] = []
  const walk: Walk = {
    ...found,
    path,
    partials,
    partialNames,
    inlines: new Map(),
    calls: new Set(),
    inside: (inner, names) => (inner ? walkProgram(walk, inner, names, wrong) : ''),
  }
  const text = walk.inside(program, scope)
  const unused = wrong.length === 0 ? unusedInline(walk) : undefined
  if (unused) throw unused
  const names = wrong.filter(({ code }) => code === 'E_TEMPLATE_VARIABLE')
  const [first, ...others] = names.length > 0 ? names : wrong
  if (first !== undefined) throw others.length === 0 ? first : together(first, others)
  return text
}

/** In a loop the same place is wrong many times. */
function together(first: UserError, others: readonly UserError[]): UserError {
  const texts = new Set(
    [first, ...others].map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`)),
  )
  return texts.size === 1 ? first : new UserError(first.code, [...texts].join('; '))
}

function walkProgram(walk: Walk, program: hbs.AST.Program, outer: Scope, wrong: UserError[]): string {
  const { secret } = walk.taint
  const scope = declare(walk, program, outer)
  let text = ''
  for (const statement of program.body) {
    try {
      text += walkStatement(walk, statement, scope)
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof Endless) throw error
      wrong.push(error)
    }
  }
  if (scope.taken) return text
  // What is read where rendering does not come by is not in the text.
  walk.taint.secret = secret
  return ''
}

function walkStatement(walk: Walk, statement: hbs.AST.Statement, scope: Scope): string {
  switch (statement.type) {
    case 'ContentStatement':
      return (statement as hbs.AST.ContentStatement).value
    case 'CommentStatement':
      return ''
    case 'MustacheStatement':
      return printed(walk, statement as hbs.AST.MustacheStatement, scope)
    case 'BlockStatement':
      return walkBlock(walk, statement as hbs.AST.BlockStatement, scope)
    case 'PartialStatement':
      return walkPartial(walk, statement as hbs.AST.PartialStatement, scope)
    case 'PartialBlockStatement':
      return walkPartial(walk, statement as hbs.AST.PartialBlockStatement, scope)
    case 'DecoratorBlock':
      // It is rendered where it is called.
      return ''
  }
  throw new UserError('E_TEMPLATE_SYNTAX', `${place(statement)}: decorators are not supported`)
}

function printed(walk: Walk, node: hbs.AST.MustacheStatement, scope: Scope): string {
  const sight = isCall(walk, node, scope)
    ? call(walk, node, scope)
    : read(walk, node.path as hbs.AST.PathExpression, scope)
  if (!sight.known || !scope.taken) return ''
  const problem = unprintable(sight.value)
  if (problem === undefined) return String(sight.value)
  const name = (node.path as hbs.AST.PathExpression).original
  const hint = problem === 'a list' ? 'Use {{join …}}, {{json …}} or {{#each …}}.' : undefined
  throw new UserError('E_TEMPLATE_VALUE', `${place(node)}: ${name} is ${problem}, not text`, { hint })
}
