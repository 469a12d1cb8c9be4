import { type Raw, raw } from '../../core/sh.ts'

/** A folder of the user of a task, where the engine keeps what outlives a run. One word of shell. */
export const stateFolder = (name: 'handlers' | 'jobs'): Raw =>
  raw(
    `"$(if [ "$(id -u)" = 0 ]; then echo /var/lib/run-playbook; else echo "\${XDG_STATE_HOME:-$HOME/.local/state}/run-playbook"; fi)/${name}"`,
  )
