import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { reveal } from '../../lib/core/secret.ts'
import { openSecrets } from '../../lib/secrets/index.ts'
import { ask } from './service.ts'
import { DIR, type Outcome, NODES, explain, freshLab, lab, onNode, start } from './support.ts'

/** Prints each command line that it sees, once. It looks every few milliseconds, and leaves time for what is watched. */
const WATCH = `$| = 1;
  my %seen;
  while (1) {
    opendir my $processes, "/proc" or die;
    for my $pid (grep /^[0-9]/, readdir $processes) {
      open my $file, "<", "/proc/$pid/cmdline" or next;
      local $/;
      my $line = <$file> // next;
      $line =~ tr/\\0\\n/  /;
      print "$line\\n" unless $seen{$line}++;
    }
    select undef, undef, undef, 0.005;
  }`

/** Watches the processes of a node until told to stop; returns all command lines that were seen. */
async function watchProcesses(node: string): Promise<() => Promise<string>> {
  const { engine, nodes } = await lab()
  const container = nodes.find(({ name }) => name === node)?.container ?? ''
  const child = spawn('docker', ['exec', container, 'perl', '-e', WATCH, 'watch-processes'], {
    env: engine.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let seen = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (seen += chunk))
  return async () => {
    child.kill('SIGKILL')
    await onNode(node, "pkill -f 'watch-proces[s]es' || true")
    return seen
  }
}

describe('passwords', function () {
  this.timeout(1_800_000)
  let outcome: Outcome
  let processes: string[]
  const secrets: Record<string, string> = {}
  before(async () => {
    await freshLab()
    const stops = await Promise.all(NODES.map(watchProcesses))
    outcome = await start(['site', '-vvv', '--diff']).done
    processes = await Promise.all(stops.map((stop) => stop()))
    const store = await openSecrets({ stateDir: `${DIR}/.run-playbook` })
    for (const name of ['postgres.superuser', 'postgres.replicator', 'postgres.app'])
      secrets[name] = reveal(store.get(name))
    secrets['promotion.key'] = reveal(store.get('promotion.key')).split('\n')[1] ?? ''
    for (const node of NODES)
      secrets[`wireguard.${node}`] = reveal(store.wireguardKey(`wireguard.${node}`).privateKey)
  })

  function assertAbsent(text: string, where: string): void {
    for (const [name, value] of Object.entries(secrets)) {
      for (const form of [value, Buffer.from(value).toString('base64').replace(/=+$/, '')])
        assert.ok(!text.includes(form), `${name} is in ${where}`)
    }
  }

  it('are in no process list while the cluster is made', () => {
    assert.equal(outcome.code, 0, explain(outcome))
    processes.forEach((seen, i) => {
      assert.match(seen, /docker/, 'the watch saw nothing')
      assertAbsent(seen, `the processes of ${NODES[i]}`)
    })
  })

  it('are in no output, at -vvv and with diffs', () =>
    assertAbsent(outcome.stdout + outcome.stderr, 'the output'))

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
