import { defineRole } from 'run-playbook'
import { accounts } from './accounts.ts'
import { files } from './files.ts'
import { handlers } from './handlers.ts'
import { look, looks } from './look.ts'
import { pam } from './pam.ts'
import { ssh } from './ssh.ts'
import { system } from './system.ts'
import { vars as schema } from './vars.ts'

/** What dev-sec's ssh_hardening and os_hardening do to a Debian, written anew. */
export const hardening = defineRole({
  name: 'hardening',
  vars: schema,
  tasks: (vars) => {
    const found = look(vars)
    const on = handlers()
    return [
      looks(found),
      ssh(vars, found, on),
      pam(vars),
      accounts(vars, found),
      files(found),
      system(vars, found, on),
    ]
  },
})
