import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { PostgresRoleArgs } from './args.ts'
import { roleReader } from './reader.ts'
import { type PostgresRoleState, functionsOf } from './state.ts'

export function planAbsent({ on, name }: PostgresRoleArgs, { role }: PostgresRoleState) {
  if (role === null) return { changes: [], because: 'absent already' }
  const changes: Change[] = [{ what: 'role', from: 'present', to: 'absent' }]
  return { changes, leaves: [roleReader.predict(on, name, null)] }
}

export function missingGrants(args: PostgresRoleArgs, { executes }: PostgresRoleState): string[] {
  const unknown = functionsOf(args).find((one) => executes[one] === 'no such function')
  if (unknown !== undefined) {
    const database = args.on.database ?? 'postgres'
    throw new UserError('E_POSTGRES_FUNCTION', `database ${database} has no function ${unknown}`, {
      hint: 'Name it with its argument types as `\\df` shows them: pg_ls_dir(text, boolean, boolean)',
    })
  }
  return functionsOf(args).filter((one) => executes[one] !== 'granted')
}
