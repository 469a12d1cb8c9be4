import { posix } from 'node:path'
import { quote, sh } from '../../../core/sh.ts'
import type { Npm } from './args.ts'

/** What npm leaves out. */
export const omittedOf = ({ production = false, noOptional = false }: Npm): readonly string[] => [
  ...(production ? ['dev'] : []),
  ...(noOptional ? ['optional'] : []),
]

/** Options of npm; `looks` for those of a command that changes nothing. */
export function flagsOf(given: Npm, purpose: 'looks' | 'changes'): readonly string[] {
  const { global = false, registry, ignoreScripts = false, noBinLinks = false, force = false } = given
  return [
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=error',
    global ? '--global' : '--prefix=.',
    ...omittedOf(given).map((one) => `--omit=${one}`),
    ...(registry === undefined ? [] : [`--registry=${registry}`]),
    ...(purpose === 'changes' && ignoreScripts ? ['--ignore-scripts'] : []),
    ...(purpose === 'changes' && noBinLinks ? ['--no-bin-links'] : []),
    ...(purpose === 'changes' && force ? ['--force'] : []),
  ]
}

/**
 * Goes into the folder, unless there is nothing to run npm in: then it says so and ends the script. npm runs programs that the folder names, so
 * it is not run in one of another user.
 */
export function prelude({ path, executable, environment }: Npm): string[] {
  return [
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}`),
    ...(executable === undefined
      ? ['command -v npm >/dev/null || { echo no npm; exit 0; }']
      : [
          sh`[ -x ${executable} ] || { echo no npm; exit 0; }`,
          sh`PATH=${posix.dirname(executable)}:$PATH; export PATH`,
          sh`npm() { ${executable} "$@"; }`,
        ]),
    ...(path === undefined ? ['cd /'] : enter(path)),
  ]
}

const enter = (path: string): string[] => [
  sh`path=${path}`,
  'if [ ! -d "$path" ] || [ -L "$path" ]; then echo absent; exit 0; fi',
  'cd -P -- "$path" || exit 1',
  'me=$(id -u)',
  'for one in . package.json .npmrc node_modules; do',
  '  is=$(stat -c %u "$one" 2>/dev/null) || continue',
  '  [ "$is" = "$me" ] || { echo "foreign $is"; exit 0; }',
  'done',
]
