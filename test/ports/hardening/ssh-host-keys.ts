import { type TaskList, sshKeypair } from 'run-playbook'
import { ROOT } from './shared.ts'
import { hostKey } from './ssh-config.ts'
import type { Vars } from './vars.ts'

const ACCESS = { mode: '0600', ...ROOT } as const

/** Debian's RSA key is shorter than wanted; and nobody but root reads a key. */
export const hostKeys = ({ rsaBits }: Vars): TaskList => [
  sshKeypair('host key rsa', { path: hostKey('rsa'), type: 'rsa', size: rsaBits, ...ACCESS }),
  (['ecdsa', 'ed25519'] as const).map((type) =>
    sshKeypair(`host key ${type}`, { path: hostKey(type), type, regenerate: 'never', ...ACCESS }),
  ),
]
