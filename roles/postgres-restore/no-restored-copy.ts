import { defineRole, docker, file, sh, shell } from 'run-playbook'
import * as scripts from './scripts.ts'
import { vars } from './vars.ts'

/** The copy is not needed any more. What else somebody keeps in that folder is theirs. */
export const noRestoredCopy = defineRole({
  name: 'no-restored-copy',
  vars: vars.pick({ restoreDir: true, adopt: true }),
  tasks: ({ restoreDir, adopt }) => [
    docker('no copy', { name: 'postgres-restore', state: 'absent', adopt }),
    ['pgdata', 'tablespaces', 'restore.report', 'restore.report.new'].map((name) =>
      file(`no ${name}`, { path: `${restoreDir}/${name}`, state: 'absent' }),
    ),
    shell('no empty folder', { script: sh`rmdir ${restoreDir}`, unless: scripts.keptFolder(restoreDir) }),
  ],
})
