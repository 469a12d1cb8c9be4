import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import { Opaque } from './plain.ts'
import { type Scope, type Sight, below, known, unknown } from './scope.ts'
import { describe } from './values.ts'

/**
 * Follows a path such as `nodes.[0].name`, `../name`, `@index` or `this`.
 *
 * @param at `file:line:column`, for messages
 * @throws UserError E_TEMPLATE_VARIABLE when there is no such name, E_TEMPLATE_VALUE when what is there can't be used
 */
export function resolve(node: hbs.AST.PathExpression, scope: Scope, at: string): Sight {
  const [first, ...rest] = node.parts
  const named = first === undefined ? undefined : namedStart(node, first, scope, at)
  const start = named ?? scope.contexts[node.depth]
  if (start === undefined) {
    throw new UserError('E_TEMPLATE_VARIABLE', `${at}: there is nothing above for ${node.original}`)
  }
  const found = (named ? rest : node.parts).reduce((sight, part) => step(sight, part, scope, node, at), start)
  if (found.value instanceof Opaque && scope.taken) {
    throw new UserError('E_TEMPLATE_VALUE', `${at}: ${node.original} is ${found.value.what}`)
  }
  return found
}

/** A block parameter of that name in reach; it wins over variables and helpers, as in Handlebars. */
export function blockParam(node: hbs.AST.PathExpression, scope: Scope): Sight | undefined {
  const [first] = node.parts
  if (first === undefined || node.data || node.depth > 0 || isScoped(node)) return undefined
  return scope.params.find((names) => names.has(first))?.get(first)
}

/** `this.name` and `./name`: explicitly a field, never a helper. */
export function isScoped(node: hbs.AST.PathExpression): boolean {
  return /^\.|this\b/.test(node.original)
}

function namedStart(
  node: hbs.AST.PathExpression,
  first: string,
  scope: Scope,
  at: string,
): Sight | undefined {
  if (!node.data) return blockParam(node, scope)
  if (first === 'root') return scope.root
  const found = scope.loops[node.depth]?.get(first)
  if (found) return found
  const names = [...(scope.loops[node.depth]?.keys() ?? []), 'root']
  throw new UserError('E_TEMPLATE_VARIABLE', `${at}: there is no @${first} here`, {
    hint:
      first === 'partial-block'
        ? 'Write {{#> @partial-block}} … {{/@partial-block}}, with a default in it.'
        : suggest(first, names, (name) => `@${name}`),
  })
}

function step(sight: Sight, part: string, scope: Scope, node: hbs.AST.PathExpression, at: string): Sight {
  const param = sight.names?.get(part)
  if (param !== undefined) return param
  const path = below(sight.path, part)
  if (!sight.known) return unknown(path)
  const { value } = sight
  if (typeof value === 'object' && value !== null && !(value instanceof Opaque)) {
    if (Object.hasOwn(value, part)) return known((value as Record<string, unknown>)[part], path)
    // Whether a list is long enough may be just what the condition around asks.
    if (!Array.isArray(value) || scope.taken) throw missing(sight, part, scope, at)
  } else if (scope.taken) {
    throw new UserError(
      'E_TEMPLATE_VALUE',
      `${at}: ${node.original}: ${sight.path || 'this'} is ${describe(value)}, so it has no ${part}`,
    )
  }
  return unknown(path)
}

function missing(sight: Sight, part: string, scope: Scope, at: string): UserError {
  const owner = sight.path === '' ? 'the variables have' : `${sight.path ?? 'the value'} has`
  const outer = scope.contexts.findIndex(({ value }) => hasField(value, part))
  const hint =
    outer > 0
      ? `It is further out: write ${'../'.repeat(outer)}${part}.`
      : suggest(part, Object.keys(sight.value as object), (name) => name)
  return new UserError('E_TEMPLATE_VARIABLE', `${at}: ${owner} no ${part}`, { hint })
}

/** Whether a value has a field of its own of that name. */
export function hasField(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
}

function suggest(name: string, names: readonly string[], show: (name: string) => string): string | undefined {
  const similar = didYouMean(name, names)
  if (similar !== undefined) return `Did you mean ${show(similar)}?`
  return names.length > 0 && names.length <= 20 ? `There is: ${names.map(show).join(', ')}.` : undefined
}
