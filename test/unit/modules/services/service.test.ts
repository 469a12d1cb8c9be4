import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { type Reply, question } from '../../../../lib/core/probe.ts'
import { EVERYTHING, paths } from '../../../../lib/core/resource.ts'
import type { Task } from '../../../../lib/core/task.ts'
import {
  type Service,
  service as reader,
  serviceRun,
  services,
} from '../../../../lib/modules/shared/service.ts'
import { stat } from '../../../../lib/modules/shared/stat.ts'
import { serviceReload } from '../../../../lib/modules/services/service-reload.ts'
import { serviceRestart } from '../../../../lib/modules/services/service-restart.ts'
import { type ServiceArgs, service } from '../../../../lib/modules/services/service.ts'
import { SHELLS, run, touchesOf } from '../driver.ts'
import { CASES, MISSING, RUNNING } from './service-cases.ts'

const fixture = (name: string): Reply => ({
  code: 0,
  stdout: readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)),
  stderr: Buffer.alloc(0),
})
const scripts = (task: Task, state: unknown): string[] =>
  task.module.apply(task.args, state).map((step) => (step as ShellStep).script.split('\n')[0] ?? '')

describe('the readers of services', () => {
  it('understand systemctl, aliases and units that are not there', () => {
    const names = ['docker', 'no-such-unit', 'sshd', 'systemd-journald.service']
    assert.deepEqual(reader.parse(fixture('systemctl-show-252.txt'), names), [
      RUNNING,
      MISSING,
      RUNNING,
      { ...RUNNING, enabled: 'static' },
    ])
  })

  it('tell one start of a service from the next', () => {
    const runs = serviceRun.parse(fixture('systemctl-show-run-252.txt'), ['docker', 'no-such-unit'])
    assert.deepEqual(runs, ['e95cf9e66769466c9b16e48c8d444bd3 3479341992 95', ' 0 0'])
  })

  it('say what is missing in an answer', () => {
    const cut = { ...fixture('systemctl-show-run-252.txt'), stderr: Buffer.from('Failed to get properties') }
    const [, , third] = serviceRun.parse(cut, ['docker', 'no-such-unit', 'x'])
    assert.match(String(third), /x\.service: Failed to get properties/)
  })

  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`say that there is no systemd, under ${name}`, async function () {
      const answer = await run(shell, {
        script: reader.ask(["it's"]).replace('/run/systemd/system', '/nowhere'),
      })
      assert.throws(() => reader.parse(answer, ["it's"]), { code: 'E_NO_SYSTEMD' })
    })
  }
})

