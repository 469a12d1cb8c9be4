import type { Change } from '../../../core/change.ts'
import { differences } from '../../../core/change.ts'
import type { DockerContainer } from '../shared/reader.ts'
import type { PresentContainer, ContainerOptions } from './args.ts'
import { SPEC_LABEL } from '../shared/ownership.ts'
import { OPTIONS } from './options.ts'

export { SPEC_LABEL } from '../shared/ownership.ts'

type Facts = Record<string, unknown>
type AnyOption = {
  readonly flags: (value: unknown) => readonly string[]
  readonly wanted: (value: unknown) => unknown
  readonly observed: (container: DockerContainer) => unknown
  readonly keyed?: true | undefined
  readonly live?: (value: unknown) => readonly string[]
}

const options = Object.entries(OPTIONS) as [keyof ContainerOptions, AnyOption][]

/** Options whose value differs from what was asked for, or that are no longer asked for. */
export function optionChanges(args: PresentContainer, container: DockerContainer): Change[] {
  const observed = observedFacts(container)
  const different = differences(wantedFacts(args), observed)
  return [
    ...different.map(({ what, from = 'absent', to }) => ({ what, from, to })),
    ...takenAway(args, container).map((what) => ({ what, from: observed[what] ?? 'set', to: 'default' })),
  ]
}

/** Names of the options that were asked for when the container was made and no longer are. */
export function takenAway(args: PresentContainer, container: DockerContainer): string[] {
  const wanted = wantedFacts(args)
  const before = (container.config.Labels[SPEC_LABEL] ?? '').split(' ').filter(Boolean)
  return before.map(decode).filter((name) => !Object.hasOwn(wanted, name))
}

// Anybody may have written the label.
function decode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** Whether Docker can change an option, such as `memory` or `env.TZ`, while the container runs. */
export const isLive = (what: string): boolean =>
  options.some(([name, { live }]) => name === what && live !== undefined)

/** Flags of `docker update` for the options that differ. */
export function updateFlags(args: PresentContainer, changes: readonly Change[]): string[] {
  return options.flatMap(([name, { live }]) =>
    live !== undefined && changes.some(({ what }) => what === name) ? live(args[name]) : [],
  )
}

/** The flags and words of `docker create` after the name. */
export function createWords(args: PresentContainer): string[] {
  const flags = options.flatMap(([name, { flags }]) => (args[name] === undefined ? [] : flags(args[name])))
  const spec = Object.keys(wantedFacts(args)).map(encodeURIComponent).sort().join(' ')
  return [...flags, '--label', `${SPEC_LABEL}=${spec}`, args.image, ...(args.command ?? [])]
}

function wantedFacts(args: PresentContainer): Facts {
  return Object.fromEntries(
    options.flatMap(([name, { wanted, keyed }]) =>
      args[name] === undefined ? [] : named(name, wanted(args[name]), keyed),
    ),
  )
}

function observedFacts(container: DockerContainer): Facts {
  return Object.fromEntries(
    options.flatMap(([name, { observed, keyed }]) => named(name, observed(container), keyed)),
  )
}

function named(name: string, value: unknown, keyed: true | undefined): [string, unknown][] {
  if (!keyed) return [[name, value]]
  return Object.entries(value as Facts).flatMap(([key, one]) =>
    one === undefined ? [] : [[`${name}.${key}`, one] as [string, unknown]],
  )
}
