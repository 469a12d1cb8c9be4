import { join } from 'node:path'
import { handlebars } from './handlebars.ts'
import { type Source, type TemplateSource, parse, readSource, readSourceIfAny } from './source.ts'
import { namesIn } from '../core/missing-file.ts'

/** Partials that are not beside the template, by name. */
export type PartialSources = Readonly<Record<string, TemplateSource>>

/** A template, or a partial. */
interface File extends Source {
  readonly program: hbs.AST.Program
  /** The partials that it calls. */
  readonly calls: readonly string[]
}

/** A template with all files that it needs. */
export interface Loaded {
  readonly main: File
  readonly partials: ReadonlyMap<string, File>
  /** The names of the partials that could be meant. */
  readonly partialNames: () => readonly string[]
}

/** `footer`, `parts/footer`, `pg_hba.conf`: nothing that leads out of the directory. */
const NAME = /^(?!\.)[\w.-]+(\/(?!\.)[\w.-]+)*$/

/**
 * Reads a template, and the partials that it and they call: those that are given, else `NAME.hbs` in the directory of the template.
 * One that is not there may be an inline partial.
 * @throws UserError E_TEMPLATE_FILE, E_TEMPLATE_SYNTAX
 */
export function load(from: TemplateSource, given: PartialSources): Loaded {
  const main = parsed(readSource(from))
  const { folder } = main
  const find = (name: string): Source | undefined => {
    const source = Object.hasOwn(given, name) ? given[name] : undefined
    if (source !== undefined) return readSource(source)
    return folder !== undefined && NAME.test(name) ? readSourceIfAny(join(folder, `${name}.hbs`)) : undefined
  }
  const partials = new Map<string, File>()
  const names = new Set(main.calls)
  // A set that grows is walked to its new end.
  for (const name of names) {
    const source = find(name)
    if (source === undefined) continue
    const file = parsed(source)
    partials.set(name, file)
    for (const more of file.calls) names.add(more)
  }
  const beside = (): string[] => (folder === undefined ? [] : namesIn(folder))
  const partialNames = (): string[] => [
    ...Object.keys(given),
    ...beside().flatMap((file) => /^(.*)\.hbs$/.exec(file)?.[1] ?? []),
  ]
  return { main, partials, partialNames }
}

const cache = new Map<string, File>()

/** The same content is parsed once. */
function parsed(source: Source): File {
  const key = `${source.path}\0${source.text}`
  const found = cache.get(key)
  if (found !== undefined) return found
  const program = parse(source)
  const file = { ...source, program, calls: callsIn(program) }
  cache.set(key, file)
  return file
}

function callsIn(program: hbs.AST.Program): readonly string[] {
  const calls = new Set<string>()
  const add = ({ name }: hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement): void => {
    if (name.type !== 'SubExpression') calls.add(String((name as hbs.AST.PathExpression).original))
  }
  const visitor = new (handlebars().Visitor)()
  visitor.PartialStatement = add
  visitor.PartialBlockStatement = (node) => {
    add(node)
    visitor.accept(node.program)
  }
  visitor.accept(program)
  return [...calls]
}
