import assert from 'node:assert/strict'
import { assertSandboxed } from './sandbox.ts'
import { NODES, onNode } from './support.ts'

/** The numbers of linux/capability.h, and why a container of ours has each. */
const CAPABILITIES: Readonly<Record<number, string>> = {
  0: 'CHOWN: files are given to postgres',
  1: 'DAC_OVERRIDE: root works in folders that are private to postgres',
  3: 'FOWNER: root sets the mode of what is postgres’s',
  5: 'KILL: root stops and reloads processes of postgres',
  6: 'SETGID: root becomes postgres',
  7: 'SETUID: root becomes postgres',
}
const WITHOUT_ANY = ['postgres-status']
const WRITABLE_ROOT: Readonly<Record<string, string>> = {
  postgres: 'log and spool of pgBackRest, psql_history',
  pgbackrest: 'log of pgBackRest',
}

interface Status {
  readonly CapBnd: string
  readonly CapEff: string
  readonly NoNewPrivs: string
  readonly Seccomp: string
}

/**
 * What the kernel says of the processes of a container, first process first. Not of a runc that is there to start a health check:
 * until it becomes that program it belongs to the engine, and has what the engine has.
 */
async function processes(node: string, container: string): Promise<readonly (Status & { name: string })[]> {
  const text = await onNode(
    node,
    `for pid in $(docker top ${container} -o pid | tail -n +2); do
      case $(readlink /proc/$pid/exe) in */runc | *:runc_cloned:* | *'/runc (deleted)') ;; *) cat /proc/$pid/status 2>/dev/null ;; esac
    done; true`,
  )
  return text
    .split(/^(?=Name:)/m)
    .filter((one) => one.includes('Seccomp:'))
    .map((one) => {
      const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(one)?.[1] ?? ''
      return {
        name: field('Name'),
        CapBnd: field('CapBnd'),
        CapEff: field('CapEff'),
        NoNewPrivs: field('NoNewPrivs'),
        Seccomp: field('Seccomp'),
      }
    })
}

const bits = (mask: string): number[] => {
  const value = BigInt(`0x${mask}`)
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (value >> BigInt(bit)) & 1n)
}

describe('the containers and services of a node', function () {
  this.timeout(600_000)

  it('have no capability but those with a reason, and can get no other', async () => {
    for (const node of NODES) {
      const names = (await onNode(node, "docker ps --format '{{.Names}}'")).split(/\s+/).filter(Boolean)
      assert.ok(names.length >= 4, `${node}: ${names.join(' ')}`)
      for (const container of names) {
        const found = await processes(node, container)
        assert.ok(found.length > 0, `${node}: ${container} has no process`)
        for (const { name, CapBnd, NoNewPrivs, Seccomp } of found) {
          const where = `${node}: ${name} in ${container}`
          const unexplained = bits(CapBnd).filter((bit) => CAPABILITIES[bit] === undefined)
          assert.deepEqual(unexplained, [], where)
          if (WITHOUT_ANY.includes(container)) assert.deepEqual(bits(CapBnd), [], where)
          assert.equal(NoNewPrivs, '1', where)
          assert.equal(Seccomp, '2', where)
        }
      }
    }
  })

  it('give PostgreSQL no capability at all', async () => {
    for (const node of NODES) {
      const servers = (await processes(node, 'postgres')).filter(({ name }) => name === 'postgres')
      assert.ok(servers.length > 3, `${servers.length} processes`)
      for (const { CapEff } of servers) assert.deepEqual(bits(CapEff), [], node)
    }
  })

  it('write to no root but those with a reason', async () => {
    for (const node of NODES) {
      const text = await onNode(
        node,
        "docker inspect -f '{{.Name}} {{.HostConfig.ReadonlyRootfs}}' $(docker ps -q)",
      )
      for (const line of text.trim().split('\n')) {
        const [name = '', readOnly] = line.slice(1).split(' ')
        if (WRITABLE_ROOT[name] === undefined) assert.equal(readOnly, 'true', `${node}: ${name}`)
      }
    }
  })

  it('prove the backups in a service that can do little else', async () => {
    for (const node of NODES) await assertSandboxed(node, 'run-playbook-drill.service')
  })
})
