import assert from 'node:assert/strict'
import { hostPort, splitHostPort } from '../../../lib/core/host-port.ts'
import { serverName, serverOfName } from '../../../lib/postgres/target.ts'

describe('a host with a port', () => {
  for (const [host, port, text] of [
    ['10.88.0.11', 5432, '10.88.0.11:5432'],
    ['fd00::11', 51820, '[fd00::11]:51820'],
    ['fe80::1%eth0', 22, '[fe80::1%eth0]:22'],
    ['::1', 1, '[::1]:1'],
    ['db.example', 80, 'db.example:80'],
  ] as const)
    it(`is written and read: ${text}`, () => {
      assert.equal(hostPort(host, port), text)
      assert.deepEqual(splitHostPort(text), { host, port })
      assert.deepEqual(splitHostPort(host), { host, port: undefined })
    })

  it('keeps its brackets out of the host', () => {
    assert.deepEqual(splitHostPort('[fd00::11]'), { host: 'fd00::11', port: undefined })
  })

  it('is the name of a PostgreSQL server, which leads back to it', () => {
    for (const on of [
      { host: 'fd00::11', port: 5433 },
      { host: '10.0.0.1', port: 5432 },
    ])
      assert.deepEqual(serverOfName(serverName(on)), on)
  })
})
