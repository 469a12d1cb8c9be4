import { UserError } from './errors.ts'

/**
 * A thing on a host that tasks touch and probes see, such as the file `/etc/hosts`. Made by the functions of its
 * {@link ResourceKind}, never written as text: a misspelled name would silently match nothing.
 */
export interface Resource {
  /** The name of its kind; empty for {@link EVERYTHING}. */
  readonly kind: string
  /** Which one; names are paths, with `/` between their parts. */
  readonly name: string
  /** The thing and all below it. */
  readonly tree: boolean
  /** Tasks of other hosts can see it too. */
  readonly shared: boolean
}

/** A kind of resource, with the functions that name resources of it. */
export interface ResourceKind {
  readonly kind: string
  readonly shared: boolean
  /** One of them: `paths.at('/etc/hosts')`. */
  at(name: string): Resource
  /** One of them and all below it: `paths.below('/etc')`. */
  below(name: string): Resource
  /** All of this kind on the host. */
  readonly all: Resource
}

const MARK = Symbol.for('run-playbook.resource')

function make(kind: string, name: string, tree: boolean, shared: boolean): Resource {
  const resource = { kind, name, tree, shared }
  // Not enumerable, so that resources compare and print as plain data.
  Object.defineProperty(resource, MARK, { value: true })
  return Object.freeze(resource)
}

/**
 * Defines a kind of resource. Define each kind once, beside the readers that see it.
 *
 * @param options.shared whether other hosts can see a change of it, as they see a database or a tunnel. @default false
 *
 * @example
 * export const certificates = defineResourceKind('certificate')
 * // a reader: sees: (name) => [certificates.at(name)]
 * // a module: touches: ({ name }) => [certificates.at(name)]
 */
export function defineResourceKind(
  kind: string,
  { shared = false }: { readonly shared?: boolean } = {},
): ResourceKind {
  if (!/^[a-z][a-z0-9-]*$/.test(kind))
    throw new UserError('E_BAD_RESOURCE', `${JSON.stringify(kind)} is not a name for a kind of resource`, {
      hint: 'Use lower-case letters, digits and dashes.',
    })
  return Object.freeze({
    kind,
    shared,
    at: (name: string) => make(kind, trimmed(name), false, shared),
    below: (name: string) => make(kind, trimmed(name), true, shared),
    all: make(kind, '', true, shared),
  })
}

// One spelling for a path: `/` itself has the empty name, which is above all others.
const trimmed = (name: string): string => name.replace(/\/+$/, '')

/** Everything on the host: what a change may have touched that declares nothing. */
export const EVERYTHING: Resource = make('', '', true, true)

/** Whatever other hosts can see of this one. */
export const EVERYTHING_SHARED: Resource = make('', 'shared', true, true)

/** Files, directories and links, by absolute path. */
export const paths: ResourceKind = defineResourceKind('path')

/** Whether touching one of them can change what is seen of the other. */
export function overlaps(touched: Resource, seen: Resource): boolean {
  if (touched.kind === '' || seen.kind === '') return touches(touched, seen) && touches(seen, touched)
  if (touched.kind !== seen.kind) return false
  return covers(touched, seen) || covers(seen, touched)
}

// Of two that stand for many kinds.
const touches = (many: Resource, other: Resource): boolean =>
  many.kind !== '' || many.name !== 'shared' || other.shared

function covers({ name, tree }: Resource, other: Resource): boolean {
  if (name === other.name) return true
  return tree && (name === '' || other.name.startsWith(`${name}/`))
}

export function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && MARK in value
}

/** A resource that went through JSON, as in the key of a question. */
export function reviveResource({ kind, name, tree, shared }: Resource): Resource {
  return make(kind, name, tree, shared)
}

/** For messages: `path /etc/hosts`, `path /etc and below`. */
export function describeResource({ kind, name, tree }: Resource): string {
  if (kind === '') return 'everything'
  return `${kind} ${name === '' ? '' : name}${tree ? (name === '' ? 'of any name' : ' and below') : ''}`
}

/**
 * The list itself, checked. A resource that no reader can see would leave old answers in place.
 * @throws UserError E_BAD_RESOURCE for anything that was not made by a kind
 */
export function checkResources(list: unknown, where: string, at?: string): readonly Resource[] {
  if (Array.isArray(list) && list.every(isResource)) return list
  const wrong: unknown = Array.isArray(list) ? list.find((one) => !isResource(one)) : list
  throw new UserError('E_BAD_RESOURCE', `${where}: ${JSON.stringify(wrong)} is not a resource`, {
    at,
    hint: "Create it with a kind of resource, such as paths.at('/etc/hosts') or paths.below('/etc').",
  })
}
