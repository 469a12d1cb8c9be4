import { type Task, facts, sh, shell } from 'run-playbook'
import type { Vars } from './vars.ts'

export const MODULI = '/etc/ssh/moduli'
export const RSA_KEY = '/etc/ssh/ssh_host_rsa_key'

/**
 * Everything that the role asks of the host, before its first change: what a command finds after a change is unknown in a
 * dry run.
 */
export function look({ moduliBits }: Vars) {
  const changes = false
  return {
    packages: facts.packages('installed packages'),
    rsaBits: shell('bits of the RSA host key', {
      script: sh`[ ! -e ${RSA_KEY} ] || ssh-keygen -lf ${RSA_KEY} | cut -d' ' -f1`,
      changes,
    }),
    weakModuli: shell('weak Diffie-Hellman groups', {
      script: sh`[ ! -e ${MODULI} ] || awk ${`!/^#/ && $5 < ${moduliBits}`} ${MODULI} | wc -l`,
      changes,
    }),
  }
}

export type Found = ReturnType<typeof look>

/** Reads come first. */
export const looks = (found: Found): Task[] => Object.values(found)
