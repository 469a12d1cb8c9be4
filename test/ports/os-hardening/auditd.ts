import { type Group, file, from, group, packages, service, serviceRestart, template } from 'run-playbook'
import type { Found } from './look.ts'
import { ROOT, templateFile } from './shared.ts'
import type { Vars } from './vars.ts'

/** What happens is written down by auditd, not by the journal. */
export function auditd({ auditd: settings }: Vars, found: Found): Group {
  const restart = serviceRestart(
    'restart auditd',
    { name: 'auditd' },
    // The kernel of a container takes no audit daemon.
    { when: from(found.os, ({ container }) => container === undefined) },
  )
  return group({ tags: ['auditd'] }, [
    packages('auditd', { names: 'auditd' }),
    template(
      'auditd.conf',
      {
        src: templateFile('auditd.conf.hbs'),
        dest: '/etc/audit/auditd.conf',
        mode: '0640',
        ...ROOT,
        vars: settings,
      },
      { notify: restart },
    ),
    file('access to /var/log/audit', { path: '/var/log/audit', state: 'directory', mode: '0700', ...ROOT }),
    service(
      'no audit socket of the journal',
      { name: 'systemd-journald-audit.socket', masked: true, state: 'stopped' },
      { notify: serviceRestart('restart the journal', { name: 'systemd-journald' }) },
    ),
  ])
}
