import { Command } from 'commander'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { CliCommand } from './command.ts'
import { packageRoot } from './project.ts'
import { parsed, printOption } from './shared-options.ts'

const HELP = `
What is made: package.json, tsconfig.json, an inventory with this machine as its only host, a playbook, a role, a
module, a test of both, a README, a CI file for GitHub and a .gitignore. Nothing that is there is overwritten: an existing
package.json is kept, and what it lacks is printed.

Examples:
  run-playbook init servers    in a new folder
  run-playbook init            in the current folder, which must be empty but for package.json and the like

Exit status: 0 done, 1 files would have been overwritten: nothing was written.
`

/** `run-playbook init`: a project that runs, type-checks and passes its test. */
export const init: CliCommand = (argv, { outlet, version }) => {
  const command = new Command('run-playbook init')
    .description('Creates a project with a playbook, a role, a module and a test, ready to run.')
    .argument(
      '[folder]',
      'directory of the project; created if it is missing (default: the current directory)',
    )
    .addOption(printOption())
    .addHelpText('after', HELP)
  if (!parsed(command, argv)) return Promise.resolve(0)
  const folder = resolve(command.args[0] ?? '.')
  const manifest = join(folder, 'package.json')
  const manager = managerOf(folder, manifest)
  const files = starterFiles({ name: packageName(folder), version }, manager)
  refuseOverwriting(folder, files)
  const kept = existsSync(manifest)
  for (const [name, text] of files) {
    const path = join(folder, name)
    if (kept && path === manifest) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  const place = relative(process.cwd(), folder) || '.'
  const lacking = kept ? lackingIn(manifest, files.get('package.json') ?? '{}', manager) : []
  outlet.print(
    () => nextText(place, lacking, manager),
    () => [{ type: 'init', folder, files: [...files.keys()], lacking }],
  )
  return Promise.resolve(0)
}

/** The files of the project, by path. In the package some have `.in` behind their name, so that no tool takes them for its own. */
function starterFiles(
  values: Readonly<Record<string, string>>,
  manager: Manager,
): ReadonlyMap<string, string> {
  const starter = join(packageRoot, 'starter')
  const names = readdirSync(starter, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(starter, name)).isFile()).toSorted()
  const own = files.map((name): [string, string] => {
    const text = readFileSync(join(starter, name), 'utf8')
    const filled = text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '')
    return [targetName(name), /\.(md|yml)$/.test(name) ? commandsOf(filled, manager) : filled]
  })
  return new Map([...own, ...Object.entries(manager.files)])
}

/** The README and the CI file, which are written for npm. */
const commandsOf = (text: string, { name, run, setup }: Manager): string =>
  text
    .replaceAll(/\bnpm (?=install|run|test)/g, `${name} `)
    .replaceAll('npx ', `${run} `)
    .replace(/^ +- uses: actions\/setup-node/m, (line) => setup + line)

// npm leaves a file named .gitignore out of a package.
const targetName = (name: string): string =>
  name === 'gitignore.in' ? '.gitignore' : name.replace(/\.in$/, '')

const packageName = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '') || 'servers'

/** What `npm init`, `git init` and hosting sites leave behind may be there. */
const KEPT = new Set(['package.json'])

function refuseOverwriting(folder: string, files: ReadonlyMap<string, string>): void {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new UserError('E_INIT', `${folder} is not a directory`)
  const there = [...files.keys()].filter((name) => !KEPT.has(name) && existsSync(join(folder, name)))
  if (there.length === 0) return
  throw new UserError('E_INIT', `${folder} already has ${there.join(', ')}: nothing was written`, {
    hint: 'Choose an empty directory: run-playbook init DIRECTORY.',
  })
}

interface Manifest {
  readonly type?: string
  readonly packageManager?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
}

/** How the package manager of a project is called. */
interface Manager {
  readonly name: string
  readonly run: string
  readonly add: string
  readonly addDev: string
  readonly set: string
  /** A step of CI that installs it. */
  readonly setup: string
  /** What else a project needs for it, by path. */
  readonly files: Readonly<Record<string, string>>
}
const NPM: Manager = {
  name: 'npm',
  run: 'npx',
  add: 'npm install',
  addDev: 'npm install --save-dev',
  set: 'npm pkg set',
  setup: '',
  files: {},
}
const BUILDS = `# No package needs its install script: run-playbook works without.
allowBuilds:
  cpu-features: false
  esbuild: false
  ssh2: false
`

/** @param major of pnpm; undefined where it is unknown, as in a test, which counts as new. @param fixed package.json names the version */
const pnpm = (major: string | undefined, fixed: boolean): Manager => ({
  name: 'pnpm',
  run: 'pnpm exec',
  add: 'pnpm add',
  addDev: 'pnpm add --save-dev',
  set: 'pnpm pkg set',
  // The action refuses a version where package.json has one.
  setup: `      - uses: pnpm/action-setup@v4\n${fixed ? '' : `        with:\n          version: ${major ?? 'latest'}\n`}`,
  // Without a word about them, pnpm 10.26 and later end with an error. Older ones take the file for a workspace.
  files: Number(major ?? 10) < 10 ? {} : { 'pnpm-workspace.yaml': BUILDS },
})

/** npm spoils a node_modules that pnpm made. */
function managerOf(folder: string, manifest: string): Manager {
  const agent = /^pnpm\/(\d+)\./.exec(process.env['npm_config_user_agent'] ?? '')
  if (agent === null && !existsSync(join(folder, 'pnpm-lock.yaml'))) return NPM
  const { packageManager = '' } = existsSync(manifest) ? readManifest(manifest) : {}
  return pnpm(agent?.[1], packageManager.startsWith('pnpm@'))
}

const readManifest = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest

/** The commands that make an existing package.json as the project needs it. */
function lackingIn(manifest: string, wantedText: string, { add, addDev, set }: Manager): string[] {
  const has = readManifest(manifest)
  const wants = JSON.parse(wantedText) as Manifest
  const installed = { ...has.dependencies, ...has.devDependencies }
  const missing = (names: Manifest['dependencies']): string[] =>
    Object.keys(names ?? {}).filter((name) => !Object.hasOwn(installed, name))
  const settings = [
    ...(has.type === wants.type ? [] : ['type=module']),
    ...Object.entries(wants.scripts ?? {})
      .filter(([name, script]) => has.scripts?.[name] !== script)
      .map(([name, script]) => `'scripts.${name}=${script}'`),
  ]
  const main = missing(wants.dependencies)
  const dev = missing(wants.devDependencies)
  return [
    ...(settings.length > 0 ? [`${set} ${settings.join(' ')}`] : []),
    ...(main.length > 0 ? [`${add} ${main.join(' ')}`] : []),
    ...(dev.length > 0 ? [`${addDev} ${dev.join(' ')}`] : []),
  ]
}

function nextText(place: string, lacking: readonly string[], { name, run }: Manager): string {
  const steps = [
    ...(place === '.' ? [] : [`cd ${place}`]),
    ...(lacking.length > 0 ? lacking : [`${name} install`]),
    `${run} run-playbook hello --check`,
    `${run} run-playbook hello`,
    `${name} test`,
  ]
  return `The project is in ${place === '.' ? 'this folder' : place}. Next:\n${steps.map((step) => `  ${step}`).join('\n')}`
}
