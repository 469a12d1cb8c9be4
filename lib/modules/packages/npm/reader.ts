import * as z from '../../../core/lazy-zod.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import type { Npm } from './args.ts'
import { LOOK } from './look.ts'
import { flagsOf, omittedOf, prelude } from './script.ts'

const single = z.object({
  version: z.string().optional(),
  missing: z.boolean(),
  invalid: z.boolean(),
  extraneous: z.boolean(),
})
const look = z.union([
  z.object({ why: z.string() }),
  z.object({ one: single, root: z.string().optional() }),
  z.object({
    differs: z.array(z.tuple([z.string(), z.string(), z.string()])),
    total: z.int().min(0),
    lock: z.boolean(),
    manifest: z.boolean(),
  }),
])

/** A package as `npm ls` says, or as the registry has it. */
export interface NpmPackage {
  /** Undefined where it is not installed. */
  readonly version: string | undefined
  /** `missing`: package.json asks for it. `invalid`: for another version. `extraneous`: for none. */
  readonly is: 'missing' | 'invalid' | 'extraneous' | 'as asked for' | 'absent'
}

/** What is installed. */
export type NpmFound = {
  /** Of the user who runs npm. */
  readonly home: string
} & NpmInstalled

export type NpmInstalled =
  | { readonly kind: 'no npm' | 'absent' }
  /** The folder, or what is in it, belongs to another user. npm was not run in it. */
  | { readonly kind: 'foreign'; readonly uid: number }
  | { readonly kind: 'failed'; readonly why: string }
  | {
      readonly kind: 'package'
      readonly one: NpmPackage
      /** The folder with node_modules, of a global package. */
      readonly root: string | undefined
    }
  | {
      readonly kind: 'folder'
      /** What is not as it should be: name, what is there, what should be; at most 20. */
      readonly differs: readonly (readonly [name: string, is: string, wanted: string])[]
      readonly total: number
      readonly hasManifest: boolean
      /** Known with `ci` only. */
      readonly hasLock: boolean | undefined
    }

/** What is asked about: the arguments that matter. */
export const foundKey = (given: Npm): string =>
  JSON.stringify({ ...given, state: undefined, version: undefined })

const given = (key: string): Npm => JSON.parse(key) as Npm

/** By the `foundKey`. It asks no registry. */
export const npmFound: Reader<NpmFound> = readerOfOne<NpmFound>({
  name: 'npm',
  ask: (key) => {
    const asked = given(key)
    const { name = '', force = false } = asked
    const whole = asked.name === undefined
    const what = whole ? ['--all'] : ['--depth=0', ...(asked.global ? ['--long'] : []), '--', name]
    return [
      HOME,
      ...prelude(asked),
      QUIET,
      sh`npm ls ${flagsOf(asked, 'looks')} --json ${what} 2>"$scratch/said" |`,
      sh`  node -e ${LOOK} -- ${name} ${whole ? 'whole' : ''} ${omittedOf(asked).join(',')} ${force ? 'force' : ''} ||`,
      '  { cat "$scratch/said" >&2; exit 1; }',
    ].join('\n')
  },
  parse: parseFound,
  sees: (key, answer) => seesNpm(given(key), answer as NpmFound | undefined),
})

/** npm writes what it read into its cache: here into one of its own, which goes away. */
export const QUIET = `scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
NPM_CONFIG_CACHE=$scratch NPM_CONFIG_LOGS_MAX=0
export NPM_CONFIG_CACHE NPM_CONFIG_LOGS_MAX`

const PROGRAMS = ['npm', 'node'].flatMap((name) =>
  ['/usr/bin', '/bin', '/usr/local/bin'].map((folder) => paths.at(`${folder}/${name}`)),
)

/** Where packages are, and what configures npm. */
export function seesNpm({ path, executable }: Npm, answer: Seen | undefined): Resource[] {
  const folder = path ?? (answer?.root === undefined ? undefined : `${answer.root}/node_modules`)
  return [
    folder === undefined ? paths.all : paths.below(folder),
    answer === undefined ? paths.all : paths.at(`${answer.home === '/' ? '' : answer.home}/.npmrc`),
    ...(executable === undefined ? [] : [paths.at(executable)]),
    ...PROGRAMS,
  ]
}

interface Seen {
  readonly home: string
  readonly root?: string | undefined
}

export const HOME = `printf 'home %s\\n' "\${HOME:-/}"`

/** What the script printed after the line of {@link HOME}. */
export function split(stdout: Buffer): { readonly home: string; readonly said: string } {
  const [, home, said] = /^home (\/[^\n\0]*)\n([^]*)$/.exec(stdout.toString()) ?? []
  if (home === undefined || said === undefined)
    throw new Error('the host does not say what npm has installed')
  return { home: home.replace(/(.)\/+$/, '$1'), said: said.trim() }
}

function parseFound({ code, stdout, stderr }: Reply, key: string): NpmFound {
  const { home, said } = split(stdout)
  return {
    home,
    ...(common(said) ?? (code === 0 ? told(said, key) : { kind: 'failed', why: reasonOf(stderr) })),
  }
}

function told(said: string, key: string): NpmInstalled {
  const found = look.parse(JSON.parse(said))
  if ('why' in found) return { kind: 'failed', why: oneLine(found.why) }
  if ('one' in found) return { kind: 'package', one: packageOf(found.one), root: found.root }
  const { differs, total, lock, manifest } = found
  return { kind: 'folder', differs, total, hasManifest: manifest, hasLock: given(key).ci ? lock : undefined }
}

function packageOf({ version, missing, invalid, extraneous }: z.output<typeof single>): NpmPackage {
  if (version === undefined) return { version, is: missing ? 'missing' : 'absent' }
  return { version, is: invalid ? 'invalid' : extraneous ? 'extraneous' : 'as asked for' }
}

/** What is said where npm was not run. */
export function common(
  said: string,
): Extract<NpmInstalled, { kind: 'no npm' | 'absent' | 'foreign' }> | undefined {
  if (said === 'no npm' || said === 'absent') return { kind: said }
  const [, uid] = /^foreign (\d{1,10})$/.exec(said) ?? []
  return uid === undefined ? undefined : { kind: 'foreign', uid: Number(uid) }
}

export const oneLine = (text: string): string =>
  text
    .replace(/\/\/[^/@\s]*@/g, '//')
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, 400) ?? 'no reason given'

/** What npm complains about, in one line. */
export const reasonOf = (stderr: Buffer): string =>
  oneLine(
    stderr
      .toString()
      .split('\n')
      .filter(
        (line) => !/^npm (ERR!|error) (code|errno|syscall|path|Log files|A complete log)|^\s*$/.test(line),
      )
      .map((line) => line.replace(/^npm (ERR!|error) /, ''))
      .join('\n'),
  )
