import assert from 'node:assert/strict'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { type ContainerArgs, type ContainerState, docker } from '../../../../lib/modules/docker/index.ts'
import { SPEC_LABEL } from '../../../../lib/modules/docker/container/option-changes.ts'
import { waitingChanges } from '../../../../lib/modules/docker/container/state.ts'
import { planOf } from '../driver.ts'
import { foreign, imageTwo, nowhere, plain, there } from './fixtures.ts'

const scripts = (args: Partial<ContainerArgs>, state: ContainerState) => {
  const task = docker('it', { name: 'web', image: 'rp-module-test:1', ...args })
  return (task.module.apply(task.args, state) as readonly ShellStep[]).map(({ script }) => script)
}

const running = () => ({ ...plain(), name: 'web' })

describe('docker, what waits until the container is replaced', () => {
  const different = { user: '1', memory: '1m', replace: 'later' } as const
  const newer = (container = running()) => there(container, { image: imageTwo() })
  const planned = (args: Partial<ContainerArgs>, state: ContainerState) =>
    planOf(docker('it', { name: 'web', image: 'rp-module-test:1', ...args }), state)

  it('stays as it is while the container runs, and what Docker can change in place is changed', () => {
    assert.deepEqual(planned(different, newer()).changes, [{ what: 'memory', from: 0, to: 1_048_576 }])
    assert.deepEqual(scripts(different, newer()), [
      'docker update --memory 1048576 --memory-swap 2097152 web',
    ])
    assert.deepEqual(planned({ user: '1', replace: 'later' }, newer()), {
      changes: [],
      because: 'running, rp-module-test:1; keeps its image, user until it is replaced',
    })
  })

  it('is nothing where only a new container has been asked for', () => {
    assert.equal(planned({ replace: 'later' }, there(running())).because, 'running, rp-module-test:1')
    assert.equal(planned({ user: '1', replace: 'now' }, there(running())).changes.length, 1)
  })

  it('is told with what there is and what is wanted', () => {
    const wanted = { name: 'web', image: 'rp-module-test:1', user: '1', replace: 'later' } as const
    assert.deepEqual(waitingChanges(wanted, newer()), [
      { what: 'image', from: 'e35a0943e198', to: '269c2e4fe8b5' },
      { what: 'user', from: '', to: '1' },
    ])
  })

  it('counts an option that is not asked for any more', () => {
    const now = running()
    const made = { ...now, config: { ...now.config, Labels: { [SPEC_LABEL]: 'memory' } } }
    assert.match(planned({ replace: 'later' }, there(made)).because!, /keeps its memory until/)
  })

  it('waits for nothing where the container is not there, has ended or ends again and again', () => {
    assert.match(scripts(different, nowhere())[0]!, /^docker create /)
    for (const status of ['exited', 'restarting', 'dead'])
      assert.match(scripts(different, newer({ ...running(), status }))[0]!, /^docker create --name web\.run-/)
  })

  it('is no reason to let a container of somebody else be changed', () => {
    const other = { ...foreign(), name: 'web' }
    assert.deepEqual(planned({ user: '1', replace: 'later' }, there(other)).changes, [])
    assert.throws(() => planned(different, there(other)), { code: 'E_FOREIGN_CONTAINER' })
  })
})
