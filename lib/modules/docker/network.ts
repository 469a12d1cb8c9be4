import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { differences } from '../../core/change.ts'
import { UserError } from '../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../core/module.ts'
import { ask, predict } from '../../core/probe.ts'
import { sh } from '../../core/sh.ts'
import { type DockerNetwork, dockerNetwork } from './shared/reader.ts'
import { dockerNetworks } from './shared/kinds.ts'
import { adopt, oursFlags, refuseForeign } from './shared/ownership.ts'
import { dockerName } from './shared/schemas.ts'

const shape = {
  /** The network's name. */
  name: dockerName,
  /** `absent` removes the network. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Network driver. @default Docker's default, bridge */
  driver: dockerName.optional(),
  /** Subnet of the network. @default chosen by Docker @example '172.30.0.0/24' */
  subnet: z.cidrv4().or(z.cidrv6()).optional(),
  /** Containers in this network cannot reach other networks. @default false */
  internal: z.boolean().optional(),
  /** Allow to recreate or remove a network of this name that run-playbook did not create. @default false */
  adopt,
}

export interface DockerNetworkArgs extends ArgsOf<typeof shape> {}

/**
 * Manages a Docker network. Docker cannot change an existing network, so a network that differs is removed and created
 * again; if a container uses it, that is an error (E_NETWORK_IN_USE). To recreate or remove a network that run-playbook did
 * not create is an error (E_FOREIGN_NETWORK), unless the task has `adopt: true`.
 *
 * @dryRun Asks Docker for the network. Would change if it is missing, differs or is to be removed; the last two fail if a
 * container uses it. That a network is gone is foretold; of one that is made anew later tasks know nothing yet. A `docker` task
 * that joins it does not depend on that.
 *
 * @example
 * docker.network('backend', { name: 'backend', internal: true })
 */
export const network: Module<DockerNetworkArgs, DockerNetwork | undefined> = defineModule({
  name: 'docker_network',
  args: z.strictObject(shape),
  probe: ({ name }) => ask(dockerNetwork, name),
  plan,
  apply: (args, network) => [
    ...(network ? [{ script: sh`docker network rm ${args.name}` }] : []),
    ...(args.state === 'absent' ? [] : [create(args)]),
  ],
  touches: ({ name }) => [dockerNetworks.at(name)],
})

function plan(args: DockerNetworkArgs, network: DockerNetwork | undefined): Plan {
  const { name, state = 'present' } = args
  if (network === undefined) {
    if (state === 'absent') return { changes: [], because: 'not there' }
    return { changes: [{ what: 'state', from: 'absent', to: 'present' }] }
  }
  if (state === 'absent') {
    refuseOther(args, network)
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
  if (changes.length > 0) {
    refuseOther(args, network)
    assertUnused(network)
  }
  return changes.length > 0 ? { changes } : { changes, because: `there with ${network.subnets.join(', ')}` }
}

function refuseOther({ adopt }: DockerNetworkArgs, network: DockerNetwork): void {
  const { driver, subnets } = network
  if (!adopt) refuseForeign('network', network, [`driver ${driver}`, ...subnets].join(', '))
}

function assertUnused({ name, containers }: DockerNetwork): void {
  if (containers.length === 0) return
  throw new UserError('E_NETWORK_IN_USE', `the network ${name} is in use by ${containers.join(', ')}`, {
    hint: 'Docker cannot change or remove the network while these containers use it. Stop or disconnect them first.',
  })
}

function create({ name, driver, subnet, internal }: DockerNetworkArgs): ShellStep {
  const flags = [
    ...(driver === undefined ? [] : ['--driver', driver]),
    ...(subnet === undefined ? [] : ['--subnet', subnet]),
    ...(internal ? ['--internal'] : []),
    ...oursFlags,
  ]
  return { script: sh`docker network create ${[...flags, name]}` }
}
