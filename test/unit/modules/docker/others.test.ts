import assert from 'node:assert/strict'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { EVERYTHING } from '../../../../lib/core/resource.ts'
import type { Task } from '../../../../lib/core/task.ts'
import { docker } from '../../../../lib/modules/docker/index.ts'
import { dockerNetwork, dockerVolume } from '../../../../lib/modules/docker/shared/reader.ts'
import { containers } from '../../../../lib/modules/docker/shared/kinds.ts'
import { served } from '../../../../lib/modules/shared/served.ts'
import { planOf, touchesOf } from '../driver.ts'
import { everything, plain, read, recorded } from './fixtures.ts'

const network = () => ({
  ...read(dockerNetwork, 'rp-module-test-n', recorded('network'))!,
  labels: { 'run-playbook.ours': 'yes' },
})
const volume = () => read(dockerVolume, 'rp-module-test-v', recorded('volume'))!

const scripts = (task: Task, state: unknown) =>
  (task.module.apply(task.args, state) as readonly ShellStep[]).map(({ script }) => script)

describe('docker.network', () => {
  const wanted = { name: 'rp-module-test-n', driver: 'bridge', subnet: '172.31.77.0/24', internal: true }

  it('compares what is asked for', () => {
    assert.deepEqual(planOf(docker.network('it', wanted), network()).changes, [])
    assert.deepEqual(planOf(docker.network('it', { name: 'rp-module-test-n' }), network()).changes, [])
    assert.deepEqual(planOf(docker.network('it', { ...wanted, internal: false }), network()).changes, [
      { what: 'internal', from: true, to: false },
    ])
  })

  it('makes it, makes it anew, removes it', () => {
    const create =
      'docker network create --driver bridge --subnet 172.31.77.0/24 --internal --label run-playbook.ours=yes rp-module-test-n'
    assert.deepEqual(scripts(docker.network('it', wanted), undefined), [create])
    assert.deepEqual(scripts(docker.network('it', wanted), network()), [
      'docker network rm rp-module-test-n',
      create,
    ])
    const gone = docker.network('it', { name: 'rp-module-test-n', state: 'absent' })
    assert.deepEqual(scripts(gone, network()), ['docker network rm rp-module-test-n'])
    assert.deepEqual(planOf(gone, undefined).changes, [])
  })

  it('leaves one alone that containers use', () => {
    const used = { ...network(), containers: ['web', 'db'] }
    const other = docker.network('it', { ...wanted, subnet: '172.31.78.0/24' })
    assert.throws(() => planOf(other, used), { code: 'E_NETWORK_IN_USE', message: /web, db/ })
    assert.deepEqual(planOf(docker.network('it', wanted), used).changes, [])
  })
})

describe('docker.volume', () => {
  it('makes it and removes it, and never one for the other', () => {
    const wanted = { name: 'rp-module-test-v', driver: 'local', labels: { a: 'b c' } }
    assert.deepEqual(scripts(docker.volume('it', wanted), undefined), [
      "docker volume create --driver local --label 'a=b c' --label run-playbook.ours=yes rp-module-test-v",
    ])
    assert.throws(() => planOf(docker.volume('it', wanted), volume()), {
      code: 'E_VOLUME_DIFFERS',
      message: /has label a unset, not b c/,
    })
    assert.deepEqual(planOf(docker.volume('it', { name: 'rp-module-test-v' }), volume()).changes, [])
    const gone = docker.volume('it', { name: 'rp-module-test-v', state: 'absent' })
    assert.deepEqual(scripts(gone, volume()), ['docker volume rm rp-module-test-v'])
  })
})

describe('a network or volume of somebody else', () => {
  const others = { labels: { 'com.docker.compose.project': 'shop' } }
  for (const [what, task, state] of [
    [
      'network that would be removed',
      docker.network('it', { name: 'rp-module-test-n', state: 'absent' }),
      { ...network(), ...others },
    ],
    [
      'network that would be made anew',
      docker.network('it', { name: 'rp-module-test-n', internal: false }),
      { ...network(), ...others },
    ],
    [
      'volume that would be removed',
      docker.volume('it', { name: 'rp-module-test-v', state: 'absent' }),
      { ...volume(), ...others },
    ],
  ] as const)
    it(`is refused, in a dry run too: a ${what}`, () => {
      assert.throws(() => planOf(task, state), {
        code: what.startsWith('network') ? 'E_FOREIGN_NETWORK' : 'E_FOREIGN_VOLUME',
        message: /was not made by run-playbook/,
      })
    })
})

describe('docker.restart', () => {
  const task = docker.restart('it', { name: 'rp-module-test-plain', stopTimeout: 120 })

  it('always has something to do, and has done it when the container has started anew', () => {
    const before = plain()
    const after = { ...before, startedAt: 'later' }
    assert.deepEqual(planOf(task, before).changes, [{ what: 'started', from: before.startedAt, to: 'now' }])
    assert.deepEqual(scripts(task, before), ['docker restart -t 120 rp-module-test-plain'])
    assert.deepEqual(task.module.verify!(task.args, before, after), [])
    assert.equal(task.module.verify!(task.args, before, before).length, 1)
    assert.equal(task.module.verify!(task.args, before, { ...after, status: 'exited' }).length, 1)
  })

  it('needs a container, and touches what that may write to', () => {
    assert.throws(() => planOf(task, undefined), { code: 'E_NO_CONTAINER' })
    assert.deepEqual(touchesOf(task, plain()), [containers.at('rp-module-test-plain'), served.all])
    assert.deepEqual(touchesOf(task, everything()), [EVERYTHING])
  })
})
