import type { Change } from '../../../core/change.ts'
import { defineModule } from '../../../core/module.ts'
import { identifier } from '../../sql.ts'
import { sql } from '../../channel.ts'
import { serverThing } from '../../resources.ts'
import { after, changesOf, sqlOf } from './edit.ts'
import { executeName, executeReader } from './execute-reader.ts'
import { postgresRoleArgs } from './args.ts'
import { roleEdits } from './edits.ts'
import { LOUD, QUIET } from './password.ts'
import { NEW_ROLE, roleReader } from './reader.ts'
import { askState, functionsOf } from './state.ts'
import { planAbsent, missingGrants } from './plan.ts'
export type { PostgresRoleArgs } from './args.ts'

/**
 * Manages a role of a PostgreSQL server: its password, attributes, memberships and privileges.
 *
 * @dryRun Asks PostgreSQL for the role, and names what differs; a password is compared with the verifier on the server, and not
 * shown. Fails if a function in `executes` does not exist. Later tasks see the role and its grants. Unknown if an earlier task
 * may change what the server answers, such as one that starts its container.
 */
export const postgresRole = defineModule({
  name: 'postgres_role',
  args: postgresRoleArgs,
  probe: askState,
  plan: (args, state) => {
    if (args.state === 'absent') return planAbsent(args, state)
    const edits = roleEdits(args, state.role)
    const missing = missingGrants(args, state)
    const changes: Change[] = [
      ...changesOf(edits),
      ...missing.map((to) => ({ what: 'executes', from: 'refused', to })),
    ]
    const leaves = [
      roleReader.predict(args.on, args.name, after(state.role ?? NEW_ROLE, edits)),
      ...functionsOf(args).map((one) =>
        executeReader.predict(args.on, executeName(args.name, one), 'granted'),
      ),
    ]
    return { changes, leaves, because: 'the role is as wanted' }
  },
  apply: (args, state) => {
    const { on, name } = args
    if (args.state === 'absent') return [sql(`DROP ROLE ${identifier(name)}`, on)]
    const edits = roleEdits(args, state.role)
    const grants = missingGrants(args, state).map(
      (one) => `GRANT EXECUTE ON FUNCTION ${one} TO ${identifier(name)}`,
    )
    // One message is one transaction: nobody meets the role half made.
    const statements = [...sqlOf(edits), ...grants].join(';\n')
    const quietly = changesOf(edits).some(({ what }) => what === 'password')
    return (quietly ? [QUIET, statements, LOUD] : [statements]).map((text) => sql(text, on))
  },
  touches: ({ on, name, state, executes = [] }) => [
    serverThing(on, 'role', name),
    ...(state === 'absent' ? [serverThing(on, 'role-dropped', name)] : []),
    ...executes.map((one) => serverThing(on, 'execute', executeName(name, one))),
  ],
})
