import { type Probe, askAll, known } from '../../../core/probe.ts'
import { type Database, connectionsReader, databaseReader, extensionReader } from './reader.ts'
import { type PostgresDatabaseArgs, extensionsOf } from './args.ts'

export interface PostgresDatabaseState {
  readonly database: Database | null
  /** Versions by name, for those that were asked for; `null` where one is missing. */
  readonly extensions: Readonly<Record<string, string | null>>
  /** Sessions of others; only looked at before dropping. */
  readonly connections: number | null
}

export function askState(args: PostgresDatabaseArgs): Probe<PostgresDatabaseState> {
  return askAll<PostgresDatabaseState>({
    database: databaseReader.ask(args.on, args.name),
    extensions: askExtensions(args),
    connections: args.state === 'absent' ? connectionsReader.ask(args.on, args.name) : known(null),
  })
}

function askExtensions(args: PostgresDatabaseArgs) {
  const { on, name, state } = args
  const inside = { ...on, database: name }
  const asked = state === 'absent' ? [] : extensionsOf(args).map((one) => one.name)
  const probes = asked.map((one) => [one, extensionReader.ask(inside, `${name}/${one}`)] as const)
  return askAll<Record<string, string | null>>(Object.fromEntries(probes))
}
