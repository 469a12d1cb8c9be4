import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'

/** How files of playbooks and inventories end. */
const ENDINGS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const

/** Where this package lies: the playbooks that ship with it are found when the project has none of that name. */
export const packageRoot = findPackageRoot()

/** The sources in a checkout, and what is compiled from them in an installed package. */
const shippedPlaybooks =
  [join(packageRoot, 'playbooks'), join(packageRoot, 'dist/playbooks')].find(existsSync) ?? packageRoot

/**
 * The folder of the project: the working folder, or the nearest one above it, that has an inventory, or a package.json
 * beside its playbooks. The working folder where there is none.
 */
export function projectRoot(from = process.cwd()): string {
  return projectAround(from) ?? from
}

/** The nearest folder that is a project. */
export const projectAround = (from: string): string | undefined => foldersUp(from).find(isProject)

/**
 * The file of a playbook.
 * @param name of one of the project's playbooks, else of one that ships; or a path
 * @throws UserError E_NO_PLAYBOOK, saying where it was looked for
 */
export function findPlaybook(name: string): string {
  return /[/\\]|\.[cm]?[jt]s$/.test(name) ? findPath(name) : findName(name)
}

/**
 * The file of the inventory.
 * @param file that was named. @default `inventory.ts` of the project
 * @throws UserError E_NO_INVENTORY, saying where it was looked for
 */
export function findInventory(file?: string): string {
  if (file !== undefined) {
    if (existsSync(resolve(file))) return resolve(file)
    throw new UserError('E_NO_INVENTORY', `there is no inventory ${resolve(file)}`, {
      hint: 'Check the path that -i names.',
    })
  }
  const found = withEnding(join(projectRoot(), 'inventory'))
  if (found !== undefined) return found
  const message = `there is no inventory.ts in ${process.cwd()}, or in a directory above it`
  throw new UserError('E_NO_INVENTORY', message, {
    hint: 'Run the command in the project directory, or pass -i FILE.',
  })
}

/** The names that can be typed. @param folders @default those of the project, and of this package */
export function playbookNames(folders = playbookFolders()): string[] {
  const names = folders.filter(existsSync).flatMap((folder) => readdirSync(folder))
  const scripts = names
    .filter((name) => isPlaybookFile(name))
    .map((name) => name.slice(0, name.lastIndexOf('.')))
  return [...new Set(scripts)].toSorted()
}

/** `site.ts` is one, `site.d.ts` and `site.test.ts` are not. */
const isPlaybookFile = (name: string): boolean => /^[^.]+\.[cm]?[jt]s$/.test(name)

/** Where a playbook is looked for by its name, in this order. */
export const playbookFolders = (): string[] => [
  ...new Set([resolve('playbooks'), join(projectRoot(), 'playbooks'), shippedPlaybooks]),
]

function findPath(name: string): string {
  const path = resolve(name)
  const found = existsSync(path) ? path : withEnding(path)
  if (found !== undefined) return found
  const near = findByName(name.replace(/\.[cm]?[jt]s$/, ''))
  throw new UserError('E_NO_PLAYBOOK', `there is no playbook ${path}`, {
    hint: near === undefined ? undefined : `Use its name: ${near.name} is ${near.path}.`,
  })
}

function findByName(name: string): { readonly name: string; readonly path: string } | undefined {
  for (const folder of playbookFolders()) {
    const path = withEnding(join(folder, name))
    if (path !== undefined) return { name, path }
  }
  return undefined
}

function findName(name: string): string {
  const found = findByName(name)
  if (found !== undefined) return found.path
  const names = playbookNames()
  const near = didYouMean(name, names)
  const message = `there is no playbook ${name} in ${playbookFolders().join(' or ')}`
  throw new UserError('E_NO_PLAYBOOK', message, {
    hint: near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`,
  })
}

const withEnding = (path: string): string | undefined =>
  ENDINGS.map((ending) => path + ending).find((file) => existsSync(file))

const isProject = (folder: string): boolean =>
  withEnding(join(folder, 'inventory')) !== undefined ||
  (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'playbooks')))

function foldersUp(from: string): string[] {
  const folders = [resolve(from)]
  for (let folder = dirname(folders[0] ?? from); folder !== folders.at(-1); folder = dirname(folder))
    folders.push(folder)
  return folders
}

function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}
