import { Secret } from '../core/secret.ts'
import { type Loaded, type PartialSources, load } from './load.ts'
import { type OwnHelpers, namesOfOwn, refuseHidden, withOwn } from './own-helpers.ts'
import { plain } from './plain.ts'
import { known, rootScope, unknown } from './scope.ts'
import type { TemplateSource } from './source.ts'
import { walkTemplate } from './walk.ts'

/** A Handlebars template, parsed and ready. */
export interface Template {
  /** The file's name without `.hbs`. */
  readonly name: string
  /** The paths of the variables that it uses, sorted: `cluster.name`, and `nodes.*.address` for fields of items. */
  readonly variables: readonly string[]
  /** Finds what would go wrong with these variables, on all branches. @throws UserError like {@link compileTemplate} */
  check(vars: object): void
  /** Checks, then makes the text. It is a `Secret` when a secret was read for it. */
  render(vars: object): string | Secret
}

/** What a template may call. */
export interface TemplateParts {
  /** Partials that are not beside it, by name. */
  readonly partials?: PartialSources
  /** Pure functions, by name. */
  readonly helpers?: OwnHelpers
}

/** One that can do with other functions of the same names. */
interface Compiled extends Template {
  readonly calling: (helpers: OwnHelpers) => Template
}

const cache = new Map<string, Compiled>()

/**
 * Reads and parses a template; the same content is parsed once.
 *
 * Nothing is escaped, and nothing is missing in silence: each name must be in the variables, also on branches that are
 * not taken, and what is printed must be text, a number or a boolean. `{{#if name}}` needs the name too, but its value
 * may be null, undefined, false, 0, '' or []. `Secret`s are revealed. The helpers are in `helpers.ts`, and those that are given.
 * A partial is one that is given, or else `NAME.hbs` beside the template.
 *
 * @throws UserError E_TEMPLATE_FILE, E_TEMPLATE_SYNTAX, E_TEMPLATE_PARTIAL; later E_TEMPLATE_VARIABLE, E_TEMPLATE_VALUE,
 *   E_TEMPLATE_HELPER. They begin with `file:line:column`. None quotes a value, unless a helper that is given does so.
 *
 * @example
 * const template = compileTemplate(
 *   { name: 'hosts', text: '{{#each hosts}}{{> line}}{{/each}}' },
 *   {
 *     partials: { line: { name: 'line', text: 'host {{upper this}}\n' } },
 *     helpers: { upper: (text: string) => text.toUpperCase() },
 *   },
 * )
 * if (template.render({ hosts: ['a', 'b'] }) !== 'host A\nhost B\n') process.exitCode = 1
 */
export function compileTemplate(from: TemplateSource, parts: TemplateParts = {}): Template {
  const { partials = {}, helpers = {} } = parts
  const loaded = load(from, partials)
  const files = [loaded.main, ...loaded.partials.values()].map(({ path, text }) => [path, text])
  const functions = Object.entries(helpers).map(([name, { length }]) => [name, length])
  const key = JSON.stringify([functions, [...loaded.partials.keys()], files])
  const found = cache.get(key) ?? create(loaded, helpers)
  cache.set(key, found)
  return functions.length === 0 ? found : found.calling(helpers)
}

function create({ main, partials, partialNames }: Loaded, named: OwnHelpers): Compiled {
  const { name, path, program } = main
  const programs = new Map([...partials].map(([call, file]) => [call, file.program]))
  const parts = { program, path, partials: programs, partialNames }
  const used = new Set<string>()
  // Once without any variables: names them, and finds unknown helpers and their like at once.
  const first = { used, taint: { secret: false }, helpers: namesOfOwn(named) }
  walkTemplate(parts, rootScope(unknown(''), false), first)
  const variables = Object.freeze([...used].toSorted())

  const calling = (own: OwnHelpers): Template => {
    const render = (vars: object): string | Secret => {
      refuseHidden(own, vars, path)
      const taint = { secret: false }
      const data = plain(vars, taint)
      const found = { used: new Set<string>(), taint, helpers: withOwn(own, taint) }
      const text = walkTemplate(parts, rootScope(known(data, ''), true), found)
      return taint.secret ? new Secret(name, text) : text
    }
    const check = (vars: object): void => void render(vars)
    return Object.freeze({ name, variables, check, render })
  }
  return Object.freeze({ ...calling({}), calling })
}
