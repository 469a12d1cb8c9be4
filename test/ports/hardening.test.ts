import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { HostRecap, TaskEnded } from '../../lib/core/events.ts'
import { objects, runCli } from '../support/cli.ts'
import { type PortHost, startHost, stopHost } from './host.ts'

/** What somebody changed by hand, and the tasks and handlers that must say so. */
const DRIFT = [
  {
    by: `sed -i 's/^PermitRootLogin.*/PermitRootLogin yes/' /etc/ssh/sshd_config`,
    tasks: ['sshd_config', 'restart ssh'],
  },
  { by: 'chmod 0644 /etc/ssh/ssh_host_ecdsa_key', tasks: ['access to /etc/ssh/ssh_host_ecdsa_key'] },
  {
    by: 'DEBIAN_FRONTEND=noninteractive apt-get remove -y -q libpam-passwdqc',
    tasks: ['password checks', 'PAM profile passwdqc', 'PAM profiles in use'],
  },
  { by: 'systemctl stop cron', tasks: ['cron runs'] },
  { by: `sed -i 's/^UMASK.*/UMASK 022/' /etc/login.defs`, tasks: ['login.defs'] },
  { by: 'sysctl -q -w net.ipv4.conf.all.rp_filter=0', tasks: ['kernel settings'] },
  { by: 'echo + >/root/.rhosts', tasks: ['no .rhosts of root'] },
  { by: 'install -m 0777 /bin/true /usr/local/bin/open', tasks: ['nobody writes to /usr/local/bin/open'] },
]
const NAMED = DRIFT.flatMap(({ tasks }) => tasks).toSorted()

// What a login, apt and systemd write at any moment is left out.
const LISTING = `find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp \\
  -o -path /var/log \\) -prune -o -printf '%p %y %m %u %g %s %T@\\n' | sort; sysctl net 2>/dev/null | grep -v conntrack_count; systemctl is-active ssh cron || :`

/** Lines that only one of the two has. */
function differences(before: string, now: string): string[] {
  const old = new Set(before.split('\n'))
  const fresh = new Set(now.split('\n'))
  return [...[...old].filter((line) => !fresh.has(line)), ...[...fresh].filter((line) => !old.has(line))]
}

interface Run {
  readonly code: number | null
  readonly tasks: readonly TaskEnded[]
  readonly recap: HostRecap
  /** Names of the tasks that ended so, sorted. */
  readonly named: (...statuses: string[]) => string[]
}

describe('a role ported from dev-sec', function () {
  this.timeout(1_800_000)
  const state = mkdtempSync(join(tmpdir(), 'port-'))
  let host: PortHost

  before(async () => {
    host = await startHost()
  })
  after(async () => {
    rmSync(state, { recursive: true, force: true })
    await stopHost()
  })

  async function run(...options: string[]): Promise<Run> {
    const project = ['test/ports/hardening/playbook.ts', '--inventory', 'test/ports/hardening/inventory.ts']
    const args = [...project, '--ssh-config', host.sshConfig, '--output', 'json', ...options]
    const { code, stdout, stderr } = await runCli({ folder: state }, args, { cwd: resolve('.') })
    const events = objects(stdout) as { type: string }[]
    const tasks = events.filter((event): event is TaskEnded => event.type === 'task')
    const recap = (events.at(-1) as { hosts?: Record<string, HostRecap> } | undefined)?.hosts?.['host']
    const errors = tasks.flatMap(({ task, error }) => (error ? [`${task}: ${error.message}`] : []))
    assert.ok(recap !== undefined && code === 0, `exit ${code}\n${errors.join('\n')}\n${stderr}`)
    const named = (...statuses: string[]) =>
      tasks
        .filter(({ status }) => statuses.includes(status))
        .map(({ task }) => task)
        .toSorted()
    return { code, tasks, recap, named }
  }

  const planOf = ({ tasks }: Run) =>
    tasks.map(({ task, status, changes, after: cause }) => ({ task, status, changes, cause }))

  const table: string[] = []
  function note(what: string, { recap, tasks }: Run): void {
    const { wouldChange, changed, unknown, ok, skipped, roundTrips } = recap
    const cells = [what, tasks.length, wouldChange + changed, unknown, ok, skipped, roundTrips]
    table.push(
      cells.map((cell, i) => (i === 0 ? String(cell).padEnd(28) : String(cell).padStart(8))).join(''),
    )
  }
  after(() => {
    const head = ['tasks', 'changed', 'unknown', 'ok', 'skipped', 'trips']
      .map((word) => word.padStart(8))
      .join('')
    console.log([''.padEnd(28) + head, ...table].map((line) => `    ${line}`).join('\n'))
  })

  it('tells on a bare host all that it will change, and changes nothing', async () => {
    const before = await host.sh(LISTING)
    const dry = await run('--check')
    note('bare, dry run', dry)
    assert.ok(dry.tasks.length >= 50)
    assert.deepEqual(differences(before, await host.sh(LISTING)), [])

    const made = await run()
    note('bare', made)
    const told = new Set(dry.named('would-change', 'unknown'))
    assert.deepEqual(
      made.named('changed').filter((task) => !told.has(task)),
      [],
    )
    assert.match(await host.sh('sshd -T'), /^permitrootlogin (without-password|prohibit-password)$/m)
  })

  it('changes nothing when it runs again', async () => {
    const again = await run()
    note('converged', again)
    assert.deepEqual(again.named('changed'), [])
    const dry = await run('--check')
    note('converged, dry run', dry)
    assert.deepEqual(dry.named('would-change', 'unknown'), [])
  })

  for (const batch of [[], ['--no-batch']])
    it(`names what somebody changed by hand, and mends it ${batch.join('')}`, async () => {
      for (const { by } of DRIFT) await host.sh(by)
      const dry = await run('--check')
      note('drifted, dry run', dry)
      assert.deepEqual(dry.named('would-change'), NAMED)
      assert.ok(dry.recap.unknown <= dry.tasks.length / 4, `unknown: ${dry.named('unknown').join(', ')}`)
      assert.deepEqual(planOf(await run('--check', '--no-batch')), planOf(dry))

      const mended = await run(...batch)
      note(`drifted ${batch.join('')}`, mended)
      assert.deepEqual(mended.named('changed'), NAMED)
      assert.deepEqual((await run(...batch)).named('changed'), [])
    })
})
