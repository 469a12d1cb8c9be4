import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import { type Walk, place } from './expressions.ts'
import { type Closure, type Scope, type Sight, enter } from './scope.ts'

type Inline = hbs.AST.DecoratorBlock

/** The scope of what is in a program: its inline partials are in reach everywhere in it, as in Handlebars. */
export function declare(walk: Walk, program: hbs.AST.Program, scope: Scope): Scope {
  const nodes = declaredIn(program)
  if (nodes.length === 0) return scope
  const inlines = new Map(scope.inlines)
  const inner = { ...scope, inlines }
  for (const node of nodes) {
    const name = nameOf(node)
    const hidden = scope.inlines.get(name)
    if (inlines.get(name) !== hidden) throw wrong(node, `there are two inline partials ${name}`)
    inlines.set(name, { program: node.program, scope: inner, inline: { name, node, hidden } })
    if (!walk.inlines.has(node)) walk.inlines.set(node, false)
  }
  return inner
}

/** The inline partials of a program. @throws UserError E_TEMPLATE_SYNTAX for another decorator */
export function declaredIn(program: hbs.AST.Program): readonly Inline[] {
  const isInline = (node: hbs.AST.Statement): node is Inline => node.type === 'DecoratorBlock'
  return program.body.filter(isInline)
}

/** The scope in which an inline partial, or the block that a caller gave, is rendered: that of the place where it is written. */
export function closureScope(
  { scope, inline }: Closure,
  context: Sight,
  called: Pick<Scope, 'loops' | 'taken' | 'within' | 'block'>,
): Scope {
  const inlines = new Map(scope.inlines)
  // In itself its name means what it takes the place of.
  if (inline?.hidden) inlines.set(inline.name, inline.hidden)
  else if (inline) inlines.delete(inline.name)
  return { ...enter(scope, context, true), inlines, ...called }
}

/** An inline partial that nothing uses is a misspelled one, and what it was to replace would stay as it is. */
export function unusedInline(walk: Walk): UserError | undefined {
  const found = [...walk.inlines].find(([, used]) => !used)
  if (found === undefined) return undefined
  const [node] = found
  const similar = didYouMean(nameOf(node), walk.calls)
  return new UserError(
    'E_TEMPLATE_PARTIAL',
    `${place(node)}: nothing uses the inline partial ${nameOf(node)}`,
    {
      hint: similar === undefined ? undefined : `Did you mean ${similar}?`,
    },
  )
}

function nameOf(node: Inline): string {
  const [name, ...others] = node.params
  if (node.path.original !== 'inline') throw wrong(node, `there is no decorator ${node.path.original}`)
  if (name?.type !== 'StringLiteral' || others.length > 0 || node.hash || node.program.blockParams) {
    throw wrong(
      node,
      'an inline partial takes a name in quotes, and nothing else',
      'Write {{#*inline "name"}}.',
    )
  }
  return (name as hbs.AST.StringLiteral).value
}

const wrong = (node: Inline, problem: string, hint?: string): UserError =>
  new UserError('E_TEMPLATE_SYNTAX', `${place(node)}: ${problem}`, { hint })
