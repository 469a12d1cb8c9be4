import { printed, versionIn } from './installed.ts'
import type { Tool } from './tool.ts'

const SCRIPT = `for host in $HOSTS; do
  ssh -n -F "$CONFIG" "$host" true & all="$all $!"
done
for one in $all; do wait "$one" || exit; done`

/** `ssh HOST true` on all hosts at the same time. */
export const trueOnAll = (sshConfig: string, names: readonly string[]) => ({
  argv: ['sh', '-c', SCRIPT],
  env: { CONFIG: sshConfig, HOSTS: names.join(' ') },
})

export const ssh: Tool = {
  name: 'ssh host true',
  idle: true,
  version: () => versionIn(printed('ssh', '-V')),
  prepare: ({ targets }) => {
    const { argv, env } = trueOnAll(
      targets.sshConfig,
      targets.hosts.map(({ name }) => name),
    )
    return { argv: { 'first run': argv, 'no-op': argv, 'dry run': argv }, env }
  },
}
