import { type Raw, raw } from '../../core/sh.ts'

/**
 * Many accounts of services have no home, or none that they may write to. Anybody may make a folder in /var/tmp, so one
 * that belongs to somebody else is not taken.
 */
const BASE = `if [ "$(id -u)" = 0 ]; then echo /var/lib/run-playbook
elif s="\${XDG_STATE_HOME:-$HOME/.local/state}/run-playbook"; [ -n "\${XDG_STATE_HOME:-}" ] || [ -w "$HOME" ] || [ -d "$s" ]; then echo "$s"
else t="/var/tmp/run-playbook-$(id -u)"
if [ -L "$t" ] || { [ -e "$t" ] && ! [ -O "$t" ]; }; then echo "/nonexistent/run-playbook"; else echo "$t"; fi
fi`

/** A folder of the user of a task, where the engine keeps what outlives a run. One word of shell. */
export const stateFolder = (name: 'handlers' | 'jobs'): Raw => raw(`"$(${BASE})/${name}"`)
