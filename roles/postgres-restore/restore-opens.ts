import { copy, defineRole } from 'run-playbook'
import { OPENED } from 'run-playbook/cluster'
import { vars } from './vars.ts'

/** From here on there is no way back: what is written to the restored cluster would be lost, or the old data is about to be overwritten. */
export const restoreOpens = defineRole({
  name: 'restore-opens',
  vars: vars.pick({ dataDir: true, order: true }),
  tasks: ({ dataDir, order }) => [
    copy('point of no return', {
      dest: `${dataDir}/${OPENED}`,
      content: `${order.id}\n`,
      mode: '0644',
      owner: 'root',
      group: 'root',
    }),
  ],
})
