import type { Change } from '../../../core/change.ts'
import { defineModule } from '../../../core/module.ts'
import { askAll } from '../../../core/probe.ts'
import { identifier } from '../../sql.ts'
import { postgresThing } from '../shared/server-reader.ts'
import { after, changesOf, sqlOf } from './edit.ts'
import { executeName, executeReader } from './execute-reader.ts'
import { type PostgresRoleArgs, postgresRoleArgs } from './args.ts'
import { roleEdits } from './edits.ts'
import { LOUD, QUIET } from './password.ts'
import { NEW_ROLE, roleReader } from './reader.ts'
import { type PostgresRoleState, functionsOf, probeExecutes } from './state.ts'
import { planAbsent, missingGrants } from './plan.ts'
export type { PostgresRoleArgs } from './args.ts'

/** A role of a PostgreSQL server, with its password, memberships and privileges. */
export const postgresRole = defineModule<PostgresRoleArgs, PostgresRoleState>({
  name: 'postgres_role',
  args: postgresRoleArgs,
  probe: (args) => askAll({ role: roleReader.ask(args.on, args.name), executes: probeExecutes(args) }),
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
    if (args.state === 'absent') return [{ sql: `DROP ROLE ${identifier(name)}`, on }]
    const edits = roleEdits(args, state.role)
    const grants = missingGrants(args, state).map(
      (one) => `GRANT EXECUTE ON FUNCTION ${one} TO ${identifier(name)}`,
    )
    // One message is one transaction: nobody meets the role half made.
    const sql = [...sqlOf(edits), ...grants].join(';\n')
    const quietly = changesOf(edits).some(({ what }) => what === 'password')
    return (quietly ? [QUIET, sql, LOUD] : [sql]).map((text) => ({ sql: text, on }))
  },
  touches: ({ on, name, state, executes = [] }) => [
    postgresThing(on, 'role', name),
    ...(state === 'absent' ? [postgresThing(on, 'role-dropped', name)] : []),
    ...executes.map((one) => postgresThing(on, 'execute', executeName(name, one))),
  ],
})
