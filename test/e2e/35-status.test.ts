import assert from 'node:assert/strict'
import { addressOf, ask, askOften, statusOf } from './service.ts'
import { NODES, explain, onNode, psql, run, until } from './support.ts'

describe('the status service', function () {
  this.timeout(900_000)

  before(async () => {
    const site = await run('site')
    assert.equal(site.code, 0, explain(site))
  })

  it('tells on every node what the node is', async () => {
    for (const node of NODES) {
      const replica = (await psql(node, 'SELECT pg_is_in_recovery()')) === 't'
      // Peers, replication and backups are each asked at moments of their own, and a repository that is slow to read is old.
      await until(
        `all well on ${node}`,
        async () => {
          const { peers, replication, backups } = await statusOf(node)
          const { status } = replication.receiver ?? {}
          if (
            peers.every(({ reached }) => reached) &&
            status === (replica ? 'streaming' : undefined) &&
            !backups.old &&
            backups.last.full?.result === 'ok'
          )
            return true
          throw new Error(JSON.stringify({ peers, replication, backups }))
        },
        120,
      )
      const { postgres } = await statusOf(node)
      assert.equal(postgres.role, replica ? 'replica' : 'primary')
      assert.equal(
        postgres.systemIdentifier,
        await psql(node, 'SELECT system_identifier FROM pg_control_system()'),
      )
    }
    assert.match(await ask('node-b', '/', 'node-c', 'text/html'), /<h3>node-a<\/h3>/)
  })

  it('listens on the overlay only, as everything on a node but its SSH and its WireGuard', async () => {
    for (const node of NODES) {
      const wireguard = await onNode(node, 'wg show wg0 listen-port')
      const sockets = (await onNode(node, "ss -ltunH | awk '{print $1, $5}'")).split('\n')
      assert.ok(sockets.includes(`tcp ${addressOf(node)}:8008`), sockets.join(', '))
      const own = new RegExp(`^tcp (0\\.0\\.0\\.0|\\*|\\[::\\]):22$|^udp \\S+:${wireguard}$`)
      const inside = (socket: string) =>
        / (127\.|\[::1\]:)/.test(socket) || socket.includes(` ${addressOf(node)}:`)
      assert.deepEqual(
        sockets.filter((socket) => !inside(socket) && !own.test(socket)),
        [],
        node,
      )
    }
  })

  it('may do nothing but look', async () => {
    const inside = (command: string) =>
      onNode('node-a', `docker exec postgres-status ${command} 2>&1 || true`)
    assert.match(await inside('id'), /uid=8008\(monitor\)/)
    assert.match(await inside('touch /x'), /Read-only file system/)
    assert.match(await inside('psql -U postgres -c SELECT'), /Peer authentication failed for user "postgres"/)
    assert.match(await inside("psql -U monitor -d postgres -c 'CREATE TABLE x (i int)'"), /permission denied/)
    assert.match(await inside('cat /proc/1/status'), /CapEff:\s+0{16}/)
    // The server forgets the session that was refused a moment after its psql has ended.
    const sessions = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'monitor'"
    await until('one session', async () => (await psql('node-a', sessions)) === '1')
  })

  it('shows within 5 s that PostgreSQL was stopped, here and on the other nodes', async () => {
    await onNode('node-c', 'docker stop postgres')
    await until('its own word', async () => !(await statusOf('node-c')).postgres.up, 5)
    await until(
      'the word of its peer',
      async () => (await statusOf('node-a')).peers.some(({ name, up }) => name === 'node-c' && up === false),
      5,
    )
    // Each node asks the others at moments of its own: that one of them knows it says nothing of the next.
    await until(
      'the page of its other peer',
      async () => /<h1>node-c is down/.test(await ask('node-b', '/', 'node-a', 'text/html')),
      5,
    )
    assert.match(await ask('node-c', '/metrics'), /^pg_up 0$/m)
    await onNode('node-c', 'docker start postgres')
    await until('it is back', async () => (await statusOf('node-c')).replication.lagBytes === 0, 60)
  })

  it('takes less than 64 MB', async () => {
    await askOften('node-b', ['/status', '/metrics', '/primary'], 60)
    const kb = await onNode(
      'node-b',
      `awk '/VmRSS/ {print $2}' /proc/$(docker inspect -f '{{.State.Pid}}' postgres-status)/status`,
    )
    assert.ok(Number(kb) < 64 * 1024, `${kb} kB`)
  })
})
