import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { CHECKS, parseLag } from '../../docker/status/http/health-checks.ts'
import { type TestNode, within } from './support/cluster.ts'
import { sharedPair } from './support/shared.ts'

// https://patroni.readthedocs.io/en/latest/rest_api.html: [primary, replica]
const CODES: Readonly<Record<string, readonly [number, number]>> = {
  '/primary': [200, 503],
  '/master': [200, 503],
  '/leader': [200, 503],
  '/read-write': [200, 503],
  '/standby-leader': [503, 503],
  '/standby_leader': [503, 503],
  '/replica': [503, 200],
  '/replica?lag=0': [503, 200],
  '/replica?lag=10MB': [503, 200],
  '/replica?lag=nonsense': [503, 200],
  '/replica?replication_state=streaming': [503, 200],
  '/replica?replication_state=other': [503, 503],
  '/replica?tag_zone=west': [503, 503],
  '/read-only': [200, 200],
  '/read-only?lag=10MB': [200, 200],
  '/async': [503, 200],
  '/asynchronous': [503, 200],
  '/sync': [503, 503],
  '/synchronous': [503, 503],
  '/read-only-sync': [200, 503],
  '/quorum': [503, 503],
  '/read-only-quorum': [200, 503],
  '/health': [200, 200],
  '/patroni': [200, 200],
  '/liveness': [200, 200],
  '/readiness': [200, 200],
  '/readiness?mode=write': [200, 200],
  '/ready': [200, 200],
}

describe("Patroni's health checks", () => {
  let primary: TestNode
  let replica: TestNode

  before(async function () {
    this.timeout(600_000)
    ;[primary, replica] = await sharedPair()
    // The replica learns from its primary what kind of standby it is.
    await within(
      10,
      () => replica.get('/async'),
      ({ status }) => status === 200,
    )
    // How far it is behind is unknown until the primary has said where it is.
    await within(
      10,
      () => replica.status(),
      ({ replication }) => replication.lagBytes !== null,
    )
  })

  for (const [path, [ofPrimary, ofReplica]] of Object.entries(CODES)) {
    it(`${path}: ${ofPrimary} on a primary, ${ofReplica} on a replica`, async () => {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const ask = (node: TestNode) => fetch(node.url + path, { method })
        const both = () => Promise.all([ask(primary), ask(replica)])
        // A primary that has nothing to do writes a record now and then, which the replica replays a moment later.
        const none = path.endsWith('lag=0')
        const [one, other] = await within(5, both, (seen) => !none || seen[1].status === ofReplica)
        assert.deepEqual([one.status, other.status], [ofPrimary, ofReplica], method)
        if (method !== 'GET') assert.equal(await one.text(), '', method)
      }
    })
  }

  it('are all listed above', () => {
    const listed = new Set(Object.keys(CODES).map((path) => path.split('?')[0]))
    assert.deepEqual(
      [...CHECKS.keys()].filter((path) => path !== '/' && !listed.has(path)),
      [],
    )
  })

  it('leave / to browsers, and answer everybody else there', async () => {
    const browser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
    for (const node of [primary, replica]) {
      const page = await node.get('/', browser)
      assert.equal(page.status, 200)
      assert.match(page.headers.get('content-type') ?? '', /text\/html/)
    }
    for (const method of ['GET', 'OPTIONS', 'HEAD']) {
      const codes = await Promise.all([primary, replica].map((node) => fetch(`${node.url}/`, { method })))
      assert.deepEqual(
        codes.map(({ status }) => status),
        [200, 503],
        method,
      )
    }
  })

  it("say in their body what Patroni's say", async () => {
    const body = (await (await primary.get('/primary')).json()) as Record<string, unknown>
    assert.equal(body['state'], 'running')
    assert.equal(body['role'], 'primary')
    assert.equal(body['timeline'], 1)
    assert.equal(body['server_version'], (await primary.status()).postgres.versionNumber)
    const members = async () => {
      const cluster = (await (await replica.get('/cluster')).json()) as { members: Record<string, unknown>[] }
      return cluster.members.map(({ name, role, state, lag }) => [name, role, state, lag])
    }
    const expected = [
      ['node-b', 'replica', 'streaming', 0],
      ['node-a', 'leader', 'running', undefined],
    ]
    await within(5, members, (seen) => isDeepStrictEqual(seen, expected))
  })

  it('read sizes as Patroni does', () => {
    assert.equal(parseLag('1048576'), 1048576)
    assert.equal(parseLag('1024kB'), 1048576)
    assert.equal(parseLag('10MB'), 10 * 2 ** 20)
    assert.equal(parseLag('1GB'), 2 ** 30)
    for (const text of ['', 'MB', '-1', '1e9', '0x10', '1 parsec'])
      assert.equal(parseLag(text), undefined, text)
  })
})
