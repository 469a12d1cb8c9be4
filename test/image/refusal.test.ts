import assert from 'node:assert/strict'
import { Cluster } from './support/cluster.ts'
import type { Node } from './support/node.ts'

describe('image: what the entrypoint waits for and what it refuses', function () {
  this.timeout(900_000)
  let cluster: Cluster
  let node: Node

  before(async () => {
    cluster = await Cluster.create()
    node = cluster.node('a')
  })
  after(() => cluster.remove())

  const refuses = async (reason: RegExp) => {
    assert.equal(await node.ended(), 1)
    assert.match(await node.logs(), reason)
  }

  it('both a secret and its file', async () => {
    await node.start({
      mode: 'primary',
      env: { POSTGRES_PASSWORD: 'a', POSTGRES_PASSWORD_FILE: '/run/secrets/x' },
    })
    await refuses(/entrypoint: both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set/)
  })

  it('a secret file that is not there, a mode that is not known, no address', async () => {
    await node.start({ mode: 'primary', env: { POSTGRES_PASSWORD_FILE: '/run/secrets/x' } })
    await refuses(/entrypoint: POSTGRES_PASSWORD_FILE: \/run\/secrets\/x does not exist/)
    await node.start({ env: { POSTGRES_REPLICATION_MODE: 'master' } })
    await refuses(/entrypoint: POSTGRES_REPLICATION_MODE must be primary or replica, not 'master'/)
    await node.start({ env: { POSTGRES_OVERLAY_IP: '' } })
    await refuses(/entrypoint: POSTGRES_OVERLAY_IP is not set/)
    await node.start({})
    await refuses(/entrypoint: POSTGRES_REPLICATION_MODE is not set, and there is no data/)
  })

  it('waits for the overlay address, without --init too', async () => {
    const late = '192.0.2.140'
    const env = { POSTGRES_OVERLAY_IP: late, POSTGRES_PEERS: '' }
    await node.start({ mode: 'primary', env, init: false, shell: 'busybox' })
    await node.sickBecause(/waiting for the overlay address 192.0.2.140/)
    assert.match(
      await node.logs(),
      /warning: the container was started without --init; running tini as PID 1/,
    )
    await cluster.docker('network', 'create', '--subnet', '192.0.2.128/28', `${cluster.network}-overlay`)
    await cluster.docker('network', 'connect', '--ip', late, `${cluster.network}-overlay`, node.name)
    assert.match(await node.healthy(), /^primary/)
    assert.equal(await node.shell('cat /proc/1/comm'), 'tini\n')
    assert.equal(await node.sql('SHOW listen_addresses'), late)
    assert.equal((await node.stop()).exitCode, 0)
    await node.remove()
    await cluster.docker('network', 'rm', `${cluster.network}-overlay`)
  })

  it('data that was made with another libc', async () => {
    await node.onVolume('sed -i s/^libc=.*/libc=other/ node.state')
    await node.start({ mode: 'primary' })
    await refuses(/was created with other, but this image has (glibc|musl)/)
    await node.onVolume('sed -i /^libc=/d node.state')
  })

  it('data of another user', async () => {
    await node.onVolume('chown -R 4711 pgdata')
    await node.start({ mode: 'primary' })
    await refuses(/belongs to uid 4711, but postgres has uid \d+ in this image/)
    await node.onVolume('chown -R postgres pgdata')
  })

  it('a managed configuration is used as it stands, and overrides are reported', async () => {
    const settings = `listen_addresses = '${node.address}'\ncluster_name = 'managed'\n`
    await node.onVolume(`mkdir etc && printf "${settings}" > etc/postgresql.conf && chmod 755 etc`)
    await node.onVolume(`echo "local all postgres peer" > etc/pg_hba.conf; chmod 644 etc/*`)
    await node.onVolume(`echo "work_mem = '5MB'" >> pgdata/postgresql.auto.conf`)
    const options = ['--entrypoint', 'sh']
    const link =
      'rmdir /etc/postgresql; ln -s /var/lib/postgresql/data/etc /etc/postgresql; exec entrypoint.sh'
    await node.start({ env: { POSTGRES_PEERS: '' }, options, command: ['-c', link] })
    await node.healthy()
    assert.equal(await node.sql('SHOW cluster_name'), 'managed')
    assert.match(await node.logs(), /warning: postgresql.auto.conf \(ALTER SYSTEM\) overrides work_mem/)
  })
})
