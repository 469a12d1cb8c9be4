import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Host, type Play, definePlay } from 'run-playbook'
import { overlayCheck, postgresImage, wireguardRole } from 'run-playbook/roles'
import { type ClusterContext, clusterOf, hostVarsOf, shipped } from 'run-playbook/cluster'

/** What a node needs before it can have a database: the overlay, Docker and the image. */
export function groundPlays(context: ClusterContext): readonly Play[] {
  const { vars, secrets, stateDir } = context
  const { nodes, fact, others, reached } = clusterOf(context)
  const key = ({ name }: Host) => secrets.wireguardKey(`wireguard.${name}`)
  const endpoint = (host: Host) => hostVarsOf(host).endpoint ?? fact(host).reachedAt
  // A node that was not reached has an endpoint nobody knows now: the tunnels stay as they are.
  const asked = nodes.some((node) => fact(node).reached)
  const meshKnown = !asked || nodes.every(endpoint)
  const managed = (host: Host) =>
    meshKnown && hostVarsOf(host).overlay === 'auto' && fact(host).overlay !== 'foreign'
  const archive = join(stateDir, 'images/postgres.tar.gz')
  return [
    definePlay({
      name: 'overlay',
      hosts: 'postgres',
      roles: (host) => [
        managed(host) &&
          wireguardRole({
            address: `${host.address}/24`,
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
      roles: (host) => [
        postgresImage({
          image: vars.image,
          context: shipped('docker/postgres'),
          status: { image: vars.statusImage, context: shipped('dist/docker/status') },
          archive: existsSync(archive) ? archive : undefined,
          install: fact(host).hasDocker ? [] : vars.dockerPackages,
        }),
      ],
    }),
  ]
}
