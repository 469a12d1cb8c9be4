import assert from 'node:assert/strict'
import { containers } from 'run-playbook'
import { overlaps } from '../../../lib/core/resource.ts'
import { containerHealthy } from '../../../roles/postgres-node/healthy.ts'
import { SHELLS, observe, planOf } from '../modules/driver.ts'

describe('waiting for a healthy container', () => {
  const task = containerHealthy('status answers', { container: 'postgres-status' })
  const probe = task.module.probe(task.args)

  it('asks again once the container was replaced, and not after a change of another', () => {
    const seen = probe.questions.flatMap(({ reader, key }) => reader.sees(key))
    const concerned = (name: string) => seen.some((one) => overlaps(containers.at(name), one))
    assert.deepEqual(['postgres-status', 'postgres'].map(concerned), [true, false])
  })

  it('waits for a minute while it is starting, and says at the end what its log says', () => {
    assert.deepEqual(task.module.waits?.(task.args), { timeoutMs: 60_000 })
    const { changes, because } = planOf(task, { status: 'starting', log: 'cannot read its configuration' })
    assert.deepEqual(changes, [
      { what: 'health of the container postgres-status', from: 'starting', to: 'healthy' },
    ])
    assert.match(because ?? '', /cannot read its configuration/)
    assert.deepEqual(planOf(task, { status: 'healthy', log: '' }).changes, [])
  })

  for (const [name, shell] of Object.entries(SHELLS))
    it(`does not wait for a container that is not there, with ${name}`, async () => {
      const state = await observe([...shell], task.module.probe({ container: 'rp-none' }))
      assert.throws(() => planOf(task, state), { code: 'E_NOT_HEALTHY', message: /there is no container/ })
    })
})
