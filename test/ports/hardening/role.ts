import { defineRole } from 'run-playbook'
import { handlers } from './handlers.ts'
import { look, looks } from './look.ts'
import { ssh } from './ssh.ts'
import { vars as schema } from './vars.ts'

/** What dev-sec's ssh_hardening does to a Debian, written anew. */
export const hardening = defineRole({
  name: 'hardening',
  vars: schema,
  tasks: (vars) => {
    const found = look()
    return [looks(found), ssh(vars, found, handlers())]
  },
})
