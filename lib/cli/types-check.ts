import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Finding } from './finding.ts'

/** Runs the project's own TypeScript over it. Without one, or without a tsconfig.json, nothing is checked. */
export async function checkTypes(
  root: string,
): Promise<{ readonly checked: boolean; readonly findings: readonly Finding[] }> {
  const config = join(root, 'tsconfig.json')
  const compiler = findCompiler(root)
  const missing = [
    ...(existsSync(config) ? [] : ['there is no tsconfig.json']),
    ...(compiler === undefined
      ? ['typescript is not installed (npm install --save-dev typescript @types/node)']
      : []),
  ]
  if (compiler === undefined || missing.length > 0) {
    const message = `the types were not checked: ${missing.join(', and ')}`
    return { checked: false, findings: [{ level: 'note', file: config, code: 'E_NOT_LOOKED_AT', message }] }
  }
  const { code, text } = await run(
    process.execPath,
    [compiler, '--noEmit', '--pretty', 'false', '-p', config],
    root,
  )
  const findings = text.split('\n').flatMap(findingOf)
  const silent = code !== 0 && findings.length === 0
  if (silent)
    findings.push({
      level: 'error',
      file: config,
      code: 'E_TYPES',
      message: `tsc failed with exit status ${code}: ${text.trim()}`,
    })
  const unparsed = findings.length > 0 && findings.every(({ code: of }) => /^TS1\d{3}$/.test(of))
  if (unparsed) {
    const message = 'the types of no file were checked: TypeScript parses all files first'
    findings.push({ level: 'note', file: config, code: 'E_NOT_LOOKED_AT', message })
  }
  return { checked: !unparsed, findings }
}

/** `playbooks/site.ts(3,7): error TS2322: Type …` */
function findingOf(line: string): Finding[] {
  const match = /^(.+?)\((\d+),\d+\): error (TS\d+): (.*)$/.exec(line)
  if (match === null) return []
  const [, file = '', at = '', code = '', message = ''] = match
  return [{ level: 'error', file: `${file}:${at}`, code, message }]
}

function findCompiler(root: string): string | undefined {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('typescript/package.json')
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin?: { tsc?: string } }
    return bin?.tsc === undefined ? undefined : join(dirname(manifest), bin.tsc)
  } catch {
    return undefined
  }
}

function run(
  file: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, text: Buffer.concat(chunks).toString() }))
  })
}
