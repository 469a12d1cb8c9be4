import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import { BLOCK_NAMES, type Walk, badCall, checkArguments, evaluate, place } from './expressions.ts'
import { type Names, type Scope, type Sight, below, branch, enter, known, unknown } from './scope.ts'
import { describe, isFalsy, isNothing } from './values.ts'

type Block = hbs.AST.BlockStatement
type WalkBlock = (walk: Walk, node: Block, scope: Scope) => string

const BLOCKS: Readonly<Record<(typeof BLOCK_NAMES)[number], WalkBlock>> = {
  if: (walk, node, scope) => walkIf(walk, node, scope, true),
  unless: (walk, node, scope) => walkIf(walk, node, scope, false),
  each: walkEach,
  with: walkWith,
  raw: walkRaw,
}

/** The text of a block. Each of its branches is walked under the names that hold there. */
export function walkBlock(walk: Walk, node: Block, scope: Scope): string {
  const name = String(node.path.original)
  const block = BLOCK_NAMES.find((one) => one === name)
  if (block) return BLOCKS[block](walk, node, scope)
  const similar = didYouMean(name, BLOCK_NAMES)
  const hint = similar
    ? `Did you mean #${similar}?`
    : `Write {{#if ${name}}}, {{#each ${name}}} or {{#with ${name}}}.`
  throw badCall(node, `there is no block ${name}`, hint)
}

function walkIf(walk: Walk, node: Block, scope: Scope, wanted: boolean): string {
  refuseParams(node)
  const condition = argument(walk, node, scope)
  const holds = condition.known && isFalsy(condition.value) !== wanted
  const text = walk.inside(node.program, branch(scope, holds))
  return text + walk.inside(node.inverse, branch(scope, condition.known && !holds))
}

function walkWith(walk: Walk, node: Block, scope: Scope): string {
  const context = argument(walk, node, scope)
  const holds = context.known && !isNothing(context.value)
  const params = named(node, [context])
  const text = walk.inside(node.program, inside(enter(scope, context, holds), params))
  return text + walk.inside(node.inverse, branch(scope, context.known && !holds))
}

function walkEach(walk: Walk, node: Block, scope: Scope): string {
  const list = argument(walk, node, scope)
  const items = list.known ? itemsOf(list, scope.taken) : []
  if (items === undefined) {
    const name = (node.params[0] as hbs.AST.PathExpression).original ?? 'the value'
    const problem = `${name} is ${describe(list.value)}, not a list or an object`
    throw new UserError('E_TEMPLATE_VALUE', `${place(node)}: ${problem}`, {
      hint: `If it may be missing, write {{#if ${name}}} around it.`,
    })
  }
  let text = ''
  for (const [index, [key, item]] of items.entries()) {
    const loop = loopNames(index, key, index === items.length - 1)
    const within = inside(enter(scope, item, true), named(node, [item, known(key)]))
    text += walk.inside(node.program, { ...within, loops: [loop, ...scope.loops] })
  }
  if (items.length === 0) {
    // No item to look at, but the names from outside can be checked all the same.
    const item = unknown(below(list.path, '*'))
    const within = inside(enter(scope, item, false), named(node, [item, unknown()]))
    walk.inside(node.program, { ...within, loops: [loopNames(), ...scope.loops] })
  }
  return text + walk.inside(node.inverse, branch(scope, list.known && items.length === 0))
}

function walkRaw(walk: Walk, node: Block, scope: Scope): string {
  refuseParams(node)
  checkArguments(node, [0, 0])
  return walk.inside(node.program, scope)
}

function argument(walk: Walk, node: Block, scope: Scope): Sight {
  checkArguments(node, [1, 1])
  return evaluate(walk, node.params[0]!, scope)
}

/** Key and value of each item; `undefined` when there can be none. */
function itemsOf(list: Sight, taken: boolean): [string | number, Sight][] | undefined {
  const { value } = list
  if (typeof value !== 'object' || value === null) return taken ? undefined : []
  const at = below(list.path, '*')
  if (Array.isArray(value)) return value.map((item, index) => [index, known(item, at)])
  return Object.entries(value).map(([key, item]) => [key, known(item, at)])
}

function loopNames(index?: number, key?: string | number, last?: boolean): Names {
  const values = { index, key, first: index === 0, last }
  const sight = (value: unknown): Sight => (index === undefined ? unknown() : known(value))
  return new Map(Object.entries(values).map(([name, value]) => [name, sight(value)]))
}

function named({ program }: Block, sights: readonly Sight[]): Names {
  const names = program?.blockParams ?? []
  return new Map(names.map((name, index) => [name, sights[index] ?? known(undefined)]))
}

function inside(scope: Scope, params: Names): Scope {
  return params.size === 0 ? scope : { ...scope, params: [params, ...scope.params] }
}

function refuseParams(node: Block): void {
  const name = node.path.original
  if (node.program?.blockParams?.length) throw badCall(node, `${name} has no block parameters`)
}
