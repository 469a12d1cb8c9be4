import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/**
 * Writes the JavaScript of the roles and the playbooks file by file, with its comments: an error names the line of a task,
 * and people read there.
 *
 * @param dist where `roles/` and `playbooks/` are made
 * @param own what can be imported by the name of this package, and its file: `run-playbook` → `./lib/index.ts`
 */
export function emit(dist: string, own: ReadonlyMap<string, string>): void {
  const args = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.roles.json', '--outDir', dist]
  execFileSync(process.execPath, args, { stdio: 'inherit' })
  for (const folder of ['roles', 'playbooks'])
    for (const name of readdirSync(join(dist, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.js')) continue
      const file = join(folder, name)
      const code = readFileSync(join(dist, file), 'utf8')
      writeFileSync(join(dist, file), byPath(code, dirname(file), own))
    }
}

/**
 * Imports by the name of this package become imports of its compiled files, so that there is one copy of everything. With
 * `--conditions=source` Node.js would take the name for the source.
 */
const byPath = (code: string, folder: string, own: ReadonlyMap<string, string>): string =>
  code.replace(/^((?:import|export|\}).* from )'([^']+)'/gm, (whole, before: string, path: string) => {
    const file = own.get(path)
    if (file === undefined) return whole
    const way = relative(folder, file).replace(/\.ts$/, '.js')
    return `${before}'${way.startsWith('.') ? way : `./${way}`}'`
  })
