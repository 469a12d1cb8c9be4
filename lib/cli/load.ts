import { createRequire } from 'node:module'
import { UserError } from '../core/errors.ts'
import type { Inventory } from '../playbook/inventory.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { userFault } from '../playbook/user-code.ts'
import { cacheFolder } from './cache-folder.ts'
import { missingImport } from './missing-import.ts'
import { findInventory, findPlaybook } from './project.ts'

/** A playbook by its name or path. @throws UserError for one that is not there, or can't be loaded */
export const loadPlaybook = (name: string): Promise<Playbook> =>
  loadDefault<Playbook>(findPlaybook(name), 'playbook', 'export default definePlaybook({ … })')

/**
 * The inventory that a file exports, or that the function which it exports returns, at once or as a promise.
 * @param file @default that of the project
 * @throws UserError for one that is not there, or can't be loaded
 */
export const loadInventory = async (file?: string): Promise<Inventory> =>
  loadDefault<Inventory>(findInventory(file), 'inventory', 'export default defineInventory({ … })')

/**
 * Loaded with the first file: --help has nothing to compile, and jiti takes as long to load as all the rest of it. With `require`,
 * because an `import` first looks through its 190 KB for what they export, which takes longer than to load them.
 */
const loadJiti = (): typeof import('jiti') => createRequire(import.meta.url)('jiti')

let loading: Promise<unknown> = Promise.resolve()

// One after the other: jiti evaluates a module twice that two files import at the same time. Then there are two readers
// of one name, which know nothing of each other, and what a task foretells is lost on others.
function loadDefault<T extends { readonly kind: string }>(
  path: string,
  kind: string,
  expected: string,
): Promise<T> {
  const own = loading.then(() => loadFile<T>(path, kind, expected))
  loading = own.catch(() => {})
  return own
}

async function loadFile<T extends { readonly kind: string }>(
  path: string,
  kind: string,
  expected: string,
): Promise<T> {
  const jiti = loadJiti().createJiti(import.meta.url, {
    fsCache: cacheFolder('playbooks') ?? false,
    tsconfigPaths: true,
    interopDefault: true,
  })
  let value: unknown
  try {
    value = await jiti.import(path, { default: true })
    if (kind === 'inventory') value = await (typeof value === 'function' ? (value as () => unknown)() : value)
  } catch (error) {
    throw missingImport(error, path) ?? userFault('E_LOAD', error, `${path} could not be loaded`)
  }
  // A symbol or a class would not survive a second copy of the library in the user's node_modules.
  if (typeof value !== 'object' || value === null || (value as { kind?: unknown }).kind !== kind)
    throw new UserError('E_LOAD', `${path} is not ${kind === 'inventory' ? 'an' : 'a'} ${kind}`, {
      hint: `It needs: ${expected}`,
    })
  return value as T
}
