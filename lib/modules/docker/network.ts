import { z } from 'zod'
import { differences } from '../../core/change.ts'
import { UserError } from '../../core/errors.ts'
import { type Plan, type ShellStep, defineModule } from '../../core/module.ts'
import { ask, predict } from '../../core/probe.ts'
import { sh } from '../../core/sh.ts'
import { type DockerNetwork, dockerNetwork, dockerResource } from './shared/reader.ts'
import { dockerName } from './shared/schemas.ts'

export interface DockerNetworkArgs {
  readonly name: string
  /** @default 'present' */
  readonly state?: 'present' | 'absent' | undefined
  /** @default Docker's: bridge */
  readonly driver?: string | undefined
  /** @example '172.30.0.0/24' */
  readonly subnet?: string | undefined
  /** Without a way out. */
  readonly internal?: boolean | undefined
}

/**
 * A network of Docker. It can't be changed, so one that differs is made anew, as long as nothing uses it.
 *
 * @example
 * docker.network('backend', { name: 'backend', internal: true })
 */
export const network = defineModule<DockerNetworkArgs, DockerNetwork | undefined>({
  name: 'docker_network',
  args: z.strictObject({
    name: dockerName,
    state: z.enum(['present', 'absent']).optional(),
    driver: dockerName.optional(),
    subnet: z.cidrv4().or(z.cidrv6()).optional(),
    internal: z.boolean().optional(),
  }),
  probe: ({ name }) => ask(dockerNetwork, name),
  plan,
  apply: (args, network) => [
    ...(network ? [{ script: sh`docker network rm ${args.name}` }] : []),
    ...(args.state === 'absent' ? [] : [create(args)]),
  ],
  touches: ({ name }) => [dockerResource('network', name)],
})

function plan(args: DockerNetworkArgs, network: DockerNetwork | undefined): Plan {
  const { name, state = 'present' } = args
  if (network === undefined) {
    if (state === 'absent') return { changes: [], because: 'not there' }
    return { changes: [{ what: 'state', from: 'absent', to: 'present' }] }
  }
  if (state === 'absent') {
    assertUnused(network)
    return {
      changes: [{ what: 'state', from: 'present', to: 'absent' }],
      leaves: [predict(dockerNetwork, name, undefined)],
    }
  }
  const { driver, internal, subnet } = args
  const changes = differences(
    { driver, internal, subnet },
    { ...network, subnet: network.subnets.find((one) => one === subnet) ?? network.subnets[0] },
  )
  if (changes.length > 0) assertUnused(network)
  return changes.length > 0 ? { changes } : { changes, because: `there with ${network.subnets.join(', ')}` }
}

function assertUnused({ name, containers }: DockerNetwork): void {
  if (containers.length === 0) return
  throw new UserError('E_NETWORK_IN_USE', `the network ${name} is in use by ${containers.join(', ')}`, {
    hint: 'Docker can neither change nor remove it until these containers have left it.',
  })
}

function create({ name, driver, subnet, internal }: DockerNetworkArgs): ShellStep {
  const flags = [
    ...(driver === undefined ? [] : ['--driver', driver]),
    ...(subnet === undefined ? [] : ['--subnet', subnet]),
    ...(internal ? ['--internal'] : []),
  ]
  return { script: sh`docker network create ${[...flags, name]}` }
}
