import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import { type Walk, evaluate, place } from './expressions.ts'
import { closureScope, declare, declaredIn } from './inlines.ts'
import { Opaque, extended } from './plain.ts'
import { type Closure, type Scope, type Sight, enter } from './scope.ts'
import { describe } from './values.ts'

type Call = hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement

const BLOCK = '@partial-block'

/** Deeper is a partial that calls itself. All branches are walked, so no condition ends it. */
const DEEPEST = 50

/** Ends the walk: it would only be found again, on twice as many ways with each call more. */
export class Endless extends UserError {}

/** The text of a partial: an inline one, a file, the block that the caller gave, or the default that stands at the call. */
export function walkPartial(walk: Walk, node: Call, scope: Scope): string {
  const name = nameOf(node)
  const within = [...scope.within, name]
  if (within.length > DEEPEST) throw endless(node, within)
  walk.calls.add(name)
  const context = contextOf(walk, node, scope)
  const body = 'program' in node ? node.program : undefined
  const given: Closure | undefined = body && { program: body, scope }
  const called = { loops: scope.loops, taken: scope.taken, within, block: given ?? scope.block }

  const closure = name === BLOCK ? scope.block : scope.inlines.get(name)
  if (closure !== undefined) {
    if (closure.inline) walk.inlines.set(closure.inline.node, true)
    const block = closure.inline ? called.block : closure.scope.block
    return indented(node, walk.inside(closure.program, closureScope(closure, context, { ...called, block })))
  }
  const file = walk.partials.get(name)
  if (file !== undefined) {
    const inlines = (body ? declare(walk, body, scope) : scope).inlines
    // Only its context is in reach, not the names around the call.
    const inner = { ...called, contexts: [context], root: scope.root, params: [], inlines }
    return indented(node, walk.inside(file, inner))
  }
  if (body && isDefault(walk, node, body))
    return walk.inside(body, enter({ ...scope, within }, context, true))
  throw name === BLOCK ? noBlock(node, scope) : noPartial(walk, node, name, scope)
}

/** Whether its block is the text for want of a partial. In the template itself nobody can have given one: the name is wrong. */
function isDefault(walk: Walk, node: Call, body: hbs.AST.Program): boolean {
  return node.loc.source !== walk.path && declaredIn(body).length === 0
}

function nameOf(node: Call): string {
  if (node.name.type !== 'SubExpression') return String((node.name as hbs.AST.PathExpression).original)
  throw new UserError('E_TEMPLATE_SYNTAX', `${place(node)}: the name of a partial is not computed`, {
    hint: 'Choose with {{#if …}} between partials whose names are written out.',
  })
}

/** What `this` is in the partial: what is given or else what it is here, with the parameters on top. */
function contextOf(walk: Walk, node: Call, scope: Scope): Sight {
  const [first, ...others] = node.params
  if (others.length > 0) {
    throw new UserError('E_TEMPLATE_SYNTAX', `${place(node)}: a partial takes one context`, {
      hint: 'Write name=value for what else it needs.',
    })
  }
  const context = first === undefined ? scope.contexts[0]! : evaluate(walk, first, scope)
  // The parser leaves out what is not there.
  const pairs = (node.hash as hbs.AST.Hash | undefined)?.pairs ?? []
  if (pairs.length === 0) return context
  const names = new Map(pairs.map(({ key, value }) => [key, evaluate(walk, value, scope)]))
  const { value } = context
  if (context.known && scope.taken && !isObject(value)) {
    const problem = `the context of the partial is ${describe(value)}, so it takes no parameters`
    throw new UserError('E_TEMPLATE_VALUE', `${place(node)}: ${problem}`)
  }
  return { ...context, value: extended(isObject(value) ? value : {}, names), names }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Opaque)

/** A partial that stands alone on its line is indented as that line. */
function indented(node: Call, text: string): string {
  const indent = 'indent' in node ? node.indent : ''
  if (!indent) return text
  const lines = text.split('\n')
  return lines.map((line, i) => (line === '' && i === lines.length - 1 ? line : indent + line)).join('\n')
}

function endless(node: Call, within: readonly string[]): UserError {
  const chain = within.slice(-4).join(', ')
  return new Endless('E_TEMPLATE_PARTIAL', `${place(node)}: partials are nested without end: …, ${chain}`, {
    hint: 'A partial cannot call itself, not even under a condition. Use {{#each …}}, or make the text in TypeScript.',
  })
}

function noBlock(node: Call, { within }: Scope): UserError {
  const name = within.at(-1)
  const problem = name === undefined ? 'there is no block here' : `${name} is called without a block`
  return new UserError('E_TEMPLATE_PARTIAL', `${place(node)}: ${problem}`, {
    hint: `For a default, write {{#> ${BLOCK}}} … {{/${BLOCK}}}.`,
  })
}

function noPartial(walk: Walk, node: Call, name: string, scope: Scope): UserError {
  const similar = didYouMean(name, [...scope.inlines.keys(), ...walk.partialNames()])
  return new UserError('E_TEMPLATE_PARTIAL', `${place(node)}: there is no partial ${name}`, {
    hint:
      similar === undefined ? `It is the file ${name}.hbs beside the template.` : `Did you mean ${similar}?`,
  })
}