describe('service', () => {
  const plan = (args: Omit<ServiceArgs, 'name'>, is: Service): unknown => {
    const task = service('it', { name: 'app', ...args })
    const { changes, leaves } = task.module.plan(task.args, is)
    return [changes.map(({ what, to }) => `${what} ${to}`), leaves?.[0]?.answer, scripts(task, is)]
  }
  const NOTHING = [[], undefined, []]

  for (const [what, { is, args, calls }] of Object.entries(CASES))
    it(what, () => {
      const task = service('it', { name: 'app', ...args })
      if (typeof calls === 'string') return assert.throws(() => plan(args, is), { code: calls })
      const { changes } = task.module.plan(task.args, is)
      const done = changes.length === 0 ? [] : scripts(task, is).map((line) => line.split(' ')[1] ?? '')
      // Starting and enabling reads units again where they may have changed.
      assert.deepEqual(
        done.filter((verb) => verb !== 'daemon-reload' || is.needsReload),
        calls,
      )
    })

  it('has nothing to do where all is well', () => {
    assert.deepEqual(plan({ state: 'started', enabled: true }, RUNNING), NOTHING)
    assert.deepEqual(
      plan({ state: 'stopped', enabled: false }, { ...RUNNING, active: 'failed', enabled: 'disabled' }),
      NOTHING,
    )
    assert.deepEqual(plan({ enabled: true }, { ...RUNNING, enabled: 'static' }), NOTHING)
    assert.deepEqual(plan({ state: 'stopped' }, { ...MISSING, load: 'masked' }), NOTHING)
  })

  it('starts, stops, switches, and foretells what is left', () => {
    const off = { ...RUNNING, active: 'inactive', enabled: 'disabled' }
    assert.deepEqual(plan({ state: 'started', enabled: true }, off), [
      ['enabled true', 'state started'],
      RUNNING,
      ['systemctl daemon-reload', 'systemctl enable -- app.service', 'systemctl start -- app.service'],
    ])
    assert.deepEqual(plan({ state: 'stopped', enabled: false }, RUNNING), [
      ['enabled false', 'state stopped'],
      off,
      ['systemctl disable -- app.service', 'systemctl stop -- app.service'],
    ])
    assert.deepEqual(plan({ state: 'started' }, { ...RUNNING, needsReload: true }), [
      ['unit file read again'],
      RUNNING,
      ['systemctl daemon-reload'],
    ])
    assert.deepEqual(
      plan({ state: 'started', daemonReload: false }, { ...RUNNING, needsReload: true }),
      NOTHING,
    )
  })

  it('masks and unmasks, and foretells a mask alone', () => {
    const masked = { load: 'masked', active: 'inactive', enabled: 'masked', needsReload: false }
    assert.deepEqual(plan({ masked: true, state: 'stopped' }, RUNNING), [
      ['masked true', 'state stopped'],
      masked,
      ['systemctl stop -- app.service', 'systemctl mask -- app.service'],
    ])
    assert.deepEqual(plan({ masked: true }, MISSING), [
      ['masked true'],
      masked,
      ['systemctl mask -- app.service'],
    ])
    assert.deepEqual(plan({ masked: true, state: 'stopped' }, masked), NOTHING)
    assert.deepEqual(plan({ masked: true }, RUNNING), [
      ['masked true'],
      undefined,
      ['systemctl mask -- app.service'],
    ])
    assert.deepEqual(plan({ masked: false, enabled: true, state: 'started' }, masked), [
      ['masked false', 'enabled true', 'state started'],
      undefined,
      [
        'systemctl unmask -- app.service',
        'systemctl enable -- app.service',
        'systemctl start -- app.service',
      ],
    ])
    assert.deepEqual(plan({ masked: false, state: 'started' }, RUNNING), NOTHING)
    for (const args of [{ state: 'started' }, { enabled: true }, { enabled: false }] as const)
      assert.throws(() => service('it', { name: 'app', masked: true, ...args }), { code: 'E_BAD_ARGUMENT' })
  })

  it('says why a unit cannot be started', () => {
    const start = (is: Service) => () => plan({ state: 'started' }, is)
    for (const args of [{ state: 'stopped' }, { enabled: false }, { enabled: true }] as const)
      assert.throws(() => plan(args, MISSING), { code: 'E_NO_UNIT' })
    assert.throws(start(MISSING), { code: 'E_NO_UNIT', message: 'there is no unit app.service on the host' })
    assert.throws(start({ ...MISSING, load: 'masked' }), { code: 'E_UNIT_MASKED' })
    assert.throws(start({ ...MISSING, load: 'bad-setting' }), { code: 'E_BAD_UNIT' })
  })

  it('refuses names that are no units', () => {
    for (const name of ['-x', 'a b', 'getty@', 'getty@.service', '']) {
      assert.throws(() => service('it', { name, state: 'started' }), { code: 'E_BAD_ARGUMENT' })
    }
    service('it', { name: 'wg-quick@wg0', state: 'started' })
    assert.throws(() => service('it', { name: 'docker' }), /set state, enabled or masked/)
  })

  it('touches everything when it starts or stops, and little when it only switches', () => {
    assert.deepEqual(touchesOf(service('it', { name: 'x', state: 'started' })), [EVERYTHING])
    assert.deepEqual(touchesOf(service('it', { name: 'x', enabled: true })), [
      services.all,
      paths.below('/etc/systemd'),
    ])
    const running = service('it', { name: 'x', state: 'started', enabled: true })
    assert.deepEqual(touchesOf(running, { ...RUNNING, enabled: 'disabled' }), [
      services.all,
      paths.below('/etc/systemd'),
    ])
    assert.deepEqual(touchesOf(running, { ...RUNNING, active: 'inactive' }), [EVERYTHING])
  })

  it('keeps static files for a dry run, unless it does some job or starts others', () => {
    const keeps = (name: string, is: Partial<Service> = {}) => {
      const task = service('it', { name, state: 'started' })
      const kept = task.module.keeps?.(task.args, { ...RUNNING, active: 'inactive', type: 'simple', ...is })
      return ['/etc/app.conf', '/usr/bin/app', '/var/lib/app', '/run/app'].filter((path) =>
        kept?.(question(stat, path), { type: 'file' }),
      )
    }
    assert.deepEqual(keeps('app'), ['/etc/app.conf', '/usr/bin/app'])
    assert.deepEqual(keeps('app', { type: 'oneshot' }), [])
    assert.deepEqual(keeps('graphical.target'), [])
    assert.deepEqual(keeps('srv.mount'), [])
  })

  it('keeps other units for a dry run where it only masks one', () => {
    const kept = (args: Omit<ServiceArgs, 'name'>, is: Service): string[] => {
      const task = service('it', { name: 'app.target', ...args })
      const keeps = task.module.keeps?.(task.args, is)
      return ['app.target', 'other', 'app'].filter((name) => keeps?.(question(reader, name), RUNNING))
    }
    const off = { ...RUNNING, active: 'inactive' }
    assert.deepEqual(kept({ masked: true }, off), ['other', 'app'])
    assert.deepEqual(kept({ masked: true, state: 'stopped' }, RUNNING), [])
    assert.deepEqual(kept({ enabled: true }, off), [])
  })
})

describe('service_restart and service_reload', () => {
  const restart = serviceRestart('restart', { name: 'app' })
  const reload = serviceReload('reload', { name: 'app' })
  const before = { service: RUNNING, run: 'a 1 1' }
  const left = (task: Task, after: object, was: object = before): unknown =>
    task.module.verify?.(task.args, was, { ...before, ...after }).map(({ what }) => what)

  it('always have something to do', () => {
    assert.deepEqual(restart.module.plan(restart.args, before).changes, [
      { what: 'restarts', from: 'active', to: 'active' },
    ])
    assert.deepEqual(scripts(restart, before), ['systemctl restart -- app.service'])
    assert.deepEqual(scripts(reload, { ...before, service: { ...RUNNING, needsReload: true } }), [
      'systemctl daemon-reload',
      'systemctl reload-or-restart -- app.service',
    ])
    assert.throws(() => restart.module.plan(restart.args, { ...before, service: MISSING }), {
      code: 'E_NO_UNIT',
    })
  })

  it('verify that the service was started anew, and lives', () => {
    const failed = { ...RUNNING, active: 'failed' }
    const ended = { ...RUNNING, active: 'inactive' }
    assert.deepEqual(left(restart, { run: 'b 2 2' }), [])
    assert.deepEqual(left(restart, {}), ['restarts'])
    assert.deepEqual(left(restart, { run: 'b 2 0', service: failed }), ['state'])
    assert.deepEqual(left(restart, { run: 'b 2 0', service: ended }), ['state'])
    assert.deepEqual(left(restart, { run: 'b 2 0', service: ended }, { ...before, service: ended }), [])
    assert.deepEqual(left(reload, {}), [])
    assert.deepEqual(left(reload, { service: failed }), ['state'])
  })
})
