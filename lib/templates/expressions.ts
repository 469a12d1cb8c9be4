import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import { messageOf } from '../core/error-message.ts'
import type { Helper } from './helpers.ts'
import type { Taint } from './plain.ts'
import { blockParam, hasField, isScoped, resolve } from './resolve.ts'
import { type Scope, type Sight, known, unknown } from './scope.ts'

/** What is found out on the way through a template. */
export interface Walk {
  /** The template's path. */
  readonly path: string
  /** What it can call. */
  readonly helpers: ReadonlyMap<string, Helper>
  /** Its partials that are files. */
  readonly partials: ReadonlyMap<string, hbs.AST.Program>
  /** The names of the partials that could be meant. */
  readonly partialNames: () => readonly string[]
  /** The inline partials, and whether they are called. */
  readonly inlines: Map<hbs.AST.DecoratorBlock, boolean>
  /** The names of the partials that are called. */
  readonly calls: Set<string>
  /** The variables that were asked for. */
  readonly used: Set<string>
  /** Whether a secret was read for the text. */
  readonly taint: Taint
  /** The text of what is inside of a block; empty when rendering does not come by there. */
  readonly inside: (program: hbs.AST.Program | undefined, scope: Scope) => string
}

/** The blocks that a template may use. */
export const BLOCK_NAMES = ['if', 'unless', 'each', 'with', 'raw'] as const

const isBlock = (name: string): boolean => (BLOCK_NAMES as readonly string[]).includes(name)

type Call = hbs.AST.MustacheStatement | hbs.AST.SubExpression | hbs.AST.BlockStatement

/** The value of an argument. */
export function evaluate(walk: Walk, node: hbs.AST.Expression, scope: Scope): Sight {
  if (node.type === 'SubExpression') return call(walk, node as hbs.AST.SubExpression, scope)
  if (node.type === 'PathExpression') return read(walk, node as hbs.AST.PathExpression, scope)
  if (node.type === 'NullLiteral') return known(null)
  return known((node as hbs.AST.StringLiteral).value)
}

/** `file:line:column` of a node, counted from one as editors do. */
export function place({ loc }: hbs.AST.Node): string {
  return `${loc.source}:${loc.start.line}:${loc.start.column + 1}`
}

/** An error about a helper's name or arguments. */
export function badCall(node: hbs.AST.Node, problem: string, hint?: string): UserError {
  return new UserError('E_TEMPLATE_HELPER', `${place(node)}: ${problem}`, { hint })
}

/** The value of a variable. */
export function read(walk: Walk, node: hbs.AST.PathExpression, scope: Scope): Sight {
  if (node.type !== 'PathExpression') {
    throw new UserError('E_TEMPLATE_SYNTAX', `${place(node)}: a literal is no variable`)
  }
  const sight = resolve(node, scope, place(node))
  if (sight.path) walk.used.add(sight.path)
  return sight
}

/** As Handlebars reads it: with arguments, or with the bare name of a helper. */
export function isCall({ helpers }: Walk, node: hbs.AST.MustacheStatement, scope: Scope): boolean {
  if (node.params.length > 0 || node.hash) return true
  const path = node.path as hbs.AST.PathExpression
  if (path.type !== 'PathExpression' || path.data || path.depth > 0 || path.parts.length !== 1) return false
  const [name = ''] = path.parts
  return !isScoped(path) && !blockParam(path, scope) && (helpers.has(name) || isBlock(name))
}

/** The value of a helper's call. */
export function call(walk: Walk, node: Exclude<Call, hbs.AST.BlockStatement>, scope: Scope): Sight {
  const path = node.path as hbs.AST.PathExpression
  const name = String(path.original)
  const helper = walk.helpers.get(name)
  if (blockParam(path, scope)) throw badCall(node, `${name} is a block parameter here, not a helper`)
  if (helper === undefined) throw noHelper(walk, node, name)
  checkArguments(node, helper.takes)
  if (helper.own && node.params.length === 0 && hasField(scope.contexts[0]?.value, name)) {
    const hint = `Write this.${name} for the variable, or give the helper another name.`
    throw badCall(node, `${name} is a helper and a variable here`, hint)
  }
  const args = node.params.map((param) => evaluate(walk, param, scope))
  if (!args.every((arg) => arg.known)) return unknown()
  try {
    return known(helper.run(...args.map(({ value }) => value)))
  } catch (error) {
    if (!scope.taken) return unknown()
    // The message of a project's own helper may quote what it was given.
    const hides = helper.own === true && walk.taint.secret
    const why = hides ? 'it failed; why is not shown, because a secret was read' : messageOf(error)
    throw new UserError('E_TEMPLATE_VALUE', `${place(node)}: ${name}: ${why}`)
  }
}

/** Refuses too few, too many and named arguments. */
export function checkArguments(node: Call, [least, most]: readonly [number, number]): void {
  const name = (node.path as hbs.AST.PathExpression).original
  const count = node.params.length
  if (node.hash) throw badCall(node, `${name} takes no named arguments`)
  if (count >= least && count <= most) return
  const range =
    most === Infinity ? `at least ${least}` : least === most ? String(least) : `${least} to ${most}`
  const wanted = `${range} argument${/\b1$/.test(range) ? '' : 's'}`
  const hint = count === 0 ? `If a variable is meant, write this.${name}.` : undefined
  throw badCall(node, `${name} takes ${wanted}, not ${count}`, hint)
}

function noHelper({ helpers }: Walk, node: hbs.AST.Node, name: string): UserError {
  if (isBlock(name)) return badCall(node, `${name} is a block`, `Write {{#${name} …}} … {{/${name}}}.`)
  const similar = didYouMean(name, helpers.keys())
  const hint = similar ? `Did you mean ${similar}?` : `There is: ${[...helpers.keys()].join(', ')}.`
  return badCall(node, `there is no helper ${name}`, hint)
}
