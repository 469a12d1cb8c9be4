import { differences } from '../../../core/change.ts'
import { identifier, literal } from '../../sql.ts'
import type { Edit } from './edit.ts'
import type { PostgresRoleArgs } from './args.ts'
import { NEW_ROLE, type Role } from './reader.ts'
import { passwordEdit } from './password.ts'
import { settingAsKept, settingSql } from './settings.ts'

/** What has to be done to a role; `null` where there is none yet. */
export function roleEdits(args: PostgresRoleArgs, role: Role | null): Edit<Role>[] {
  const present = role ?? NEW_ROLE
  const name = identifier(args.name)
  const all = [
    attributesEdit(args, present, name),
    passwordEdit(args, present, name),
    membershipEdit(args, present, name),
    settingsEdit(args, present, name),
    commentEdit(args, present, name),
  ]
  const needed = all.filter(({ changes }) => changes.length > 0)
  return role === null ? [creation(name), ...needed] : needed
}

const creation = (name: string): Edit<Role> => ({
  changes: [{ what: 'role', from: 'absent', to: 'present' }],
  sql: [`CREATE ROLE ${name}`],
  leaves: {},
})

function attributesEdit(args: PostgresRoleArgs, role: Role, name: string): Edit<Role> {
  const {
    login = true,
    superuser,
    createdb,
    createrole,
    inherit,
    replication,
    bypassrls,
    connectionLimit,
  } = args
  const flags = { login, superuser, createdb, createrole, inherit, replication, bypassrls }
  const validUntil = args.validUntil === undefined ? undefined : moment(args.validUntil)
  const changes = differences({ ...flags, connectionLimit, validUntil }, role)
  const options = changes.map(({ what, to }) => {
    if (what === 'connectionLimit') return `CONNECTION LIMIT ${Number(to)}`
    if (what === 'validUntil') return `VALID UNTIL ${literal(String(to))}`
    return `${to === true ? '' : 'NO'}${what.toUpperCase()}`
  })
  const leaves = Object.fromEntries(changes.map(({ what, to }) => [what, to])) as Partial<Role>
  return { changes, sql: [`ALTER ROLE ${name} ${options.join(' ')}`], leaves }
}

const moment = (text: string): string => (text === 'infinity' ? text : new Date(text).toISOString())

function membershipEdit(args: PostgresRoleArgs, role: Role, name: string): Edit<Role> {
  const memberOf = args.memberOf && [...new Set(args.memberOf)].toSorted()
  const missing = (memberOf ?? []).filter((group) => !role.memberOf.includes(group))
  const surplus = memberOf === undefined ? [] : role.memberOf.filter((group) => !memberOf.includes(group))
  return {
    changes: differences({ memberOf }, role),
    sql: [
      ...missing.map((group) => `GRANT ${identifier(group)} TO ${name}`),
      ...surplus.map((group) => revoke(group, args.name)),
    ],
    leaves: memberOf === undefined ? {} : { memberOf },
  }
}

// Since version 16 a membership is revoked only for the grantor that is named, and several may have granted it.
function revoke(group: string, member: string): string {
  return `DO ${literal(`DECLARE grantor name; BEGIN
    FOR grantor IN SELECT o.rolname FROM pg_auth_members a
      JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member JOIN pg_roles o ON o.oid = a.grantor
      WHERE g.rolname = ${literal(group)} AND m.rolname = ${literal(member)}
    LOOP EXECUTE format('REVOKE %I FROM %I GRANTED BY %I CASCADE', ${literal(group)}, ${literal(member)}, grantor); END LOOP; END`)}`
}

function settingsEdit(args: PostgresRoleArgs, role: Role, name: string): Edit<Role> {
  const wanted = Object.entries(args.settings ?? {})
  const kept = wanted.map(
    ([key, value]) => [key, value === null ? undefined : settingAsKept(key, value)] as const,
  )
  const wrong = kept.filter(([key, value]) => role.settings[key] !== value)
  const settings = { ...role.settings, ...Object.fromEntries(kept) }
  return {
    changes: wrong.map(([key, to]) => ({
      what: key,
      from: role.settings[key] ?? 'not set',
      to: to ?? 'not set',
    })),
    sql: wrong.map(([key]) => settingSql(name, key, args.settings?.[key] ?? null)),
    leaves: {
      settings: Object.fromEntries(
        Object.entries(settings).filter(([, value]) => value !== undefined),
      ) as Record<string, string>,
    },
  }
}

function commentEdit({ comment }: PostgresRoleArgs, role: Role, name: string): Edit<Role> {
  // An empty comment is none, in PostgreSQL as well.
  const wanted = comment === '' ? null : comment
  return {
    changes: differences({ comment: wanted }, role),
    sql: [`COMMENT ON ROLE ${name} IS ${literal(comment ?? '')}`],
    leaves: wanted === undefined ? {} : { comment: wanted },
  }
}
