import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Host, UserError, definePlay, definePlaybook, pattern, z } from 'run-playbook'
import {
  choosePrimary,
  nodeFact,
  overlayCheck,
  postgresImage,
  postgresPrimary,
  postgresReplica,
  wireguardRole,
} from '../roles/index.ts'

export default definePlaybook({
  description: 'the whole PostgreSQL cluster, from bare nodes or any half-done state',
  vars: z.strictObject({
    image: z.string().default('run-playbook/postgres'),
    /** Each with an owner of the same name, whose password is in the secrets as `postgres.<name>`. */
    databases: z.array(z.string()).default(['app']),
    maxConnections: z.int().min(10).default(100),
    dockerPackages: z.array(z.string()).default(['docker.io']),
    wireguardPackages: z.array(z.string()).default(['wireguard-tools']),
  }),
  fact: nodeFact,
  plays: ({ vars, hosts, facts, secrets, stateDir }) => {
    const nodes = hosts.filter(({ groups }) => groups.includes('postgres'))
    if (nodes.length === 0)
      throw new UserError('E_NO_NODES', 'the inventory has no group "postgres" with hosts', {
        hint: 'site makes a cluster of that group; inventory.ts of run-playbook shows how.',
      })
    const first = nodes.find(({ groups }) => groups.includes('first-primary')) ?? (nodes[0] as Host)
    const primary = choosePrimary(nodes, facts, first)
    const fact = ({ name }: Host) => facts[name] ?? nodeFact.unknown
    const others = (host: Host) => nodes.filter((node) => node !== host)
    // Before the nodes were asked the plays are made for all of them, so that mistakes are found at once.
    const asked = nodes.some((node) => fact(node).reached)
    const reached = (node: Host) => !asked || fact(node).reached
    const key = ({ name }: Host) => secrets.wireguardKey(`wireguard.${name}`)
    const endpoint = (host: Host) => host.vars.endpoint ?? fact(host).reachedAt
    // A node that was not reached has an endpoint nobody knows now: the tunnels stay as they are.
    const meshKnown = !asked || nodes.every(endpoint)
    const archive = join(stateDir, 'images/postgres.tar.gz')
    const node = (host: Host) => ({
      image: vars.image,
      address: host.address,
      nodes: nodes.map(({ address }) => address),
      primary: primary.address,
      dataDir: host.vars.dataDir,
      backupDir: host.vars.backupDir,
      memoryMb: fact(host).memoryMb,
      cores: fact(host).cores,
      mostCores: Math.max(...nodes.map((one) => fact(one).cores)),
      maxConnections: vars.maxConnections,
      passwords: {
        postgres: secrets.password('postgres.superuser'),
        replicator: secrets.password('postgres.replicator'),
      },
    })
    const managed = (host: Host) =>
      meshKnown && host.vars.overlay === 'auto' && fact(host).overlay !== 'foreign'
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
            context: fileURLToPath(new URL('../docker/postgres', import.meta.url)),
            archive: existsSync(archive) ? archive : undefined,
            install: fact(host).hasDocker ? [] : vars.dockerPackages,
          }),
        ],
      }),
      definePlay({
        name: 'primary',
        hosts: pattern(primary.name),
        anyErrorsFatal: true,
        roles: (host) => [
          postgresPrimary({
            ...node(host),
            databases: vars.databases.map((name) => ({
              name,
              password: secrets.password(`postgres.${name}`),
            })),
          }),
        ],
      }),
      definePlay({
        name: 'replicas',
        hosts: 'postgres',
        roles: (host) => [host !== primary && postgresReplica(node(host))],
      }),
    ]
  },
})
