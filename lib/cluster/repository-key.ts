import { createDecipheriv, createHash } from 'node:crypto'
import type { Host } from '../playbook/inventory.ts'
import { type Secret, reveal } from '../core/secret.ts'
import { UserError } from '../core/errors.ts'
import { type ClusterContext, clusterOf } from './cluster.ts'
import { hostVarsOf } from './vars/host.ts'
import { KEY_FILE } from './facts/key.ts'

const NAME = 'backup.cipher'
const VARIABLE = 'RUN_PLAYBOOK_SECRET_BACKUP_CIPHER'

/** The key of the repositories, which every node with `encrypt` gets. @throws UserError as {@link refuseOtherKey} does */
export function repositoryKeyOf(context: ClusterContext): Secret {
  const secret = context.secrets.password(NAME)
  refuseOtherKey(context, secret)
  return secret
}

/**
 * Refuses a secret that does not open a repository that is there, or that would take the place of another key: the one on the
 * node may be the last copy. Where the secrets are lost, a new one is made up without anybody noticing.
 * @throws UserError E_REPOSITORY_KEY
 */
function refuseOtherKey(context: ClusterContext, secret: Secret): void {
  const { nodes, fact } = clusterOf(context)
  const hash = createHash('sha256').update(reveal(secret)).digest('hex')
  const encrypted = nodes.filter((host) => hostVarsOf(host).encrypt)
  const wrong = encrypted.filter((host) => {
    const { key, sealed } = fact(host)
    return sealed === undefined ? key !== undefined && key !== hash : !opens(reveal(secret), sealed)
  })
  if (wrong.length === 0) return
  const what = wrong.some((host) => fact(host).sealed !== undefined)
    ? `the secret ${NAME} does not open the repository of ${names(wrong)}`
    : `the secret ${NAME} is not the key that ${names(wrong)} ${wrong.length === 1 ? 'has' : 'have'}`
  // A node that has a key knows its own; any other key could only be tried.
  const keeper = wrong.find((host) => fact(host).key !== undefined && fact(host).key !== hash)
  throw new UserError('E_REPOSITORY_KEY', `${what}, and without the right key its backups are lost`, {
    hint: keeper === undefined ? gone(wrong) : adopt(keeper),
  })
}

const adopt = ({ name }: Host): string =>
  `Nothing was changed. ${name} still has a key, in ${KEY_FILE}. To use it: export ${VARIABLE}="$(ssh ${name} sudo cat ${KEY_FILE})", and run this again. What comes from the environment is not stored: keep it where you keep passwords, every later run needs it. To give those backups up: move that file away.`

const gone = (hosts: readonly Host[]): string => {
  const { backupDir } = hostVarsOf(hosts[0] as Host)
  return `Nothing was changed. No node that was reached has another key in ${KEY_FILE}: nobody can read these backups without an old secrets.age, or the key itself from elsewhere, given as ${VARIABLE}. To begin new repositories and keep the old ones aside, on ${names(hosts)}: docker stop pgbackrest postgres && mkdir ${backupDir}/aside && mv ${backupDir}/archive ${backupDir}/backup ${backupDir}/aside/, then run-playbook site.`
}

const names = (hosts: readonly Host[]): string => hosts.map(({ name }) => name).join(' and ')

/**
 * Whether a passphrase is the one that a file was encrypted with. pgBackRest does it as `openssl enc -aes-256-cbc -md sha1`, and
 * all its files of this kind begin with the same word.
 */
export function opens(passphrase: string, sealed: string): boolean {
  const head = Buffer.from(sealed, 'hex')
  const salt = head.subarray(8, 16)
  const derived: Buffer[] = [Buffer.alloc(0)]
  for (let i = 0; i < 3; i++)
    derived.push(
      createHash('sha1')
        .update(Buffer.concat([derived[i] as Buffer, Buffer.from(passphrase), salt]))
        .digest(),
    )
  const all = Buffer.concat(derived)
  const decipher = createDecipheriv('aes-256-cbc', all.subarray(0, 32), all.subarray(32, 48))
  return decipher
    .setAutoPadding(false)
    .update(head.subarray(16, 32))
    .toString('latin1')
    .startsWith('[backrest]')
}
