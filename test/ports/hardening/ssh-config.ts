import { type Deferred, type TemplateArgs, from } from 'run-playbook'
import { CIPHERS, MACS, keyExchanges } from './crypto.ts'
import type { Found } from './look.ts'
import { ROOT, templateFile } from './shared.ts'
import type { Vars } from './vars.ts'

export const CONFIG = '/etc/ssh'
export const CA_KEYS = `${CONFIG}/trusted_user_ca_keys`
export const PRINCIPALS = `${CONFIG}/auth_principals`
export const hostKey = (type: string): string => `${CONFIG}/ssh_host_${type}_key`

const algorithms = (vars: Vars, installed: Parameters<typeof keyExchanges>[0]) => ({
  ciphers: (vars.ciphers ?? CIPHERS).join(','),
  macs: (vars.macs ?? MACS).join(','),
  kex: (vars.kex ?? keyExchanges(installed)).join(','),
})

export const sshdConfig = (vars: Vars, found: Found): Deferred<TemplateArgs> =>
  from(found.packages, (installed) => ({
    src: templateFile('sshd_config.hbs'),
    dest: `${CONFIG}/sshd_config`,
    mode: '0600',
    ...ROOT,
    validate: '/usr/sbin/sshd -T -C user=root -C host=localhost -C addr=localhost -C lport=22 -f %s',
    vars: {
      ...vars,
      ...algorithms(vars, installed),
      hostKeys: ['rsa', 'ecdsa', 'ed25519'].map(hostKey),
      caKeys: vars.certificates && CA_KEYS,
      principals: `${PRINCIPALS}/%u`,
    },
  }))

export const sshConfig = (vars: Vars, found: Found): Deferred<TemplateArgs> =>
  from(found.packages, (installed) => ({
    src: templateFile('ssh_config.hbs'),
    dest: `${CONFIG}/ssh_config`,
    mode: '0644',
    ...ROOT,
    vars: algorithms(vars, installed),
  }))
