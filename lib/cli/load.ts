import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'
import { didYouMean } from '../core/suggest.ts'
import { UserError } from '../core/errors.ts'
import type { Inventory } from '../playbook/inventory.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { userFault } from '../playbook/user-code.ts'

/** Where this package lies: the playbooks that ship with it are found when the project has none of that name. */
export const packageRoot = findPackageRoot()

/** The playbook `playbooks/<name>.ts` of the current folder, else the one that ships, else a path. */
export async function loadPlaybook(name: string): Promise<Playbook> {
  const path = findPlaybook(name)
  return loadDefault<Playbook>(path, 'playbook', 'export default definePlaybook({ … })')
}

/** The inventory that a file exports, or that the function which it exports returns, at once or as a promise. */
export async function loadInventory(file: string): Promise<Inventory> {
  const path = resolve(file)
  if (!existsSync(path))
    throw new UserError('E_NO_INVENTORY', `there is no inventory ${file}`, {
      hint: 'Run from the folder that has inventory.ts, or pass -i FILE.',
    })
  return loadDefault<Inventory>(path, 'inventory', 'export default defineInventory({ … })')
}

/** The names that can be typed. */
export function playbookNames(): string[] {
  const folders = [resolve('playbooks'), join(packageRoot, 'playbooks')]
  const names = folders.filter(existsSync).flatMap((folder) => readdirSync(folder))
  const scripts = names
    .filter((name) => /\.(ts|js|mjs)$/.test(name))
    .map((name) => name.replace(/\.\w+$/, ''))
  return [...new Set(scripts)].toSorted()
}

function findPlaybook(name: string): string {
  if (/[/\\]|\.[cm]?[jt]s$/.test(name)) {
    if (existsSync(resolve(name))) return resolve(name)
    throw new UserError('E_NO_PLAYBOOK', `there is no playbook ${name}`)
  }
  for (const folder of [resolve('playbooks'), join(packageRoot, 'playbooks')]) {
    for (const extension of ['.ts', '.js', '.mjs']) {
      if (existsSync(join(folder, name + extension))) return join(folder, name + extension)
    }
  }
  const names = playbookNames()
  const near = didYouMean(name, names)
  throw new UserError('E_NO_PLAYBOOK', `there is no playbook ${name}`, {
    hint: near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`,
  })
}

async function loadDefault<T extends { readonly kind: string }>(
  path: string,
  kind: string,
  expected: string,
): Promise<T> {
  const jiti = createJiti(import.meta.url, {
    fsCache: cacheFolder(),
    tsconfigPaths: true,
    interopDefault: true,
  })
  let value: unknown
  try {
    value = await jiti.import(path, { default: true })
    if (kind === 'inventory') value = await (typeof value === 'function' ? (value as () => unknown)() : value)
  } catch (error) {
    throw userFault('E_LOAD', error, `${path} could not be loaded`)
  }
  // A symbol or a class would not survive a second copy of the library in the user's node_modules.
  if (typeof value !== 'object' || value === null || (value as { kind?: unknown }).kind !== kind)
    throw new UserError('E_LOAD', `${path} is not ${kind === 'inventory' ? 'an' : 'a'} ${kind}`, {
      hint: `It needs: ${expected}`,
    })
  return value as T
}

function cacheFolder(): string | boolean {
  const modules = resolve('node_modules')
  return existsSync(modules) ? join(modules, '.cache', 'jiti') : true
}

function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}
