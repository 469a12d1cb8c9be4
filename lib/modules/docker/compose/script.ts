import { quote, sh } from '../../../core/sh.ts'
import type { Compose } from './args.ts'

/** Makes `compose` a shell function: docker compose for this project, which asks nobody anything. */
export function prelude({
  folder,
  definition,
  project,
  files,
  envFiles,
  profiles = [],
  environment,
}: Compose): string[] {
  const options = [
    '--ansi=never',
    '--progress=plain',
    sh`--project-directory=${folder}`,
    ...(project === undefined ? [] : [`--project-name=${project}`]),
    ...(definition === undefined ? files.map((one) => sh`--file=${one}`) : ['--file=-']),
    ...envFiles.map((one) => sh`--env-file=${one}`),
    ...profiles.map((one) => `--profile=${one}`),
  ].join(' ')
  const input = definition === undefined ? '</dev/null' : '<<DEFINITION\n$definition\nDEFINITION'
  return [
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}`),
    ...(definition === undefined ? [] : [`definition=${quote(JSON.stringify(definition))}`]),
    sh`cd -- ${folder} || exit 1`,
    'compose() {',
    `  docker compose ${options} "$@" ${input}`,
    '}',
  ]
}

/**
 * What brings the project to its state. What is always done is left out where it is only looked at: whatever the dry run of docker
 * compose says then is not as it should be.
 */
export function commandsOf(given: Compose, purpose: 'looks' | 'changes'): readonly (readonly string[])[] {
  const { state, services = [], removeOrphans = false, stopTimeout } = given
  const timeout = stopTimeout === undefined ? [] : [`--timeout=${stopTimeout}`]
  const orphans = removeOrphans ? ['--remove-orphans'] : []
  const named = services.length === 0 ? [] : ['--', ...services]
  if (state === 'absent') {
    const { removeVolumes = false, removeImages } = given
    const more = [
      ...(removeVolumes ? ['--volumes'] : []),
      ...(removeImages === undefined ? [] : [`--rmi=${removeImages}`]),
    ]
    return [['down', ...orphans, ...more, ...timeout, ...named]]
  }
  const up = ['up', ...orphans, ...upFlags(given, purpose), ...timeout]
  if (state === 'present') return [[...up, '--detach', ...named]]
  const made = [...up, '--no-start', ...named]
  // What runs is known without asking docker compose, which would stop what has stopped once more.
  return purpose === 'looks' ? [made] : [made, ['stop', ...timeout, ...named]]
}

function upFlags(given: Compose, purpose: 'looks' | 'changes'): readonly string[] {
  const {
    pull,
    build,
    recreate,
    dependencies = true,
    scale = {},
    renewAnonVolumes = false,
    wait = false,
  } = given
  const { waitTimeoutMs = 300_000 } = given
  const isAlways = (one: string | undefined): boolean => one === 'always' && purpose === 'looks'
  return [
    ...(pull === undefined || isAlways(pull) ? [] : [`--pull=${pull}`]),
    ...(build === undefined || isAlways(build) ? [] : [build === 'always' ? '--build' : '--no-build']),
    ...(recreate === undefined || isAlways(recreate)
      ? []
      : [recreate === 'always' ? '--force-recreate' : '--no-recreate']),
    ...(dependencies ? [] : ['--no-deps']),
    ...Object.entries(scale).map(([name, count]) => `--scale=${name}=${count}`),
    ...(renewAnonVolumes ? ['--renew-anon-volumes'] : []),
    ...(wait && purpose === 'changes' ? ['--wait', `--wait-timeout=${Math.ceil(waitTimeoutMs / 1000)}`] : []),
  ]
}
