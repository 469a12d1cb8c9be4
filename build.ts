/** What `npm run build` does after the compiler wrote the types: the JavaScript, then the status service. */
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle, sources } from './bundle.ts'

await bundle('dist')

// Types that nobody can import, directly or by way of others, only make the package larger.
const reachable = new Set<string>()
const follow = (file: string): void => {
  if (reachable.has(file)) return
  reachable.add(file)
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(
    /(?:from |import\(|import )['"](\.[^'"]+)['"]/g,
  ))
    follow(join(dirname(file), path).replace(/\.[jt]s$/, '.d.ts'))
}
for (const entry of sources.values()) follow(join('dist', entry.replace(/\.ts$/, '.d.ts')))
for (const name of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  const file = join('dist', name)
  if (file.endsWith('.d.ts') && !reachable.has(file)) rmSync(file)
}

await import('./docker/status/build.ts')
