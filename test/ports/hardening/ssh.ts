import {
  type TaskList,
  file,
  group,
  packages,
  paths,
  replace,
  service,
  sh,
  shell,
  systemdUnit,
  template,
} from 'run-playbook'
import type { Handlers } from './handlers.ts'
import type { Found } from './look.ts'
import { certificates } from './ssh-certificates.ts'
import { CONFIG, sshConfig, sshdConfig } from './ssh-config.ts'
import { hostKeys } from './ssh-host-keys.ts'
import { ROOT, templateFile } from './shared.ts'
import type { Vars } from './vars.ts'

const MODULI = `${CONFIG}/moduli`
const UNITS = '/etc/systemd/system'
const LEFT_BY_SOCKET = [
  `${UNITS}/ssh.service.requires/ssh.socket`,
  `${UNITS}/sockets.target.wants/ssh.socket`,
]

/** OpenSSH, server and client: what dev-sec's ssh_hardening does. */
export function ssh(vars: Vars, found: Found, on: Handlers): TaskList {
  const restart = { notify: on.restartSsh }
  return [
    group({ tags: ['ssh'] }, [
      packages('OpenSSH', { names: ['openssh-server', 'openssh-client'] }),
      service('no socket activation', { name: 'ssh.socket', state: 'stopped', enabled: false }),
      LEFT_BY_SOCKET.map((path) => file(`no ${path}`, { path, state: 'absent' })),
      systemdUnit('no drop-in of the socket', { name: 'ssh', dropIn: '00-socket', state: 'absent' }),
      service('socket activation masked', { name: 'ssh.socket', masked: true }),
      file('privilege separation folder', { path: '/run/sshd', state: 'directory', mode: '0755', ...ROOT }),
      hostKeys(vars),
      template(
        'revoked keys',
        {
          src: templateFile('lines.hbs'),
          vars: { lines: vars.revokedKeys },
          dest: `${CONFIG}/revoked_keys`,
          mode: '0600',
          ...ROOT,
        },
        restart,
      ),
      vars.certificates && certificates(vars.certificates, restart),
      template('sshd_config', sshdConfig(vars, found), restart),
      replace('no dynamic message of the day', {
        path: '/etc/pam.d/sshd',
        regexp: /^(session.*pam_motd)/,
        replace: '# $1',
      }),
      template('ssh_config', sshConfig(vars, found)),
      shell(
        'strong Diffie-Hellman groups',
        {
          script: sh`awk ${`/^#/ || $5 >= ${vars.moduliBits}`} ${MODULI} >${MODULI}.new && mv ${MODULI}.new ${MODULI}`,
          onlyIf: sh`awk ${`!/^#/ && $5 < ${vars.moduliBits} { weak = 1 } END { exit !weak }`} ${MODULI}`,
          sees: [paths.at(MODULI)],
        },
        { touches: [paths.at(MODULI)], ...restart },
      ),
      service('ssh', { name: 'ssh', state: 'started', enabled: true }),
    ]),
  ]
}
