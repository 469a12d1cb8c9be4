/** What `npm run build` does after the compiler: templates of the roles, shell programs, then the status service. */
import { cpSync, existsSync, readdirSync } from 'node:fs'

for (const role of readdirSync('roles')) {
  const templates = `roles/${role}/templates`
  if (existsSync(templates)) cpSync(templates, `dist/${templates}`, { recursive: true })
}

for (const name of readdirSync('lib', { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.sh')) cpSync(`lib/${name}`, `dist/lib/${name}`)
}

await import('./docker/status/build.ts')
