import { execFileSync, spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export interface Ended {
  readonly code: number
  /** Standard output and standard error. */
  readonly text: string
}

/** A project of somebody who installed the package. */
export interface Consumer {
  readonly folder: string
  readonly write: (name: string, text: string) => void
  readonly run: (program: string, ...args: string[]) => Promise<Ended>
  readonly remove: () => void
}

export interface Packed {
  /** The unpacked tarball. */
  readonly folder: string
  /** Its files, by path. */
  readonly files: readonly string[]
  readonly tarball: string
  readonly remove: () => void
}

/** What `npm publish` would send, from what `npm run build` made. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-pack-'))
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const name = execFileSync('npm', args, { encoding: 'utf8' }).trim()
  const tarball = join(folder, name)
  execFileSync('tar', ['-xzf', tarball, '-C', folder])
  const unpacked = join(folder, 'package')
  const entries = readdirSync(unpacked, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(unpacked.length + 1))
  return { folder: unpacked, files, tarball, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/**
 * A project that has the package, its dependencies and the tools named, as after `npm install`, but without a registry.
 * @param tools by the name that the project has for it, its folder in our node_modules
 */
export function consumer(packed: Packed, tools: Readonly<Record<string, string>> = {}): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-consumer-'))
  const modules = join(folder, 'node_modules')
  const link = (name: string, target: string): void => {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(target, join(modules, name))
  }
  // A copy: a link would be resolved, and our own node_modules be found above it.
  mkdirSync(modules)
  execFileSync('cp', ['-R', packed.folder, join(modules, 'run-playbook')])
  const { dependencies } = JSON.parse(readFileSync(join(packed.folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  for (const name of Object.keys(dependencies))
    if (!Object.hasOwn(tools, name)) link(name, resolve('node_modules', name))
  for (const [name, target] of Object.entries(tools)) link(name, resolve('node_modules', target))
  mkdirSync(join(modules, '.bin'))
  if (Object.hasOwn(tools, 'tsx')) symlinkSync('../tsx/dist/cli.mjs', join(modules, '.bin/tsx'))
  symlinkSync('../run-playbook/bin/run-playbook.js', join(modules, '.bin/run-playbook'))
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  write('package.json', '{"name":"consumer","type":"module"}')
  return {
    folder,
    write,
    run: (program, ...args) => run(folder, program, args),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Runs a program in a folder, as a shell with node_modules/.bin in its path would. */
export async function run(folder: string, program: string, args: readonly string[]): Promise<Ended> {
  const path = `${join(folder, 'node_modules/.bin')}:${process.env['PATH']}`
  // oxlint-disable-next-line no-unused-vars -- the options of our own Node.js are not the consumer's
  const { NODE_OPTIONS, ...rest } = process.env
  const env = { ...rest, PATH: path, HOME: folder, CI: 'true' }
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  child.stdout.on('data', (data: Buffer) => (text += data.toString()))
  child.stderr.on('data', (data: Buffer) => (text += data.toString()))
  const code = await new Promise<number>((done, fail) => {
    child.once('error', fail)
    child.once('close', (status) => done(status ?? -1))
  })
  return { code, text }
}

/** The compilers, by version: files of our node_modules. */
export const COMPILERS = {
  '5.9': resolve('node_modules/typescript-api/bin/tsc'),
  '7': resolve('node_modules/typescript/bin/tsc'),
} as const
