import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import type { Change } from '../../core/change.ts'
import { UserError } from '../../core/errors.ts'
import { type Module, type Plan, defineModule } from '../../core/module.ts'
import { ask, predict } from '../../core/probe.ts'
import { sh } from '../../core/sh.ts'
import { type DockerVolume, dockerVolume } from './shared/reader.ts'
import { volumes } from './shared/kinds.ts'
import { adopt, oursFlags, refuseForeign } from './shared/ownership.ts'
import { dockerName, plainLabels } from './shared/schemas.ts'

const shape = {
  /** The volume's name. */
  name: dockerName,
  /** `absent` removes the volume with all its data. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Volume driver. @default Docker's default, local */
  driver: z.string().min(1).optional(),
  /** Labels that the volume must have. Other labels are left alone. @default none */
  labels: plainLabels.optional(),
  /** Allow to use or remove a volume of this name that run-playbook did not create, with its data. @default false */
  adopt,
}

export interface DockerVolumeArgs extends ArgsOf<typeof shape> {}

/**
 * Manages a Docker volume. A volume that differs is an error (E_VOLUME_DIFFERS) and is never recreated, because it contains
 * data. If run-playbook did not create the volume, two things are errors (E_FOREIGN_VOLUME), unless the task has
 * `adopt: true`: removing it, and using it if its options place the data elsewhere.
 *
 * @dryRun Asks Docker for the volume. Would change if it is missing, or is to be removed; fails if it differs. That a volume is
 * gone is foretold; of a new one later tasks know nothing yet.
 *
 * @example
 * docker.volume('data', { name: 'postgres-data' })
 */
export const volume: Module<DockerVolumeArgs, DockerVolume | undefined> = defineModule({
  name: 'docker_volume',
  args: z.strictObject(shape),
  probe: ({ name }) => ask(dockerVolume, name),
  plan,
  apply: ({ name, state, driver, labels = {} }) => {
    if (state === 'absent') return [{ script: sh`docker volume rm ${name}` }]
    const flags = [
      ...(driver === undefined ? [] : ['--driver', driver]),
      ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
      ...oursFlags,
    ]
    return [{ script: sh`docker volume create ${[...flags, name]}` }]
  },
  touches: ({ name }) => [volumes.at(name)],
})

function plan(args: DockerVolumeArgs, volume: DockerVolume | undefined): Plan {
  const { name, state = 'present' } = args
  if (volume === undefined) {
    if (state === 'absent') return { changes: [], because: 'not there' }
    return { changes: [{ what: 'state', from: 'absent', to: 'present' }] }
  }
  if (state === 'absent') {
    if (!args.adopt) refuseForeign('volume', volume, `driver ${volume.driver}`)
    return {
      changes: [{ what: 'state', from: 'present', to: 'absent' }],
      leaves: [predict(dockerVolume, name, undefined)],
    }
  }
  const [difference] = differing(args, volume)
  // We make none with options, which may lead to a disk of somebody else or to another machine.
  const options = Object.entries(volume.options).map(([key, value]) => `${key}=${value}`)
  if (options.length > 0 && !args.adopt) refuseForeign('volume', volume, `options ${options.join(', ')}`)
  if (difference === undefined) return { changes: [], because: `there, ${volume.driver}` }
  const { what, from, to } = difference
  throw new UserError('E_VOLUME_DIFFERS', `the volume ${name} has ${what} ${from ?? 'unset'}, not ${to}`, {
    hint: 'Docker cannot change an existing volume, and recreating it would delete its data: copy the data elsewhere and remove the volume yourself.',
  })
}

function differing({ driver, labels = {} }: DockerVolumeArgs, volume: DockerVolume): Change[] {
  const wanted = Object.entries({ driver, ...prefixed(labels) }).filter(([, to]) => to !== undefined)
  const observed: Record<string, unknown> = { driver: volume.driver, ...prefixed(volume.labels) }
  return wanted.flatMap(([what, to]) => (observed[what] === to ? [] : [{ what, from: observed[what], to }]))
}

const prefixed = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [`label ${key}`, value]))
