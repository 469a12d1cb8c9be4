/** A value as the checker sees it. */
export interface Sight {
  /** False where there is none to look at: the items of an empty list, what lies behind a null. */
  readonly known: boolean
  readonly value: unknown
  /** From the variables' root, `nodes.*.name`. `undefined` for what a helper made. */
  readonly path: string | undefined
  /** The parameters of a partial, which come before its fields. */
  readonly names?: Names
}

export const known = (value: unknown, path?: string): Sight => ({ known: true, value, path })
export const unknown = (path?: string): Sight => ({ known: false, value: undefined, path })

/** The path of a field. */
export function below(path: string | undefined, part: string): string | undefined {
  if (path === undefined) return undefined
  return path === '' ? part : `${path}.${part}`
}

/** What the names at one place of a template mean. */
export interface Scope {
  /** What `this` is, then `../`, then `../../`. */
  readonly contexts: readonly Sight[]
  /** `@index` and its like, the innermost loop first. */
  readonly loops: readonly Names[]
  /** Block parameters, `{{#each nodes as |node|}}`, the innermost first. */
  readonly params: readonly Names[]
  /** What `@root` is. */
  readonly root: Sight
  /** The inline partials, by name. */
  readonly inlines: ReadonlyMap<string, Closure>
  /** What `{{> @partial-block}}` means. */
  readonly block: Closure | undefined
  /** The partials that this place is in, the outermost first. */
  readonly within: readonly string[]
  /** Whether rendering with these variables comes by here. Elsewhere only what is certainly wrong is an error. */
  readonly taken: boolean
}

export type Names = ReadonlyMap<string, Sight>

/** A part of a template that is rendered elsewhere, with the names of the place where it is written. */
export interface Closure {
  readonly program: hbs.AST.Program
  readonly scope: Scope
  /** Of an inline partial. */
  readonly inline?: {
    readonly name: string
    readonly node: hbs.AST.DecoratorBlock
    /** The one of this name further out. */
    readonly hidden: Closure | undefined
  }
}

export function rootScope(root: Sight, taken: boolean): Scope {
  const nowhere = { inlines: new Map<string, Closure>(), block: undefined, within: [] }
  return { contexts: [root], loops: [], params: [], root, taken, ...nowhere }
}

/** The scope inside of a block that makes `context` its `this`. */
export function enter(scope: Scope, context: Sight, taken: boolean): Scope {
  const [current] = scope.contexts
  // Exactly as Handlebars does it, `!=` included: `../` would mean something else otherwise.
  const isNew = !current?.known || !context.known || context.value != current.value
  const contexts = isNew ? [context, ...scope.contexts] : [context, ...scope.contexts.slice(1)]
  return { ...scope, contexts, taken: scope.taken && taken }
}

/** The same scope on a branch that is taken or not. */
export function branch(scope: Scope, taken: boolean): Scope {
  return { ...scope, taken: scope.taken && taken }
}
