import { defineRole, group, packages } from 'run-playbook'
import { access } from './access.ts'
import { accounts, trust } from './accounts.ts'
import { auditd } from './auditd.ts'
import { look, looks } from './look.ts'
import { pamRules } from './pam.ts'
import { system } from './system.ts'
import { vars as schema } from './vars.ts'

/**
 * What dev-sec's os_hardening does to a Debian, written anew. Packages come last: what an installation leaves of the rest of a host
 * cannot be told before.
 */
export const osHardening = defineRole({
  name: 'os-hardening',
  vars: schema,
  tasks: (vars) => {
    const found = look(vars)
    return [
      looks(found, vars),
      access(vars, found),
      accounts(vars, found),
      trust(vars, found),
      system(vars, found),
      pamRules(vars),
      group({ tags: ['modprobe'] }, [packages('kmod', { names: 'kmod' })]),
      auditd(vars, found),
      group({ tags: ['apt'] }, [
        packages('unwanted packages', { names: vars.unwantedPackages, state: 'absent' }),
      ]),
    ]
  },
})
