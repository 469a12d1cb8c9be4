import { type TaskList, file, from, paths, sh, shell } from 'run-playbook'
import { type Found, RSA_KEY } from './look.ts'
import { ROOT } from './shared.ts'
import { HOST_KEYS } from './ssh-config.ts'
import type { Vars } from './vars.ts'

/** Debian's RSA key is shorter than wanted; and nobody but root reads a key. */
export const hostKeys = ({ rsaBits }: Vars, found: Found): TaskList => [
  shell(
    'RSA host key',
    {
      script: sh`rm -f ${RSA_KEY} ${RSA_KEY}.pub && ssh-keygen -q -t rsa -b ${rsaBits} -N '' -f ${RSA_KEY}`,
    },
    {
      when: from(found.rsaBits, ({ stdout }) => Number(stdout) !== rsaBits),
      touches: [paths.at(RSA_KEY), paths.at(`${RSA_KEY}.pub`)],
    },
  ),
  HOST_KEYS.map((path) => file(`access to ${path}`, { path, state: 'file', mode: '0600', ...ROOT })),
]
