import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { HostRecap, TaskEnded } from '../../lib/core/events.ts'
import { objects, runCli } from '../support/cli.ts'
import { type PortHost, startHost, stopHost } from './host.ts'

export interface Drift {
  /** POSIX sh, as root on the host. */
  readonly by: string
  /** The tasks and handlers that must say so, and mend it. */
  readonly tasks: readonly string[]
  /** Handlers of tasks that the dry run cannot know: it says that they would run, and they do not. */
  readonly needless?: readonly string[]
}

/** A role of others, written anew, in a folder of its name. */
export interface Port {
  readonly name: string
  /** How many tasks it has at least. */
  readonly tasks: number
  /** What somebody changed by hand. */
  readonly drift: readonly Drift[]
  /** What of the tasks a dry run may not know: on a bare host, and on one that somebody changed. */
  readonly unknown: { readonly bare: number; readonly drifted: number }
  /** What of the tasks may be a shell or a command. */
  readonly shells: number
  /** Something else that the host must be once the role has run. */
  readonly works: (host: PortHost) => Promise<void>
}

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
  readonly tasks: readonly TaskEnded[]
  readonly recap: HostRecap
  /** Names of the tasks that ended so, sorted. */
  readonly named: (...statuses: string[]) => string[]
}

const planOf = ({ tasks }: Run) =>
  tasks.map(({ task, status, changes, after: cause }) => ({ task, status, changes, cause }))

/** Applies the role to a bare host, again, and after somebody has changed the host; each time with a dry run before it. */
export function provePort(port: Port): void {
  const { name, drift, unknown, works } = port
  const named = drift.flatMap(({ tasks }) => tasks).toSorted()
  const needless = drift.flatMap((one) => one.needless ?? [])

  describe(`the role ${name}, written anew`, function () {
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
      const project = [`test/ports/${name}/playbook.ts`, '--inventory', `test/ports/${name}/inventory.ts`]
      const args = [...project, '--ssh-config', host.sshConfig, '--output', 'json', ...options]
      const { code, stdout, stderr } = await runCli({ folder: state }, args, { cwd: resolve('.') })
      const events = objects(stdout) as { type: string }[]
      const tasks = events.filter((event): event is TaskEnded => event.type === 'task')
      const recap = (events.at(-1) as { hosts?: Record<string, HostRecap> } | undefined)?.hosts?.['host']
      const errors = tasks.flatMap(({ task, error }) => (error ? [`${task}: ${error.message}`] : []))
      assert.ok(recap !== undefined && code === 0, `exit ${code}\n${errors.join('\n')}\n${stderr}`)
      const those = (...statuses: string[]) =>
        tasks
          .filter(({ status }) => statuses.includes(status))
          .map(({ task }) => task)
          .toSorted()
      return { tasks, recap, named: those }
    }

    /** Nothing is left out of a dry run, and what it is sure of comes true. */
    function assertTold(dry: Run, made: Run): void {
      const [changed, ok] = [new Set(made.named('changed')), new Set(made.named('ok'))]
      const told = new Set(dry.named('would-change', 'unknown'))
      assert.deepEqual(
        [...changed].filter((task) => !told.has(task)),
        [],
      )
      const sure = dry.tasks.filter(
        ({ status, after: cause }) => status === 'would-change' && cause === undefined,
      )
      assert.deepEqual(
        sure.map(({ task }) => task).filter((task) => !changed.has(task)),
        [],
      )
      assert.deepEqual(
        dry.named('ok').filter((task) => !ok.has(task)),
        [],
      )
    }

    function assertKnown(dry: Run, share: number): void {
      const those = dry.named('unknown')
      assert.ok(those.length <= dry.tasks.length * share, `unknown: ${those.join(', ')}`)
    }

    const table: string[] = []
    function note(what: string, { recap, tasks }: Run): void {
      const { wouldChange, changed, unknown: open, ok, skipped, roundTrips } = recap
      const cells = [what, tasks.length, wouldChange + changed, open, ok, skipped, roundTrips]
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
      assert.ok(dry.tasks.length >= port.tasks)
      assertKnown(dry, unknown.bare)
      assert.deepEqual(differences(before, await host.sh(LISTING)), [])
      const shells = dry.tasks.filter(({ module }) => module === 'shell' || module === 'command')
      assert.ok(shells.length <= dry.tasks.length * port.shells, shells.map(({ task }) => task).join(', '))

      const made = await run()
      note('bare', made)
      assertTold(dry, made)
      await works(host)
    })

    it('changes nothing when it runs again', async () => {
      const dry = await run('--check')
      note('converged, dry run', dry)
      assert.deepEqual(dry.named('would-change', 'unknown'), [])
      const again = await run()
      note('converged', again)
      assert.deepEqual(again.named('changed'), [])
    })

    for (const batch of [[], ['--no-batch']])
      it(`names what somebody changed by hand, and mends it ${batch.join('')}`, async () => {
        for (const { by } of drift) await host.sh(by)
        const dry = await run('--check')
        note('drifted, dry run', dry)
        assert.deepEqual(dry.named('would-change'), [...named, ...needless].toSorted())
        assertKnown(dry, unknown.drifted)
        assert.deepEqual(planOf(await run('--check', '--no-batch')), planOf(dry))

        const mended = await run(...batch)
        note(`drifted ${batch.join('')}`, mended)
        assertTold(dry, mended)
        assert.deepEqual(mended.named('changed'), named)
        assert.deepEqual((await run(...batch)).named('changed'), [])
        await works(host)
      })
  })
}
