import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { quote } from '../core/sh.ts'
import { type Places, placesIn } from '../secrets/places.ts'
import { projectAround } from './project.ts'

/** What a run was told of where its secrets are. */
interface Told {
  readonly inventory?: string | undefined
  readonly sshConfig?: string | undefined
}

/**
 * Where the secrets and images of an environment lie. A run with an ssh config of its own keeps them beside that file,
 * so that the lab and production, which share an inventory, never share a password.
 */
export function findStateDir(
  inventory: string,
  sshConfig: string | undefined,
  env: NodeJS.ProcessEnv,
): string {
  if (env['RUN_PLAYBOOK_STATE']) return resolve(env['RUN_PLAYBOOK_STATE'])
  return join(dirname(resolve(sshConfig ?? inventory)), FOLDER)
}

/** What a store needs to know of its project. @param told on the command line */
export function surroundings(
  inventoryFile: string,
  { inventory, sshConfig }: Told,
  env: NodeJS.ProcessEnv,
): Pick<Places, 'command' | 'others'> {
  const state = env['RUN_PLAYBOOK_STATE'] ? `RUN_PLAYBOOK_STATE=${quote(env['RUN_PLAYBOOK_STATE'])} ` : ''
  const options = [
    inventory === undefined ? '' : ` --inventory ${quote(inventory)}`,
    sshConfig === undefined ? '' : ` --ssh-config ${quote(sshConfig)}`,
  ].join('')
  const own = placesIn(findStateDir(inventoryFile, sshConfig, env), env, '').vault
  const roots = new Set([dirname(inventoryFile), projectAround(process.cwd()) ?? dirname(inventoryFile)])
  return {
    command: (words) => `${state}run-playbook secrets ${words}${options}`,
    others: () =>
      [...new Set([...roots].flatMap((root) => storesBelow(root, 2)))].filter((one) => one !== own),
  }
}

const FOLDER = '.run-playbook'

/** The stores of a folder and of those below it, `depth` levels down. */
function storesBelow(folder: string, depth: number): readonly string[] {
  const own = [placesIn(join(folder, FOLDER), {}, '').vault].filter(existsSync)
  if (depth === 0) return own
  return [...own, ...foldersIn(folder).flatMap((name) => storesBelow(join(folder, name), depth - 1))]
}

function foldersIn(folder: string): readonly string[] {
  try {
    const found = readdirSync(folder, { withFileTypes: true })
    return found.filter((one) => one.isDirectory() && !SKIPPED.has(one.name)).map(({ name }) => name)
  } catch {
    return [] // A folder that this user may not read has no store of theirs.
  }
}

const SKIPPED = new Set(['.git', FOLDER, 'node_modules'])
