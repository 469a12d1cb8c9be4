import { Secret } from '../core/secret.ts'
import { type Loaded, type PartialSources, load } from './load.ts'
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

const cache = new Map<string, Template>()

/**
 * Reads and parses a template; the same content is parsed once.
 *
 * Nothing is escaped, and nothing is missing in silence: each name must be in the variables, also on branches that are
 * not taken, and what is printed must be text, a number or a boolean. `{{#if name}}` needs the name too, but its value
 * may be null, undefined, false, 0, '' or []. `Secret`s are revealed. The helpers are in `helpers.ts`.
 *
 * @throws UserError E_TEMPLATE_FILE, E_TEMPLATE_SYNTAX; later E_TEMPLATE_VARIABLE, E_TEMPLATE_VALUE, E_TEMPLATE_HELPER.
 *   All begin with `file:line:column`, and none quotes a value.
 *
 * @example
 * const template = compileTemplate({ file: new URL('./templates/pg_hba.conf.hbs', import.meta.url) })
 * template.render({ subnet: '10.88.0.0/24' })
 */
export function compileTemplate(from: TemplateSource, partials: PartialSources = {}): Template {
  const loaded = load(from, partials)
  const files = [loaded.main, ...loaded.partials.values()]
  const key = JSON.stringify([[...loaded.partials.keys()], ...files.map(({ path, text }) => [path, text])])
  const found = cache.get(key) ?? create(loaded)
  cache.set(key, found)
  return found
}

function create({ main, partials, partialNames }: Loaded): Template {
  const { name, path, program } = main
  const programs = new Map([...partials].map(([call, file]) => [call, file.program]))
  const parts = { program, path, partials: programs, partialNames }
  const used = new Set<string>()
  // Once without any variables: names them, and finds unknown helpers and their like at once.
  walkTemplate(parts, rootScope(unknown(''), false), { used, taint: { secret: false } })

  const render = (vars: object): string | Secret => {
    const taint = { secret: false }
    const data = plain(vars, taint)
    const text = walkTemplate(parts, rootScope(known(data, ''), true), { used: new Set(), taint })
    return taint.secret ? new Secret(name, text) : text
  }
  const check = (vars: object): void => void render(vars)
  return Object.freeze({ name, variables: Object.freeze([...used].toSorted()), check, render })
}
