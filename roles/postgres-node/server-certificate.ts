import { type Task, type TaskList, ask, copy, defineModule, from, z } from 'run-playbook'
import { CLIENT_AUTHORITY, type NodeRoleVars, SERVER_CERTIFICATE } from 'run-playbook/cluster'
import { numberKey, numberReader } from './number-reader.ts'

/** Looks up the number that postgres has in the containers of this node. Changes nothing. */
const postgresUser = defineModule({
  name: 'postgres_user',
  args: z.strictObject({ image: z.string(), dataDir: z.string() }),
  probe: (args) => ask(numberReader, numberKey(args)),
  plan: (_args, { uid }) => ({
    changes: [],
    because: uid === undefined ? 'the image is not on the host yet' : `it is uid ${uid} in the container`,
  }),
  apply: () => [],
  touches: () => [],
})

/**
 * What PostgreSQL checks the certificates of clients with. Nothing of it is secret, and nobody can issue a certificate with it. It stays
 * where no line asks for a certificate any more: a server that is not reloaded yet may have to start with it.
 */
export const clientAuthority = ({ clientAuthority }: NodeRoleVars, reload: Task): TaskList =>
  clientAuthority === undefined
    ? []
    : [
        copy(
          'client authority',
          {
            dest: CLIENT_AUTHORITY,
            content: clientAuthority.pem,
            mode: '0644',
            owner: 'root',
            group: 'root',
          },
          { notify: reload, tags: ['config'] },
        ),
      ]

/**
 * What PostgreSQL shows its clients. The key and the certificate are one file, so that a run that is killed never leaves a key that does
 * not fit its certificate: PostgreSQL would not start with it. It belongs to postgres alone; a group of the host with the same number
 * must not read it.
 */
export function serverCertificate({ image, dataDir, server }: NodeRoleVars, reload: Task): TaskList {
  const user = postgresUser('user of PostgreSQL', { image, dataDir })
  return [
    user,
    copy(
      'server certificate',
      from(user, ({ uid }) => ({
        dest: SERVER_CERTIFICATE,
        content: server,
        mode: '0400',
        ...(uid !== undefined && { owner: uid }),
        group: 'root',
      })),
      { notify: reload, tags: ['config'] },
    ),
  ]
}
