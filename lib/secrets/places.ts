import { dirname, join } from 'node:path'
import { quote } from '../core/sh.ts'

/** Where the secrets of a checkout are. */
export interface Places extends Surroundings {
  /** `secrets.age` */
  readonly vault: string
  /** `recipients.txt` */
  readonly recipients: string
  readonly lock: string
  readonly env: NodeJS.ProcessEnv
  readonly home: string
}

/** What is known of a store from outside. */
interface Surroundings {
  /** The command that works on this store. @param words what comes after `run-playbook secrets` */
  readonly command: (words: string) => string
  /** The `secrets.age` of other stores of the project. Asked where this one does not exist. */
  readonly others: () => readonly string[]
}

export function placesIn(
  stateDir: string,
  env: NodeJS.ProcessEnv,
  home: string,
  {
    command = (words) => `run-playbook secrets ${words}`,
    others = () => [],
  }: { readonly [Name in keyof Surroundings]?: Surroundings[Name] | undefined } = {},
): Places {
  const at = (name: string): string => join(stateDir, name)
  return {
    vault: at('secrets.age'),
    recipients: at('recipients.txt'),
    lock: at('secrets.lock'),
    env,
    home,
    command,
    others,
  }
}

/** What to know before a store is made although the project has others. `undefined` where it has none. */
export function othersText({ others }: Pick<Places, 'others'>): string | undefined {
  const [first, ...more] = others()
  if (first === undefined) return undefined
  return `Other stores of the project are not used by this run: ${[first, ...more].join(', ')}. To use one, set RUN_PLAYBOOK_STATE=${quote(dirname(first))}, or pass the --ssh-config or the inventory that its directory .run-playbook is next to.`
}

/** What to warn of before the first value is stored. `undefined` where nothing is odd about it. */
export function newStoreText(places: Pick<Places, 'vault' | 'others'>): string | undefined {
  const others = othersText(places)
  return others && `${places.vault} does not exist yet: it is made, with new passwords and keys. ${others}`
}

/** The folder of what belongs to the user and to no checkout. */
export function configFolder(env: NodeJS.ProcessEnv, home: string): string {
  const config = env['XDG_CONFIG_HOME']
  // The specification says that a relative path is to be ignored.
  return join(config?.startsWith('/') ? config : join(home, '.config'), 'run-playbook')
}
