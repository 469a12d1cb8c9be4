import {
  type Keeps,
  type TaskList,
  ask,
  debug,
  defineModule,
  from,
  groups,
  predict,
  sh,
  users,
  z,
} from 'run-playbook'
import {
  ACCOUNTS,
  type NumberOf,
  type PostgresNumber,
  numberKey,
  numberReader,
} from '../postgres-node/number-reader.ts'

/** Of the user and the group that keep the number. It is in the name, because another image may have another one. */
const nameOf = (uid: number): string => `run-playbook-${uid}`

/** The users of the host, apart from ours, that have the number of postgres. */
const othersOf = ({ uid, users }: PostgresNumber): readonly string[] =>
  users.filter((name) => uid === undefined || name !== nameOf(uid))

/** What the operator should know of whoever has the number; undefined where nobody else has it. */
export function takenWords(found: PostgresNumber): string | undefined {
  const others = othersOf(found)
  if (found.uid === undefined || found.uid === 0 || others.length === 0) return undefined
  return `uid ${found.uid}, the number of postgres in the container, is ${others.join(' and ')} on this host: programs that run as this user can stop PostgreSQL, and with gid ${found.gid} also read and change the data. Let nobody run programs as this user, or give it another number (usermod -u)`
}

/**
 * A number that postgres has in a container is nobody's on the host: a locked user and group keep it, so that no package and no
 * `useradd` gives it to somebody. Where it is taken already nothing is changed: see {@link takenWords}.
 */
export const postgresNumber = defineModule({
  name: 'postgres_number',
  args: z.strictObject({
    /** Name of the image. */
    image: z.string(),
    /** Folder of the node's data, whose owner counts for more than the image. */
    dataDir: z.string(),
  }),
  probe: (args) => ask(numberReader, numberKey(args)),
  plan: (args, found) => {
    const { uid, gid, users, tools } = found
    if (uid === undefined || uid === 0) return { changes: [], because: 'the number of postgres is not known' }
    const taken = takenWords(found)
    if (taken !== undefined) return { changes: [], because: taken }
    if (users.length > 0) return { changes: [], because: `uid ${uid} is kept by the user ${nameOf(uid)}` }
    if (!tools) return { changes: [], because: 'the host has neither useradd nor adduser' }
    const free = found.groups.length === 0
    return {
      changes: [
        { what: 'user', from: 'absent', to: `${nameOf(uid)} (uid ${uid}, no login)` },
        ...(free ? [{ what: 'group', from: 'absent', to: `${nameOf(uid)} (gid ${gid})` }] : []),
      ],
      leaves: [
        predict(numberReader, numberKey(args), {
          ...found,
          users: [nameOf(uid)],
          groups: free ? [nameOf(uid)] : found.groups,
        }),
      ],
    }
  },
  apply: (_args, { uid = 0, gid = 0, groups: held }) => {
    const name = nameOf(uid)
    // Where the number of the group is taken it gets any other: it is in no group of the host.
    const number = held.length === 0 ? ['-g', gid] : []
    return [
      {
        script: sh`set -eu; PATH=$PATH:/usr/sbin:/sbin
nologin=$(command -v nologin) || nologin=/bin/false
if command -v useradd >/dev/null; then
  grep -q ${`^${name}:`} /etc/group || groupadd -r ${number} ${name}
  useradd -r -M -N -u ${uid} -g ${name} -d /nonexistent -s "$nologin" -c ${PURPOSE} ${name}
else
  grep -q ${`^${name}:`} /etc/group || addgroup -S ${number} ${name}
  adduser -S -D -H -u ${uid} -G ${name} -h /nonexistent -s "$nologin" -g ${PURPOSE} ${name}
fi`,
      },
    ]
  },
  touches: (_args, found) => {
    const name = found?.uid === undefined ? undefined : nameOf(found.uid)
    return name === undefined
      ? [users.all, groups.all, ...ACCOUNTS]
      : [users.at(name), groups.at(name), ...ACCOUNTS]
  },
  // The accounts that tasks name stay what they are.
  keeps: (): Keeps => (question) => question.reader.name === 'account',
})

const PURPOSE = 'keeps the number of postgres in containers'

/** The number of postgres is kept, and the plan says so when it is somebody else's. */
export function numberTasks(of: NumberOf): TaskList {
  const number = postgresNumber('number of postgres', of)
  return [
    number,
    debug(
      'who else has the number of postgres',
      from(number, (found) => ({ message: takenWords(found) ?? 'nobody' })),
      { when: from(number, (found) => takenWords(found) !== undefined) },
    ),
  ]
}
