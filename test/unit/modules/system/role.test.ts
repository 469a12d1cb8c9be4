import assert from 'node:assert/strict'
import { lstatSync, writeFileSync } from 'node:fs'
import type { TaskList } from '../../../../lib/core/task.ts'
import {
  authorizedKey,
  command,
  copy,
  cron,
  file,
  lineinfile,
  user,
  userGroup,
} from '../../../../lib/modules/index.ts'
import type { How } from '../../../support/run-local.ts'
import { install } from '../../../support/install.ts'
import { runStep } from '../../../../lib/testing/shells.ts'
import { runOn } from '../../../support/run-on.ts'
import { onEachMachine } from './machines.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS me@laptop'

/** What a role begins with everywhere. */
const role = (): TaskList => [
  userGroup('ops', { name: 'ops' }),
  user('app', { name: 'app', home: '/srv/app', groups: ['ops', 'docker'], comment: 'The App' }),
  user('deploy', { name: 'deploy', group: 'ops' }),
  file('data', { path: '/srv/data', state: 'directory', owner: 'app', group: 'app', mode: '0750' }),
  file('logs', { path: '/srv/data/logs', state: 'directory', owner: 'app', group: 'ops' }),
  copy('config', { dest: '/srv/data/app.conf', content: 'a\n', owner: 'root', group: 'app', mode: '0640' }),
  file('folder in the home folder', { path: '/srv/app/bin', state: 'directory', owner: 'app', group: 'app' }),
  lineinfile('of somebody else', { path: '/srv/else', line: 'x', create: true, owner: 'daemon' }),
  authorizedKey('key of app', { user: 'app', key: KEY }),
  authorizedKey('key of deploy', { user: 'deploy', key: KEY, keyOptions: 'restrict' }),
]

onEachMachine('a role that makes a user', (machine, name) => {
  const statuses = async (tasks: () => TaskList, how: How = {}) =>
    (await runOn(machine().shell, tasks, how)).tasks.map(({ task, status, because, error }) =>
      [task, status, because ?? error?.message].filter((part) => part !== undefined).join(': '),
    )
  const names = (role() as readonly { name: string }[]).map(({ name }) => name)

  it('has a dry run on a bare host in which nothing is unknown, and that comes true', async () => {
    const foretold = await statuses(role, { check: true })
    assert.deepEqual(
      foretold,
      names.map((name) => `${name}: would-change`),
    )
    assert.deepEqual(
      await statuses(role),
      names.map((name) => `${name}: changed`),
    )
    const again = (await runOn(machine().shell, role)).tasks.map(({ status }) => status)
    assert.deepEqual(
      again,
      names.map(() => 'ok'),
    )
    assert.deepEqual(
      ['/srv/app', '/srv/data', '/srv/data/logs', '/home/deploy/.ssh/authorized_keys'].map((path) => {
        const { uid, gid } = lstatSync(machine().at(path))
        return `${uid}:${gid}`
      }),
      ['1001:1001', '1001:1001', '1001:1000', '1002:1000'],
    )
  })

  it('gives a new user jobs of cron', async function () {
    // The BusyBox that is built for tests has no crontab.
    if (name === 'busybox') this.skip()
    install('/usr/bin/crontab', 'cron')
    const spool = 'mount -t tmpfs none /var/spool && mkdir -p /var/spool/cron/crontabs'
    assert.equal((await runStep(machine().shell, { script: spool })).code, 0)
    const tasks = (): TaskList => [
      user('app', { name: 'app' }),
      cron('path', { user: 'app', env: true, name: 'PATH', value: '/usr/bin:/bin' }),
      cron('job', { user: 'app', name: 'job', minute: 5, job: 'true' }),
      userGroup('ops', { name: 'ops' }),
      cron('same job', { user: 'app', name: 'job', minute: 5, job: 'true' }),
    ]
    const wanted = (change: string): string[] => [
      ...['app', 'path', 'job', 'ops'].map((task) => `${task}: ${change}`),
      'same job: ok',
    ]
    const found = async (how: How): Promise<readonly string[]> =>
      (await runOn(machine().shell, tasks, how)).statuses
    assert.deepEqual(await found({ check: true }), wanted('would-change'))
    assert.deepEqual(await found({}), wanted('changed'))
    const { stdout } = await runStep(machine().shell, { script: 'crontab -u app -l' })
    assert.equal(stdout.toString(), 'PATH="/usr/bin:/bin"\n#run-playbook: job\n5 * * * * true\n')
    // A new user of the same name finds the crontab of the old one, which the engine must look at again.
    await runOn(machine().shell, () => [user('gone', { name: 'app', state: 'absent' })])
    assert.deepEqual((await found({})).slice(1), ['path: ok', 'job: ok', 'ops: ok', 'same job: ok'])
  })

  it('comes out the same without batches', async () => {
    assert.deepEqual(
      await statuses(role, { batch: false }),
      names.map((name) => `${name}: changed`),
    )
  })

  it('says what it would do in the current state of the host, behind a command of which nothing is known', async () => {
    const tasks = () => [command('anything', { argv: ['true'] }), ...(role() as readonly never[])]
    const { tasks: told } = await runOn(machine().shell, tasks, { check: true })
    assert.deepEqual(
      told.slice(1).map(({ task, status, because }) => [task, status, because]),
      names.map((name) => [name, 'would-change', 'in the current state of the host']),
    )
  })

  it('leaves what is known of others known when a user goes', async () => {
    writeFileSync(
      machine().at('/etc/passwd'),
      `${machine().read('/etc/passwd')}old:x:1500:100::/home/old:/bin/sh\n`,
    )
    const tasks = () => [
      user('old', { name: 'old', state: 'absent' }),
      file('of another', { path: '/srv/x', state: 'directory', owner: 'daemon', group: 'docker' }),
      file('of it', { path: '/srv/y', state: 'directory', owner: 'old' }),
    ]
    const { tasks: told } = await runOn(machine().shell, tasks, { check: true })
    assert.deepEqual(
      told.map(({ status, error }) => [status, error?.code]),
      [
        ['would-change', undefined],
        ['would-change', undefined],
        ['failed', 'E_NO_ACCOUNT'],
      ],
    )
  })
})
