import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { shownCertificate } from '../../../../docker/status/facts/certificate.ts'
import { makeAuthority } from '../../../../lib/secrets/certificate.ts'
import { postgresSettings } from '../../../../lib/postgres/modules/settings/module.ts'
import { type PostgresChannel, createPostgresChannel, sql } from '../../../../lib/postgres/channel.ts'
import { localConnection } from '../support/connection.ts'
import { converge, look } from '../support/converge.ts'
import { type TestServer, startServer } from '../support/server.ts'

describe('postgres_settings', function () {
  let server: TestServer
  let channel: PostgresChannel
  let original: string
  before(async function () {
    this.timeout(300_000)
    server = await startServer()
    original = readFileSync(file(), 'utf8')
    channel = createPostgresChannel(localConnection())
    await converge(channel, task())
  })
  after(async () => {
    await channel?.close()
    server?.remove()
  })

  const file = (name = 'postgresql.conf') => join(server.folder, 'data', name)
  const task = (container?: string) => postgresSettings('in effect', { on: server.target, container })
  const write = (...lines: string[]) => writeFileSync(file(), [original, ...lines, ''].join('\n'))
  const stale = { what: 'configuration', from: 'changed since it was read', to: 'in effect' }

  it('has nothing to do when nothing changed', async () => {
    assert.equal((await look(channel, task())).plan.because, 'what the files say is in effect')
  })

  it('reloads what changed, even within the second and with an old date, and only once', async () => {
    write("work_mem = '9MB'")
    utimesSync(file(), 1000, 1000)
    assert.deepEqual(await converge(channel, task()), [stale])
    const reply = await channel.run(sql('SHOW work_mem', server.target))
    assert.equal(reply.stdout.toString(), '[{"work_mem":"9MB"}]')
    assert.deepEqual(await converge(channel, task()), [])
    appendFileSync(file('pg_hba.conf'), 'host all nobody 10.0.0.0/8 reject\n')
    assert.deepEqual(await converge(channel, task()), [stale])
  })

  it('reloads when a certificate or a key was replaced', async () => {
    const certificates = ['server.crt', 'server.key'].map((name) => file(name))
    const replace = () => {
      const bundle = makeAuthority('server', new Date())
      for (const path of certificates) server.give(path, bundle)
      return new X509Certificate(bundle).serialNumber
    }
    // It is not looked for where TLS is off: on many systems the default names a file that is not there.
    assert.deepEqual(await converge(channel, task()), [])
    replace()
    assert.deepEqual(await converge(channel, task()), [])
    write('ssl = on')
    assert.deepEqual(await converge(channel, task()), [stale])
    const wanted = replace()
    assert.deepEqual(await converge(channel, task()), [stale])
    assert.deepEqual(await converge(channel, task()), [])
    const { host, port } = server.target
    assert.equal((await shownCertificate(host, port))?.serialNumber, wanted)
    write()
    assert.deepEqual(await converge(channel, task()), [stale])
  })

  it('restarts the container for a setting that needs it', async () => {
    write('max_prepared_transactions = 5')
    await assert.rejects(look(channel, task()), /restarted for max_prepared_transactions/)
    const expected = [stale, { what: 'max_prepared_transactions', from: '0', to: '5' }]
    const { state, plan } = await look(channel, task('postgres'))
    assert.deepEqual(plan.changes, expected)
    const scripts = task('postgres').module.apply({ on: server.target, container: 'postgres' }, state)
    assert.match((scripts[0] as ShellStep).script, /docker restart postgres/)
    await sleep(1000)
    server.restart()
    assert.deepEqual((await look(channel, task('postgres'))).plan.changes, [])
    // Removed again is a change as well.
    write()
    const removed = (await look(channel, task('postgres'))).plan.changes
    assert.deepEqual(removed, [stale, { what: 'max_prepared_transactions', from: '5', to: 'default' }])
    await sleep(1000)
    server.restart()
  })

  it('restarts a server that was started with too little for what its files say now', async () => {
    // As the entrypoint starts a standby.
    server.stop()
    server.start('-c max_prepared_transactions=3')
    write('max_prepared_transactions = 5')
    const grown = { what: 'max_prepared_transactions', from: '3', to: '5' }
    assert.deepEqual((await look(channel, task('postgres'))).plan.changes, [stale, grown])
    // More than that a standby may well have, and a restart would not change it.
    write('max_prepared_transactions = 2')
    assert.deepEqual((await look(channel, task('postgres'))).plan.changes, [stale])
    write()
    await sleep(1000)
    server.restart()
  })

  it('forgets a setting that was taken back before the restart', async () => {
    write('max_prepared_transactions = 6')
    assert.equal((await look(channel, task('postgres'))).plan.changes.length, 2)
    write()
    assert.deepEqual(await converge(channel, task('postgres')), [stale])
  })

  it('says where the mistakes are and touches nothing', async () => {
    write('nonsense = 1', "shared_buffers = 'much'", "work_mem = '1MB'")
    appendFileSync(file('pg_hba.conf'), 'hostile all all\n')
    await assert.rejects(look(channel, task('postgres')), (error: Error) => {
      assert.match(error.message, /postgresql\.conf:\d+: nonsense: unrecognized configuration parameter/)
      assert.match(error.message, /pg_hba\.conf:\d+: invalid connection type "hostile"/)
      return true
    })
    write("shared_buffers = 'much'")
    await assert.rejects(look(channel, task('postgres')), /shared_buffers: setting could not be applied/)
  })
})
