import { copy, defineRole, file, secretValue, z } from 'run-playbook'
import { SECRETS } from 'run-playbook/cluster'

/** Without its key nobody reads an encrypted repository. */
export const repositoryKey = defineRole({
  name: 'repository-key',
  vars: z.strictObject({ cipher: secretValue }),
  tasks: ({ cipher }) => [
    file('secrets folder', { path: SECRETS, state: 'directory', mode: '0700' }),
    copy('pgbackrest cipher', {
      dest: `${SECRETS}/pgbackrest_cipher`,
      content: cipher,
      mode: '0400',
      owner: 'root',
      group: 'root',
    }),
  ],
})
