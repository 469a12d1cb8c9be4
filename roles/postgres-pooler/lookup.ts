import { UserError, defineModule, z } from 'run-playbook'
import { literal, postgresTarget, serverThing, sql, thingReader } from 'run-playbook/postgres'

const SCHEMA = 'run_playbook_pooler'

/** Roles of the cluster itself: none of them is a client's. The superuser and `replicator` are told by their attributes. */
const OWN = ['rewinder', 'basebackup', 'monitor', 'pooler']

// What PostgreSQL checks at a login and a pooled connection does not see: that the role may log in, and until when.
const SOURCE = `
  SELECT rolname::text, rolpassword FROM pg_catalog.pg_authid
  WHERE rolname = $1 AND rolcanlogin AND NOT rolsuper AND NOT rolreplication
    AND rolname NOT IN (${OWN.map(literal).join(', ')})
    AND (rolvaliduntil IS NULL OR rolvaliduntil > pg_catalog.now())
`

const found = z.object({ owner: z.string(), asWanted: z.boolean() })

const args = z.strictObject({
  /** The primary and a database, as superuser. */
  on: postgresTarget,
  state: z.enum(['present', 'absent']),
})

/**
 * The function that tells PgBouncer the verifier of a role's password, in one database. The role `pooler` may call it, and nobody else.
 *
 * @throws UserError E_POOLER where another role has made a schema of that name: its owner could say what it likes of any role
 */
export const poolerLookup = defineModule({
  name: 'postgres_pooler_lookup',
  args,
  probe: ({ on }) => reader.ask(on, databaseOf(on)),
  plan: ({ on, state }, answer) => {
    const database = databaseOf(on)
    if (answer !== null && answer.owner !== 'postgres')
      throw new UserError(
        'E_POOLER',
        `the schema ${SCHEMA} in the database ${database} belongs to ${answer.owner}`,
        {
          hint: `Only the superuser may own it: who owns it decides who may log in. Find out who made it, then DROP SCHEMA ${SCHEMA} CASCADE in that database, and run site again.`,
        },
      )
    const there = answer !== null && (state === 'absent' || answer.asWanted)
    const ok = there === (state === 'present')
    return {
      changes: ok ? [] : [{ what: `schema ${SCHEMA} in ${database}`, from: wordOf(answer), to: state }],
      because: `it is ${state}`,
      leaves: [
        reader.predict(on, database, state === 'present' ? { owner: 'postgres', asWanted: true } : null),
      ],
    }
  },
  apply: ({ on, state }) => [sql(state === 'absent' ? `DROP SCHEMA ${SCHEMA} CASCADE` : MAKE, on)],
  touches: ({ on }) => [serverThing(on, 'function', databaseOf(on))],
})

// One transaction.
const MAKE = [
  `CREATE SCHEMA IF NOT EXISTS ${SCHEMA} AUTHORIZATION postgres`,
  `DROP FUNCTION IF EXISTS ${SCHEMA}.lookup(text)`,
  `CREATE FUNCTION ${SCHEMA}.lookup(text) RETURNS TABLE (usename text, passwd text) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS ${literal(SOURCE)}`,
  `REVOKE ALL ON FUNCTION ${SCHEMA}.lookup(text) FROM PUBLIC`,
  `GRANT USAGE ON SCHEMA ${SCHEMA} TO pooler`,
  `GRANT EXECUTE ON FUNCTION ${SCHEMA}.lookup(text) TO pooler`,
].join(';\n')

const databaseOf = ({ database = 'postgres' }: { readonly database?: string | undefined }): string => database

const wordOf = (answer: z.output<typeof found> | null): string =>
  answer === null ? 'absent' : answer.asWanted ? 'present' : 'not as it should be'

const reader = thingReader({
  part: 'function',
  select: `SELECT json_build_object('owner', pg_get_userbyid(n.nspowner), 'asWanted', coalesce(
      p.prosrc = ${literal(SOURCE)} AND p.prosecdef AND pg_get_userbyid(p.proowner) = 'postgres'
      AND p.proconfig = ARRAY['search_path=pg_catalog, pg_temp']
      AND p.proacl::text = '{postgres=X/postgres,pooler=X/postgres}'
      AND n.nspacl::text = '{postgres=UC/postgres,pooler=U/postgres}', false))
    FROM pg_namespace n LEFT JOIN pg_proc p ON p.oid = to_regprocedure('${SCHEMA}.lookup(text)')
    WHERE n.nspname = '${SCHEMA}' AND k.name IS NOT NULL`,
  answer: found,
})
