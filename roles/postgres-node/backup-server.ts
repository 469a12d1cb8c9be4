import { type TaskList, copy, template } from 'run-playbook'
import { BACKUP_SERVER, type NodeRoleVars } from 'run-playbook/cluster'

/** The port that pgBackRest's own server listens on by default. */
export const TLS_PORT = 8432
export const STANZA = 'main'

/** The other nodes. */
export const peersOf = ({ address, nodes }: NodeRoleVars): NodeRoleVars['nodes'] =>
  nodes.filter((node) => node.address !== address)

/**
 * What the container `pgbackrest-server` has. Another node's pgBackRest may read and write there whatever its user can, so there is
 * nothing that it must not have: no repository, no cipher, no password but that of the role `basebackup`.
 */
export function backupServerFiles(vars: NodeRoleVars): TaskList {
  const { address, port, tls, passwords } = vars
  const kept = (name: string, file: string, content: typeof tls.privateKey | string) =>
    copy(name, {
      dest: `${BACKUP_SERVER}/${file}`,
      content,
      mode: '0400',
      owner: 'root',
      group: 'root',
    })
  return [
    kept('backup server authority', 'ca.crt', tls.authority),
    kept('backup server certificate', 'node.crt', tls.certificate),
    kept('backup server key', 'node.key', tls.privateKey),
    kept('backup server password', 'password', passwords.basebackup),
    template(
      'backup server configuration',
      {
        src: new URL('./templates/backup-server.conf.hbs', import.meta.url),
        dest: `${BACKUP_SERVER}/pgbackrest.conf`,
        vars: { address, port, peers: peersOf(vars), stanza: STANZA, tlsPort: TLS_PORT },
        mode: '0644',
        owner: 'root',
        group: 'root',
      },
      { tags: ['config'] },
    ),
    template(
      'backup server configuration for object stores',
      {
        src: new URL('./templates/backup-server-store.conf.hbs', import.meta.url),
        dest: `${BACKUP_SERVER}/object-store.conf`,
        vars: { port, stanza: STANZA },
        mode: '0644',
        owner: 'root',
        group: 'root',
      },
      { tags: ['config'] },
    ),
  ]
}
