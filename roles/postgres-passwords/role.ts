import { defineRole } from 'run-playbook'
import { nodeRoleVars } from 'run-playbook/cluster'
import { passwordFiles } from '../postgres-node/files.ts'
import { passfile } from '../postgres-node/passfile.ts'
import { rolesWithPasswords } from '../postgres-node/roles-with-passwords.ts'

/** First of a rotation: every node knows the new passwords before one is valid. */
export const postgresPasswordFiles = defineRole({
  name: 'postgres-password-files',
  tags: ['postgres', 'passwords'],
  vars: nodeRoleVars,
  tasks: (vars) => passwordFiles(vars),
})

/** Second, on the primary: from now on the new ones are valid. Connections that exist stay. */
export const postgresPasswords = defineRole({
  name: 'postgres-passwords',
  tags: ['postgres', 'passwords'],
  vars: nodeRoleVars,
  tasks: (vars) => rolesWithPasswords(vars),
})

/** Third, on every node: the containers use them, and each replica proves it by a login. */
export const postgresPasswordUse = defineRole({
  name: 'postgres-password-use',
  tags: ['postgres', 'passwords'],
  vars: nodeRoleVars,
  tasks: ({ address, primary }) => [
    passfile('passfile', { primary: address === primary ? undefined : primary }),
  ],
})
