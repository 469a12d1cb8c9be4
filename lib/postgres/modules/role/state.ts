import { type Probe, askAll } from '../../../core/probe.ts'
import { type Execute, executeName, executeReader } from './execute-reader.ts'
import type { PostgresRoleArgs } from './args.ts'
import { type Role, roleReader } from './reader.ts'

export interface PostgresRoleState {
  readonly role: Role | null
  /** By signature, for those that were asked for. */
  readonly executes: Readonly<Record<string, Execute | null>>
}

export const functionsOf = ({ executes = [], state }: PostgresRoleArgs): readonly string[] =>
  state === 'absent' ? [] : executes

export const askState = (args: PostgresRoleArgs): Probe<PostgresRoleState> =>
  askAll<PostgresRoleState>({ role: roleReader.ask(args.on, args.name), executes: askExecutes(args) })

function askExecutes(args: PostgresRoleArgs): Probe<PostgresRoleState['executes']> {
  const probes = functionsOf(args).map((one) => [
    one,
    executeReader.ask(args.on, executeName(args.name, one)),
  ])
  return askAll<Record<string, Execute | null>>(Object.fromEntries(probes))
}
