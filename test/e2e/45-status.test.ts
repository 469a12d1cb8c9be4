import assert from 'node:assert/strict'
import { killNode, restartNode } from '../../docker/lab/lab.ts'
import { healthyCluster, primaryNow } from './cluster.ts'
import { NODES, type Outcome, explain, lab, onNode, run, start, until } from './support.ts'

interface Report {
  readonly nodes: Record<
    string,
    {
      readonly unreached?: { readonly message: string }
      readonly postgres: { readonly up: boolean; readonly role: string; readonly reason: string | null }
      readonly replication: { readonly lagBytes: number | null; readonly standbys: { node: string }[] }
    }
  >
  readonly warnings: { readonly node: string | null; readonly code: string; readonly severity: string }[]
}

const lines = ({ stdout }: Pick<Outcome, 'stdout'>) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { readonly type: string; readonly data?: Report })

async function status(): Promise<Report & { code: number | null }> {
  const outcome = await run('status', '--output', 'json')
  const report = lines(outcome).find(({ type }) => type === 'report')
  assert.ok(report?.data, explain(outcome))
  return { ...report.data, code: outcome.code }
}

const said = ({ warnings }: Report) => warnings.map(({ node, code }) => `${node} ${code}`)

describe('status', function () {
  this.timeout(600_000)
  let primary: string
  let replica: string
  let other: string
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    ;[replica, other] = NODES.filter((node) => node !== primary) as [string, string]
    await untilAllWell()
  })

  const untilAllWell = () =>
    until('all well', async () => {
      const { nodes } = await status()
      return [replica, other].every((node) => nodes[node]?.replication.lagBytes != null)
    })

  it('has all nodes in one table and asks each once', async () => {
    const outcome = await run('status')
    assert.equal(outcome.code, 0, explain(outcome))
    assert.match(outcome.stdout, /^node +role +lag +slots +newest backup +connections +timeline /)
    assert.match(outcome.stdout, new RegExp(`^${primary} +primary `, 'm'))
    assert.match(outcome.stdout, new RegExp(`^${replica} +replica +[\\d.]+ [kM]?B `, 'm'))
    assert.doesNotMatch(outcome.stdout, /Nothing had to change|round trip/)
    const recap = lines(await run('status', '--output', 'json')).at(-1) as unknown as {
      hosts: Record<string, { roundTrips: number }>
    }
    assert.deepEqual(
      NODES.map((node) => recap.hosts[node]?.roundTrips),
      [1, 1, 1],
    )
  })

  it('shows a replica whose container is stopped, from both sides', async () => {
    await onNode(replica, 'docker stop postgres')
    let seen = await status()
    // The primary ends the session of a replica that is gone at a moment of its own.
    await until(
      'the primary to miss it',
      async () => {
        seen = await status()
        return said(seen).includes(`${primary} standby-missing`)
      },
      15,
    )
    assert.equal(seen.code, 0)
    assert.deepEqual(seen.nodes[replica]?.postgres.up, false)
    assert.match(seen.nodes[replica]?.postgres.reason ?? '', /^the container postgres is stopped/)
    assert.equal(seen.nodes[replica]?.postgres.role, 'replica')
    assert.ok(said(seen).includes(`${replica} postgres-down`))
    assert.ok(said(seen).includes(`${primary} standby-missing`))
    assert.match((await run('status')).stdout, new RegExp(`^${replica} +replica down`, 'm'))
    await onNode(replica, 'docker start postgres')
  })

  it('shows a server that hangs, and does not hang with it', async () => {
    const signal = (name: string) =>
      onNode(other, `docker exec postgres sh -c 'kill -${name} $(head -n 1 "$PGDATA/postmaster.pid")'`)
    await signal('STOP')
    try {
      const seen = await status()
      assert.equal(seen.nodes[other]?.postgres.reason, 'PostgreSQL does not answer in time')
    } finally {
      await signal('CONT')
    }
    await untilAllWell()
  })

  it('has a row for a node that is gone, and ends with 4', async () => {
    await killNode(await lab(), other)
    try {
      const seen = await status()
      assert.equal(seen.code, 4)
      assert.ok(seen.nodes[other]?.unreached?.message)
      assert.equal(seen.nodes[primary]?.postgres.up, true)
      assert.ok(said(seen).includes(`${other} node-unreachable`))
    } finally {
      await restartNode(await lab(), other)
    }
  })

  it('is watched: what changes shows within five seconds, and Ctrl-C ends it', async () => {
    const { child, done } = start(['status', '--watch', '1', '--output', 'json'])
    let stdout = ''
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    const last = () =>
      lines({ stdout: stdout.slice(0, stdout.lastIndexOf('\n')) }).findLast(({ type }) => type === 'report')
    const up = (wanted: boolean) => async () => last()?.data?.nodes?.[replica]?.postgres.up === wanted
    await until('the first report', up(true), 60)
    await onNode(replica, 'docker kill postgres')
    await until('the loss to show', up(false), 5)
    await onNode(replica, 'docker start postgres')
    // Its recovery comes first.
    await until('the return to show', up(true), 60)
    child.kill('SIGINT')
    const outcome = await done
    assert.equal(outcome.code, 0, explain(outcome))
    assert.equal(lines(outcome).at(-1)?.type, 'recap')
    assert.equal(outcome.stderr, '')
  })

  it('is watched only where nothing is changed', async () => {
    const outcome = await run('site', '--watch')
    assert.equal(outcome.code, 1)
    assert.match(outcome.stderr, /--watch is for playbooks that change nothing, and site has plays/)
  })
})
