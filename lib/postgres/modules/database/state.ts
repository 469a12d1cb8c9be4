import { type Probe, askAll } from '../../../core/probe.ts'
import { type Database, extensionReader } from './reader.ts'
import type { PostgresDatabaseArgs } from './args.ts'

export interface PostgresDatabaseState {
  readonly database: Database | null
  /** Versions by name, for those that were asked for; `null` where one is missing. */
  readonly extensions: Readonly<Record<string, string | null>>
  /** Sessions of others; only looked at before dropping. */
  readonly connections: number | null
}

export const NOTHING: Probe<null> = { questions: [], parse: () => null }

export function askExtensions({ on, name, extensions = [], state }: PostgresDatabaseArgs) {
  const inside = { ...on, database: name }
  const asked = state === 'absent' ? [] : extensions
  const probes = asked.map((one) => [one, extensionReader.ask(inside, `${name}/${one}`)] as const)
  return askAll(Object.fromEntries(probes) as Record<string, Probe<string | null>>)
}
