import assert from 'node:assert/strict'
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { type TaskList, file, paths, shell } from 'run-playbook'
import { numberTasks, postgresNumber } from '../../../roles/postgres-image/number.ts'
import { runOn } from '../../support/run-on.ts'
import { type Machine, onEachMachine } from '../modules/system/machines.ts'
import { converge, run } from '../modules/driver.ts'

const of = { image: 'run-playbook-is-not-here', dataDir: '/srv/postgres' }

onEachMachine('the number of postgres', (machine) => {
  const data = (uid: number, gid: number, { at }: Machine = machine()) => {
    mkdirSync(at('/srv/postgres/pgdata/global'), { recursive: true })
    writeFileSync(at('/srv/postgres/pgdata/global/pg_control'), '')
    chownSync(at('/srv/postgres/pgdata'), uid, gid)
  }
  const add = (file: string, line: string) =>
    writeFileSync(machine().at(file), `${machine().read(file)}${line}\n`)
  const lines = (name: string) =>
    ['/etc/passwd', '/etc/group', '/etc/shadow'].map((file) =>
      machine()
        .read(file)
        .split('\n')
        .find((line) => line.startsWith(`${name}:`)),
    )
  const site = async (check = false, more: TaskList = []) => {
    const { tasks } = await runOn(machine().shell, () => [numberTasks(of), more], { check })
    return tasks.map(({ task, status, because }) => [task, status, because ?? ''] as const)
  }

  it('is kept by a user and a group that nobody can log in as', async () => {
    data(70, 70)
    const done = await converge(postgresNumber('it', of), machine().shell)
    assert.deepEqual(done.changes, [
      { what: 'user', from: 'absent', to: 'run-playbook-70 (uid 70, no login)' },
      { what: 'group', from: 'absent', to: 'run-playbook-70 (gid 70)' },
    ])
    assert.deepEqual([done.left, done.wrong], [[], []])
    const [passwd = '', group = '', shadow = ''] = lines('run-playbook-70')
    assert.match(
      passwd,
      /^run-playbook-70:x:70:70:keeps the number of postgres in containers:\/nonexistent:.*\/(nologin|false)$/,
    )
    assert.match(group, /^run-playbook-70:x:70:/)
    assert.match(shadow, /^run-playbook-70:[!*]+:/)
    const [first, second] = await site()
    assert.deepEqual(first, ['number of postgres', 'ok', 'uid 70 is kept by the user run-playbook-70'])
    assert.equal(second?.[1], 'skipped')
  })

  it('is kept by a user whose group has another number where that is taken', async () => {
    data(4998, 998)
    const { changes, left, wrong } = await converge(postgresNumber('it', of), machine().shell)
    assert.deepEqual(changes, [
      { what: 'user', from: 'absent', to: 'run-playbook-4998 (uid 4998, no login)' },
    ])
    assert.deepEqual([left, wrong], [[], []])
    const { stdout } = await run(machine().shell, { script: 'id -G run-playbook-4998' })
    assert.doesNotMatch(stdout.toString(), /\b998\b/)
  })

  it('is kept also where a run was stopped half way', async () => {
    data(70, 70)
    add('/etc/group', 'run-playbook-70:x:70:')
    const { left } = await converge(postgresNumber('it', of), machine().shell)
    assert.deepEqual(left, [])
    assert.match(lines('run-playbook-70')[0] ?? '', /^run-playbook-70:x:70:70:/)
  })

  it('is told, in a dry run too, when users of the host have it, and left to them', async () => {
    data(999, 999)
    add('/etc/passwd', 'systemd-coredump:x:999:999::/:/usr/sbin/nologin')
    add('/etc/passwd', 'mine:x:999:100::/:/bin/sh')
    const passwd = machine().read('/etc/passwd')
    for (const check of [true, false]) {
      const [number, told] = await site(check)
      assert.equal(number?.[1], 'ok')
      assert.equal(told?.[1], 'ok')
      assert.match(told?.[2] ?? '', /^uid 999, .* is systemd-coredump and mine on this host: /)
    }
    assert.equal(machine().read('/etc/passwd'), passwd)
  })

  it('is nothing to care for where no data and no image are, and where postgres is root', async () => {
    assert.deepEqual(
      (await site()).map(([, status]) => status),
      ['ok', 'skipped'],
    )
    data(0, 0)
    assert.deepEqual(
      (await site()).map(([, status]) => status),
      ['ok', 'skipped'],
    )
  })

  it('is foretold by a dry run, and what comes after it is still known', async () => {
    data(70, 70)
    const after = file('after', { path: '/srv/after', state: 'directory', owner: 'root', group: 'root' })
    assert.deepEqual(
      (await site(true, [after])).map(([, status]) => status),
      ['would-change', 'skipped', 'would-change'],
    )
    assert.equal(lines('run-playbook-70')[0], undefined)
    // As on a bare node, where only the image that is still to be made knows the number.
    const unknown = shell('image', { script: 'true' }, { touches: [paths.at('/srv/postgres/pgdata')] })
    const { tasks } = await runOn(machine().shell, () => [unknown, numberTasks(of), after], { check: true })
    const statuses = tasks.map(({ status }) => status)
    assert.deepEqual(statuses, ['would-change', 'would-change', 'unknown', 'would-change'])
  })
})
