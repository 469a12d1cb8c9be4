/** What `npm run build` does after the compiler: templates of the roles, then the status service. */
import { cpSync, existsSync, readdirSync } from 'node:fs'

for (const role of readdirSync('roles')) {
  const templates = `roles/${role}/templates`
  if (existsSync(templates)) cpSync(templates, `dist/${templates}`, { recursive: true })
}

await import('./docker/status/build.ts')
