import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { makeAuthority } from '../../lib/secrets/certificate.ts'
import { another, healthyCluster, primaryNow } from './cluster.ts'
import { addressOf, statusOf } from './service.ts'
import { type JsonOutcome, NODES, explain, onNode, psql, run, runJson, until } from './support.ts'

const PEM = '/etc/run-playbook/postgres/server.pem'
/** As a file of PostgreSQL has to be. */
const OWN = `chmod 0400 ${PEM}; chown "$(docker exec postgres id -u postgres)":0 ${PEM}`

describe('the files of TLS on a node', function () {
  this.timeout(600_000)
  let primary: string
  let [one, other] = ['', '']

  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    one = another(primary)
    other = another(primary, one)
  })

  const startedAt = () => Promise.all(NODES.map((node) => psql(node, 'SELECT pg_postmaster_start_time()')))
  const warned = async (node: string, code: string, words = /^/) =>
    (await statusOf(node)).warnings.some((it) => it.code === code && words.test(it.message))
  const says = (node: string, code: string, words?: RegExp) =>
    until(`${node} says ${code} ${words}`, () => warned(node, code, words), 60)
  const isQuiet = (node: string) =>
    until(
      `${node} has no word of it`,
      async () => !(await statusOf(node)).warnings.some(({ code }) => /^(tls|certificate)-/.test(code)),
    )
  const shown = async (node: string) => {
    const text = await onNode(
      node,
      `docker exec postgres sh -c 'openssl s_client -starttls postgres -connect ${addressOf(node)}:5432 </dev/null 2>/dev/null'`,
    )
    return new X509Certificate(text.slice(text.indexOf('-----BEGIN'))).fingerprint256
  }
  /** A key and a certificate of somebody else, put in place as PostgreSQL takes it. */
  const place = (node: string, bundle: string) => onNode(node, `printf '%s' '${bundle}' > ${PEM}; ${OWN}`)
  const foreign = (made = new Date()) => makeAuthority('somebody else', made)
  const kept = (node: string) => onNode(node, `cat ${PEM}`)
  const restart = (node: string) => onNode(node, 'docker restart postgres')
  const mended = async (nodes: readonly string[]) => {
    const writes = (outcome: JsonOutcome, status: string) => {
      assert.equal(outcome.code, 0, explain(outcome))
      const tasks = outcome.with(status).filter((task) => task.endsWith('server certificate'))
      assert.deepEqual(new Set(tasks.map((task) => task.split(':')[0])), new Set(nodes), explain(outcome))
    }
    writes(await runJson('site', '--check'), 'would-change')
    writes(await runJson('site'), 'changed')
    const again = await runJson('site')
    assert.deepEqual(again.with('changed', 'failed'), [], explain(again))
  }

  it('are told of in the status before a restart fails, and written again without one', async () => {
    const [started, certificates] = [await startedAt(), await Promise.all(NODES.map(shown))]
    await onNode(primary, `rm ${PEM}`)
    await onNode(one, `: > ${PEM}`)
    await onNode(other, `chown 0:0 ${PEM}; chmod 0600 ${PEM}`)
    await says(primary, 'tls-file', /would not start again: server.pem is missing.*run-playbook site/)
    await says(one, 'tls-file', /server.pem is empty/)
    await says(other, 'tls-file', /server.pem cannot be read by postgres/)
    const table = await run('status')
    for (const words of ['is missing', 'is empty', 'cannot be read by postgres'])
      assert.match(
        table.stdout,
        new RegExp(`critical +node-[abc] +PostgreSQL would not start again: server.pem ${words}`),
      )
    await mended(NODES)
    for (const node of NODES) await isQuiet(node)
    assert.deepEqual(await startedAt(), started)
    assert.deepEqual(await Promise.all(NODES.map(shown)), certificates)
  })

  it('that hold the key and the certificate of somebody else are told of, too', async () => {
    const [started, certificates] = [await startedAt(), await Promise.all(NODES.map(shown))]
    await place(primary, foreign())
    const [key = ''] = foreign().split(/(?=-----BEGIN CERTIFICATE)/)
    const [, certificate = ''] = (await kept(one)).split(/(?=-----BEGIN CERTIFICATE)/)
    await place(one, `${key}${certificate}\n`)
    await onNode(other, `chmod 0444 ${PEM}`)
    await says(one, 'tls-file', /server.pem has a key that does not belong to the certificate/)
    await says(other, 'tls-file', /may be used by others than postgres \(mode 444\)/)
    await says(primary, 'certificate-replaced')
    await mended(NODES)
    for (const node of NODES) await isQuiet(node)
    assert.deepEqual(await startedAt(), started)
    assert.deepEqual(await Promise.all(NODES.map(shown)), certificates)
  })

  it('that are gone after a restart keep PostgreSQL waiting, which site ends', async () => {
    await onNode(primary, `rm ${PEM}`)
    await onNode(one, `echo nonsense > ${PEM}`)
    await Promise.all([primary, one].map(restart))
    await says(primary, 'tls-file', /does not start: server.pem is missing/)
    await until('the table says why', async () =>
      /critical +node-[abc] +PostgreSQL cannot start with TLS: server.pem has no certificate/.test(
        (await run('status')).stdout,
      ),
    )
    await mended([primary, one])
    assert.equal(await primaryNow(), primary)
    for (const node of NODES) await isQuiet(node)
    for (const node of NODES)
      assert.equal(await onNode(node, "docker inspect -f '{{.RestartCount}}' postgres"), '0', node)
  })

  it('that have expired let PostgreSQL start, and site renews them', async () => {
    await place(one, foreign(new Date('2000-01-01')))
    await restart(one)
    await says(one, 'certificate-expired')
    await mended([one])
    await isQuiet(one)
  })
})
