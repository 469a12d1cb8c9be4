/**
 * A program that has every parser read what is really said, and prints those that nobody called, as JSON. A program of its own:
 * only what is loaded afterwards is counted.
 */
import { rmSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** Where programs read what other machines say. */
const FOLDERS = ['lib', 'roles', 'playbooks', 'docker/status/http', 'docker/status/facts']

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })

const { CLUSTER } = await import('./cluster-tasks.ts')
const { hear, understand, whole } = await import('./hear.ts')
const { PARSERS } = await import('./parsers.ts')
const { prepare } = await import('./prepare.ts')
const { tasksIn } = await import('./tasks.ts')

for (const folder of FOLDERS)
  for (const one of await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    const path = join(one.parentPath, one.name)
    // Also those that nothing else loads.
    if (path.endsWith('.ts') && /\bparse([A-Z]\w*)?(: | = |\()/.test(await readFile(path, 'utf8')))
      await import(pathToFileURL(path).href)
  }

const root = prepare()
for (const make of Object.values({ ...tasksIn(root), ...CLUSTER })) {
  const asking = make()
  await asking.load?.()
  const heard = await hear(asking.probe)
  try {
    understand(asking, heard, whole(heard))
  } catch {
    // A refusal is an answer too.
  }
}
rmSync(root, { recursive: true })
for (const { seeds, read } of Object.values(PARSERS)) for (const seed of seeds) read(seed)

const { result } = await session.post('Profiler.takePreciseCoverage')
await session.post('Debugger.enable')
const never: string[] = []
for (const { url, scriptId, functions } of result) {
  const path = url.startsWith('file://') ? relative(ROOT, fileURLToPath(url.replace(/\?.*/, ''))) : ''
  if (!FOLDERS.some((folder) => path.startsWith(`${folder}/`))) continue
  const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId })
  for (const { functionName, ranges } of functions) {
    const { count, endOffset = 0 } = ranges[0] ?? {}
    // The compiler names a function that is a value: `parse: __name(() => …, "parse")`.
    const [, name = functionName] = /^,\s*"(\w+)"\)/.exec(scriptSource.slice(endOffset, endOffset + 80)) ?? []
    if (count === 0 && /^parse([A-Z]|$)/.test(name)) never.push(`${path} ${name}`)
  }
}
console.log(JSON.stringify(never.toSorted()))
