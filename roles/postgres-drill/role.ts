import { copy, defineRole, file, quote, service, template, z } from 'run-playbook'
import { PRIVILEGE_OPTIONS, SECRETS, SHARED, nodeRoleVars } from 'run-playbook/cluster'
import { drillNow, drillResult } from './module.ts'
import { serviceUnit, timerUnit } from './units.ts'

export const UNIT = 'run-playbook-drill'
const PROGRAM = '/usr/local/sbin/run-playbook-drill'

/** Proves a node's newest backup every week: restored into a throwaway container, compared and checked. */
export const postgresDrill = defineRole({
  name: 'postgres-drill',
  tags: ['backup', 'drill'],
  vars: nodeRoleVars,
  tasks: ({ image, backupDir, drillDir, drill, turn }) => [
    file('drill folder', { path: drillDir, state: 'directory' }),
    template('drill program', {
      src: new URL('./templates/run-drill.hbs', import.meta.url),
      dest: PROGRAM,
      vars: {
        image: quote(image),
        backups: quote(backupDir),
        scratch: quote(drillDir),
        lock: `${SHARED}/lock`,
        state: `${SHARED}/state`,
        cipher: `${SECRETS}/pgbackrest_cipher`,
        privileges: PRIVILEGE_OPTIONS,
      },
      mode: '0755',
      owner: 'root',
      group: 'root',
    }),
    copy('drill service', {
      dest: `/etc/systemd/system/${UNIT}.service`,
      content: serviceUnit(PROGRAM),
      mode: '0644',
    }),
    copy('drill timer', {
      dest: `/etc/systemd/system/${UNIT}.timer`,
      content: timerUnit(drill, turn),
      mode: '0644',
    }),
    service('drill schedule', { name: `${UNIT}.timer`, state: 'started', enabled: true }),
  ],
})

/** One drill now. */
export const postgresDrillNow = defineRole({
  name: 'postgres-drill-now',
  tags: ['drill'],
  vars: z.strictObject({}),
  tasks: () => [drillNow('drill', {}), drillResult('result', {})],
})
