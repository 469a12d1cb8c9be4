/** A value as the checker sees it. */
export interface Sight {
  /** False where there is none to look at: the items of an empty list, what lies behind a null. */
  readonly known: boolean
  readonly value: unknown
  /** From the variables' root, `nodes.*.name`. `undefined` for what a helper made. */
  readonly path: string | undefined
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
  /** Whether rendering with these variables comes by here. Elsewhere only what is certainly wrong is an error. */
  readonly taken: boolean
}

export type Names = ReadonlyMap<string, Sight>

export function rootScope(root: Sight, taken: boolean): Scope {
  return { contexts: [root], loops: [], params: [], taken }
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
