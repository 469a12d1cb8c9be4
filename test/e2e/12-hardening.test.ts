import assert from 'node:assert/strict'
import { assertSandboxed } from './sandbox.ts'
import { NODES, explain, onNode, runJson } from './support.ts'

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

/** Everything that is the cluster's on a node: data, backups, socket, locks, passwords and keys. */
const FOLDERS =
  '/data /var/lib/run-playbook/postgres /etc/run-playbook/secrets /etc/run-playbook/backup-server/password /etc/run-playbook/backup-server/node.key'
const SOCKET = '/var/lib/run-playbook/postgres/socket/.s.PGSQL.5432'
const CONNECT = `perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); print connect(S, sockaddr_un("${SOCKET}")) ? "connected" : $!'`

describe('a user of a node', function () {
  this.timeout(180_000)
  const STRANGER = 4711

  /** The number that postgres has in the containers, as its data have it. */
  const numberOn = async (node: string): Promise<{ uid: number; gid: number }> => {
    const [uid, gid] = (await onNode(node, "stat -c '%u %g' /data/postgres/pgdata")).split(' ').map(Number)
    assert.ok(uid && gid, `${node}: ${uid} ${gid}`)
    return { uid, gid }
  }
  /** Everybody else that a user of the node can be, by name and number. */
  const usersOn = async (node: string) => {
    const { uid, gid } = await numberOn(node)
    return {
      'a stranger': [STRANGER, STRANGER],
      'a member of the group with its number': [STRANGER, gid],
      'a user with its number': [uid, STRANGER],
      'a user and group with its numbers': [uid, gid],
    } as const
  }
  const as = (node: string, [uid, gid]: readonly [number, number], script: string): Promise<string> =>
    onNode(node, `setpriv --reuid=${uid} --regid=${gid} --clear-groups sh <<'AS'\n${script}\nAS`)

  it('reads and writes nothing of the cluster, whatever number it has', async () => {
    for (const node of NODES) {
      await onNode(node, `find ${FOLDERS} >/tmp/all-files; chmod 0644 /tmp/all-files`)
      try {
        assert.ok(Number(await onNode(node, 'wc -l </tmp/all-files')) > 500, node)
        for (const [who, user] of Object.entries(await usersOn(node))) {
          const reached = await as(
            node,
            user,
            'while IFS= read -r one; do if [ -r "$one" ] || [ -w "$one" ]; then echo "$one"; fi; done </tmp/all-files',
          )
          assert.equal(reached, '', `${node}: ${who}`)
        }
      } finally {
        await onNode(node, 'rm -f /tmp/all-files')
      }
    }
  })

  it('connects to no socket of PostgreSQL, which is there', async () => {
    for (const node of NODES) {
      assert.equal(await onNode(node, CONNECT), 'connected', node)
      for (const [who, user] of Object.entries(await usersOn(node)))
        assert.equal(await as(node, user, CONNECT), 'Permission denied', `${node}: ${who}`)
    }
  })

  it('stops no process of a container and looks into none, without the number', async () => {
    for (const node of NODES) {
      const users = await usersOn(node)
      const pids = await onNode(
        node,
        'for one in $(docker ps -q); do docker top $one -o pid | tail -n +2; done | xargs',
      )
      assert.ok(pids.split(' ').length > 8, `${node}: ${pids}`)
      for (const who of ['a stranger', 'a member of the group with its number'] as const) {
        const found = await as(
          node,
          users[who],
          `for pid in ${pids}; do
  if kill -0 $pid 2>/dev/null; then echo "$pid can be stopped"; fi
  if ls /proc/$pid/root/ >/dev/null 2>&1 || cat /proc/$pid/environ >/dev/null 2>&1; then echo "$pid can be read"; fi
done`,
        )
        assert.equal(found, '', `${node}: ${who}`)
      }
    }
  })

  it('is never given the number: a locked account of ours keeps it', async () => {
    for (const node of NODES) {
      const { uid } = await numberOn(node)
      const entry = await onNode(node, `getent passwd ${uid}`)
      assert.match(
        entry,
        new RegExp(`^run-playbook-${uid}:x:${uid}:\\d+:[^:]*:/nonexistent:/usr/sbin/nologin$`),
        node,
      )
      assert.match(await onNode(node, `passwd --status run-playbook-${uid}`), / L /, node)
      assert.notEqual(
        await onNode(node, 'useradd --system newcomer && id -u newcomer; userdel newcomer'),
        String(uid),
      )
    }
  })

  it('who has the number already is told by the plan, and left alone', async () => {
    const node = 'node-b'
    const { uid } = await numberOn(node)
    await onNode(
      node,
      `userdel --force run-playbook-${uid} && useradd --system --no-create-home --uid ${uid} mine`,
    )
    try {
      const dry = await runJson('site', '--check', '-l', node)
      assert.equal(dry.code, 0, explain(dry))
      const told = dry.tasks.find(({ task }) => task === 'who else has the number of postgres')
      assert.match(told?.because ?? '', new RegExp(`^uid ${uid}, .* is mine on this host`), explain(dry))
      assert.deepEqual(dry.with('would-change', 'unknown', 'failed'), [])
    } finally {
      await onNode(node, 'userdel --force mine')
    }
    const site = await runJson('site', '-l', node)
    assert.equal(site.code, 0, explain(site))
    assert.deepEqual(site.with('changed'), [`${node}: postgres-image › number of postgres`])
  })

  it('who was let into a folder of the cluster by hand is locked out by the next run', async () => {
    const node = 'node-b'
    await onNode(node, 'chmod 0755 /data /var/lib/run-playbook/postgres')
    const site = await runJson('site', '-l', node)
    assert.equal(site.code, 0, explain(site))
    assert.deepEqual(site.with('changed').toSorted(), [
      `${node}: postgres-replica › only root enters /data`,
      `${node}: postgres-replica › shared folder`,
    ])
    assert.equal(await onNode(node, 'stat -c %a /data /var/lib/run-playbook/postgres | xargs'), '700 700')
  })
})
