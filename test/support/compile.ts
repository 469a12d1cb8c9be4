import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { bundle } from '../../bundle.ts'

/**
 * The package as it is after `npm install`, compiled from the source as it is now.
 *
 * @param root an empty folder, for whoever imports the package
 * @param more files of the source that can be imported too
 * @returns its folder, in `node_modules` of root
 */
export async function compile(root: string, more: readonly string[] = []): Promise<string> {
  const folder = join(root, 'node_modules/run-playbook')
  mkdirSync(folder, { recursive: true })
  // Copies of what Node.js starts from, because it follows links.
  for (const name of ['package.json', 'bin']) cpSync(name, join(folder, name), { recursive: true })
  // The source is for those who ask for it: this process does.
  for (const name of ['node_modules', 'docker', 'starter', 'lib', 'roles', 'playbooks'])
    symlinkSync(resolve(name), join(folder, name))
  await bundle(join(folder, 'dist'), more)
  return folder
}
