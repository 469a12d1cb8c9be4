import type { Host } from '../playbook/inventory.ts'
import { UserError } from '../core/errors.ts'
import type { NodeFact } from './facts/node.ts'

/**
 * The packages that bring Docker's engine and its client to a node: `wanted` where the operator named some. In Debian 13 the client
 * became a package of its own, which the engine's only recommends; Ubuntu has both in one.
 *
 * @returns none where Docker is there already
 * @throws UserError E_NO_DOCKER for a distribution whose packages are not known
 */
export function dockerPackagesOf(
  host: Host,
  { reached, hasDocker, distribution: { id, version, like } }: NodeFact,
  wanted: readonly string[] | undefined,
): string[] {
  if (!reached || hasDocker) return []
  if (wanted !== undefined) return [...wanted]
  if (id === 'ubuntu' || like.includes('ubuntu')) return ['docker.io']
  // Testing and unstable have no version.
  if (id === 'debian' || (id === 'raspbian' && version !== ''))
    return version !== '' && Number.parseInt(version, 10) < 13 ? ['docker.io'] : ['docker.io', 'docker-cli']
  throw new UserError(
    'E_NO_DOCKER',
    `${host.name} has no Docker, and run-playbook does not know the names of its packages on ${`${id} ${version}`.trim() || 'this system'}`,
    {
      hint: `Install the Docker engine and client on ${host.name}, or name their packages: -e 'dockerPackages=["…"]'. Nothing was changed.`,
    },
  )
}
