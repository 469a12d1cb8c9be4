import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Host, type Play, UserError, definePlay } from 'run-playbook'
import { objectStorePlays } from './object-store.ts'
import { overlayCheck, postgresImage, postgresImageFits, wireguardRole } from 'run-playbook/roles'
import {
  type ClusterContext,
  buildArgsOf,
  clusterOf,
  dockerPackagesOf,
  hostVarsOf,
  isShippedImage,
  interfaceAddress,
  refuseOutside,
  refuseOtherSecrets,
  repositoryKeyOf,
  shipped,
  taggedMajor,
} from 'run-playbook/cluster'

// Another node cannot use an address that means something on one link only.
function reachedByAll({ name }: Host, address: string | undefined): string | undefined {
  if (!address?.includes('%')) return address
  throw new UserError(
    'E_NETWORK',
    `run-playbook connects to ${name} at ${address}, but the other nodes cannot use this address for WireGuard`,
    {
      hint: `Set the endpoint of ${name} in the inventory: endpoint: '203.0.113.7'. Nothing was changed.`,
    },
  )
}

const archiveOf = (stateDir: string, name: string): string | undefined => {
  const path = join(stateDir, `images/${name}.tar.gz`)
  return existsSync(path) ? path : undefined
}

/** What a node needs before it can have a database: the overlay, Docker and the image, and the object store, if there is to be one. */
export function groundPlays(context: ClusterContext, restoring = false): readonly Play[] {
  const { vars, secrets, stateDir } = context
  const { nodes, fact, others, reached } = clusterOf(context)
  refuseOutside(nodes)
  // Before the first play of all, not only before the first one that needs it.
  if (nodes.some((host) => hostVarsOf(host).encrypt)) repositoryKeyOf(context)
  refuseOtherSecrets(context)
  const objectStore = objectStorePlays(context, restoring)
  const key = ({ name }: Host) => secrets.wireguardKey(`wireguard.${name}`)
  const endpoint = (host: Host) => hostVarsOf(host).endpoint ?? reachedByAll(host, fact(host).reachedAt)
  // A node that was not reached has an endpoint nobody knows now: the tunnels stay as they are.
  const asked = nodes.some((node) => fact(node).reached)
  const meshKnown = !asked || nodes.every(endpoint)
  const managed = (host: Host) =>
    meshKnown && hostVarsOf(host).overlay === 'auto' && fact(host).overlay !== 'foreign'
  const archive = archiveOf(stateDir, 'postgres')
  const major = isShippedImage(vars.image) ? taggedMajor(vars.image) : undefined
  return [
    definePlay({
      name: 'overlay',
      hosts: 'postgres',
      roles: (host) => [
        managed(host) &&
          wireguardRole({
            address: interfaceAddress(host),
            mtu: hostVarsOf(host).mtu,
            privateKey: key(host).privateKey,
            peers: others(host).map((peer) => ({
              publicKey: key(peer).publicKey,
              address: peer.address,
              endpoint: endpoint(peer),
            })),
            install: fact(host).hasWireguard ? [] : vars.wireguardPackages,
          }),
      ],
    }),
    definePlay({
      name: 'overlay check',
      hosts: 'postgres',
      roles: (host) => [
        overlayCheck({
          address: host.address,
          // One that SSH could not reach either is reported already.
          peers: others(host)
            .filter(reached)
            .map(({ address }) => address),
        }),
      ],
    }),
    definePlay({
      name: 'image',
      hosts: 'postgres',
      // An image of one's own that does not fit must not stop only some of the nodes.
      anyErrorsFatal: !isShippedImage(vars.image),
      roles: (host) => [
        postgresImage({
          image: vars.image,
          dataDir: hostVarsOf(host).dataDir,
          args: buildArgsOf(fact(host), nodes.map(fact), vars.image),
          context: isShippedImage(vars.image) ? shipped('docker/postgres') : undefined,
          status: {
            image: vars.statusImage,
            context: isShippedImage(vars.statusImage) ? shipped('dist/docker/status') : undefined,
          },
          pooler: vars.pooler && {
            image: vars.pooler.image,
            context: isShippedImage(vars.pooler.image) ? shipped('docker/pgbouncer') : undefined,
          },
          // Only names below run-playbook/ are built, and those are ours.
          adopt: true,
          // The one with a major version has the image of PostgreSQL and no other.
          archive: (major && archiveOf(stateDir, `postgres-${major}`)) ?? archive,
          otherArchive: archive,
          install: dockerPackagesOf(host, fact(host), vars.dockerPackages),
        }),
      ],
    }),
    // Before any container is replaced, and on no node where it does not fit one of them.
    definePlay({
      name: 'image fits the data',
      hosts: 'postgres',
      anyErrorsFatal: true,
      roles: (host) => [
        isShippedImage(vars.image) &&
          fact(host).disk !== 'none' &&
          postgresImageFits({ image: vars.image, dataDir: hostVarsOf(host).dataDir }),
      ],
    }),
    ...objectStore,
  ]
}
