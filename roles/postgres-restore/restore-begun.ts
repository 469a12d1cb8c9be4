import { copy, defineRole, file, shell } from 'run-playbook'
import { orderText } from 'run-playbook/cluster'
import * as scripts from './scripts.ts'
import { vars } from './vars.ts'

/** Every node of a cluster that is going to be taken back: it knows why, and stands still. */
export const restoreBegun = defineRole({
  name: 'restore-begun',
  vars,
  tasks: ({ dataDir, order }) => [
    file('data folder', { path: dataDir, state: 'directory' }),
    copy('order', {
      dest: scripts.orderPath(dataDir),
      content: orderText(order),
      mode: '0644',
      owner: 'root',
      group: 'root',
    }),
    shell('stop', { script: scripts.STOP(dataDir, order), unless: scripts.STOPPED }),
  ],
})
