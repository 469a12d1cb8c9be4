import { join } from 'node:path'

/** Where the secrets of a checkout are. */
export interface Places {
  /** `secrets.age` */
  readonly vault: string
  /** `recipients.txt` */
  readonly recipients: string
  readonly lock: string
  readonly env: NodeJS.ProcessEnv
  readonly home: string
}

export function placesIn(stateDir: string, env: NodeJS.ProcessEnv, home: string): Places {
  const at = (name: string): string => join(stateDir, name)
  return { vault: at('secrets.age'), recipients: at('recipients.txt'), lock: at('secrets.lock'), env, home }
}

/** The folder of what belongs to the user and to no checkout. */
export function configFolder(env: NodeJS.ProcessEnv, home: string): string {
  const config = env['XDG_CONFIG_HOME']
  // The specification says that a relative path is to be ignored.
  return join(config?.startsWith('/') ? config : join(home, '.config'), 'run-playbook')
}
