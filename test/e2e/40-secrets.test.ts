import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type FirstRun, firstRun, readSecrets } from './first-run.ts'
import { ask } from './service.ts'
import { DIR, NODES, explain, freshLab, onNode } from './support.ts'

describe('passwords', function () {
  this.timeout(1_800_000)
  let first: FirstRun
  let secrets: Readonly<Record<string, string>>
  before(async () => {
    first = await firstRun(freshLab)
    secrets = await readSecrets()
    assert.deepEqual(first.secrets, secrets, 'they are others by now')
  })

  function assertAbsent(text: string, where: string): void {
    for (const [name, value] of Object.entries(secrets)) {
      for (const form of [value, Buffer.from(value).toString('base64').replace(/=+$/, '')])
        assert.ok(!text.includes(form), `${name} is in ${where}`)
    }
  }

  it('are in no process list while the cluster is made', () => {
    assert.equal(first.code, 0, explain(first))
    first.processes.forEach((seen, i) => {
      assert.match(seen, /docker/, 'the watch saw nothing')
      assertAbsent(seen, `the processes of ${NODES[i]}`)
    })
  })

  it('are in no output, at -vvv and with diffs', () => {
    assertAbsent(first.stdout + first.stderr, 'the output')
    assertAbsent(first.report, 'the report')
  })

  it('are not in docker inspect, in the container log, or in the journal', async () => {
    for (const node of NODES) {
      assertAbsent(
        await onNode(node, 'docker inspect postgres; docker image inspect run-playbook/postgres'),
        'docker inspect',
      )
      assertAbsent(await onNode(node, 'docker logs postgres 2>&1'), 'the log of the database')
      assertAbsent(
        await onNode(node, 'journalctl --no-pager -q; cat /var/log/*.log 2>/dev/null; true'),
        'the journal',
      )
      assertAbsent(
        await onNode(
          node,
          "for u in root postgres; do docker exec -u $u postgres sh -c 'cat /proc/[0-9]*/environ 2>/dev/null; true'; done",
        ),
        'an environment',
      )
    }
  })

  it('are in nothing that the status service answers', async () => {
    const paths = [
      '/',
      '/status',
      '/metrics',
      '/schema',
      '/primary',
      '/replica',
      '/health',
      '/history',
      '/config',
    ]
    for (const node of NODES) {
      const answers = await Promise.all(
        paths.flatMap((path) => ['*/*', 'text/html'].map((accept) => ask(node, path, 'node-b', accept))),
      )
      assert.ok(answers.join('').includes(node), 'it answered nothing')
      assertAbsent(answers.join('\n'), `the answers of ${node}`)
    }
  })

  it('lie on a node only where root alone can read them', async () => {
    for (const node of NODES) {
      const found = await onNode(
        node,
        'stat -c "%a %U %n" /etc/run-playbook/secrets/* /etc/wireguard/wg0.conf',
      )
      for (const line of found.split('\n')) assert.match(line, /^[46]00 root /)
    }
  })

  it('are encrypted in the state folder', () => {
    const text = readFileSync(`${DIR}/.run-playbook/secrets.age`, 'utf8')
    assert.match(text, /BEGIN AGE ENCRYPTED FILE/)
    assertAbsent(text, 'secrets.age')
  })
})
