import * as z from '../../../core/lazy-zod.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import { served } from '../../shared/served.ts'
import type { Npm } from './args.ts'
import { HOME, QUIET, common, oneLine, reasonOf, seesNpm, split } from './reader.ts'
import { flagsOf, prelude } from './script.ts'

/** What the registry has. */
export type NpmOffered = {
  /** Of the user who runs npm. */
  readonly home: string
} & NpmOffer

export type NpmOffer =
  | { readonly kind: 'not asked' }
  | { readonly kind: 'failed'; readonly why: string }
  /** Undefined: it has no such package, or not in this version. */
  | { readonly kind: 'version'; readonly version: string | undefined }
  /** Packages of package.json of which there are newer ones that it allows. */
  | {
      readonly kind: 'outdated'
      readonly outdated: readonly (readonly [name: string, is: string, wanted: string])[]
    }

export const offeredKey = (given: Npm): string => JSON.stringify(given)
const givenOf = (key: string): Npm => JSON.parse(key) as Npm

/** By the `offeredKey`. The registry is not asked about a package that is there as it should be. */
export const npmOffered: Reader<NpmOffered> = readerOfOne<NpmOffered>({
  name: 'npm registry',
  ask: (key) => {
    const given = givenOf(key)
    const { name, version = '', state } = given
    const flags = ['--json', '--fetch-retries=1', '--fetch-timeout=20000', ...flagsOf(given, 'looks')]
    return [
      HOME,
      ...prelude(given),
      QUIET,
      ...(name === undefined
        ? [sh`npm outdated ${flags} 2>"$scratch/said"; ended=$?`, '[ "$ended" -ne 1 ] || ended=0']
        : [
            ...(state === 'latest' ? [] : [unlessThere(given, name, version)]),
            sh`npm view ${flags} -- ${`${name}@${version || 'latest'}`} version 2>"$scratch/said"; ended=$?`,
          ]),
      'cat "$scratch/said" >&2; exit "$ended"',
    ].join('\n')
  },
  parse: parseOffered,
  sees: (key, answer) => [served.all, ...seesNpm(givenOf(key), answer as NpmOffered | undefined)],
})

const IS_THERE = String.raw`
const { version } = JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'))
process.exit(process.argv[2] === '' || process.argv[2] === version ? 0 : 1)`.trim()

const unlessThere = ({ global = false }: Npm, name: string, version: string): string =>
  [
    `modules=${global ? '$(npm root --global)' : './node_modules'}`,
    sh`if node -e ${IS_THERE} -- "$modules/"${name}/package.json ${version} 2>/dev/null; then echo not asked; exit 0; fi`,
  ].join('\n')

const failure = z.object({
  error: z.object({ code: z.string().default(''), summary: z.string().default('') }),
})
const moved = z.object({ current: z.string().optional(), wanted: z.string() })
const answer = z.union([
  failure,
  z.string(),
  z.array(z.string()),
  z.record(z.string(), z.union([moved, z.array(moved)])),
])

function parseOffered({ code, stdout, stderr }: Reply): NpmOffered {
  const { home, said } = split(stdout)
  return { home, ...offerOf(said, code, stderr) }
}

function offerOf(said: string, code: number, stderr: Buffer): NpmOffer {
  if (said === 'not asked' || common(said) !== undefined) return { kind: 'not asked' }
  if (said === '' && code !== 0) return { kind: 'failed', why: reasonOf(stderr) }
  const told = said === '' ? undefined : answer.parse(JSON.parse(said))
  if (told === undefined) return { kind: 'version', version: undefined }
  if (typeof told === 'string') return { kind: 'version', version: told }
  if (Array.isArray(told)) return { kind: 'version', version: told.at(-1) }
  if (isFailure(told)) {
    const { code: kind, summary } = told.error
    return kind === 'E404' || kind === 'ETARGET'
      ? { kind: 'version', version: undefined }
      : { kind: 'failed', why: oneLine(summary || kind) }
  }
  const outdated = Object.entries(told).flatMap(([name, found]) =>
    [found]
      .flat()
      .flatMap(({ current, wanted }): [string, string, string][] =>
        current === undefined || current === wanted ? [] : [[name, current, wanted]],
      ),
  )
  return { kind: 'outdated', outdated }
}

const isFailure = (told: object): told is z.output<typeof failure> => failure.safeParse(told).success
