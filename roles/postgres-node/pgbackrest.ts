import { type TaskList, copy, file, template } from 'run-playbook'
import { type NodeRoleVars, PGBACKREST, SECRETS, retentionOptions } from 'run-playbook/cluster'
import { STANZA, TLS_PORT, peersOf } from './backup-server.ts'
import { repositoryCipher } from './cipher.ts'

const CIPHER = `${SECRETS}/pgbackrest_cipher`

/** What pgBackRest needs to be there before PostgreSQL archives its first segment. */
export function pgbackrestConfig(vars: NodeRoleVars): TaskList {
  const { port, retention } = vars
  const peers = peersOf(vars).map((node, index) => ({ ...node, number: index + 2 }))
  const secret = { mode: '0400', owner: 'root', group: 'root' }
  return [
    repositoryCipher('cipher of the repository', { backupDir: vars.backupDir, encrypt: vars.encrypt }),
    vars.encrypt && vars.passwords.cipher !== undefined
      ? copy('pgbackrest cipher', { dest: CIPHER, content: vars.passwords.cipher, ...secret })
      : file('no pgbackrest cipher', { path: CIPHER, state: 'absent' }),
    copy('pgbackrest authority', {
      dest: `${SECRETS}/pgbackrest_ca.crt`,
      content: vars.tls.authority,
      ...secret,
    }),
    copy('pgbackrest certificate', {
      dest: `${SECRETS}/pgbackrest_node.crt`,
      content: vars.tls.certificate,
      ...secret,
    }),
    copy('pgbackrest key', {
      dest: `${SECRETS}/pgbackrest_node.key`,
      content: vars.tls.privateKey,
      ...secret,
    }),
    template(
      'pgbackrest.conf',
      {
        src: new URL('../postgres-node/templates/pgbackrest.conf.hbs', import.meta.url),
        dest: `${PGBACKREST}/pgbackrest.conf`,
        vars: {
          port,
          peers,
          retention: retentionOptions(retention),
          stanza: STANZA,
          tlsPort: TLS_PORT,
          processes: Math.max(1, Math.floor(vars.cores / 2)),
        },
        mode: '0644',
        owner: 'root',
        group: 'root',
      },
      { tags: ['config'] },
    ),
  ]
}
