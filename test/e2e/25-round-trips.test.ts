import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { DIR, NODES, explain, lab, onNode, runJson } from './support.ts'

/** Files, folders, links, content and guarded commands: `count` tasks in all. */
const playbook = (count: number): string => `
  import { copy, definePlay, definePlaybook, file, shell } from 'run-playbook'
  const at = (i: number) => '/srv/trips/' + i
  const make = [
    (i: number) => file('file ' + i, { path: at(i), state: 'file', mode: '0640' }),
    (i: number) => copy('copy ' + i, { dest: at(i), content: 'content ' + i }),
    (i: number) => file('link ' + i, { path: at(i), state: 'link', target: '/srv' }),
    (i: number) => shell('shell ' + i, { script: 'touch ' + at(i), creates: at(i) }),
  ]
  export default definePlaybook({
    description: 'round trips',
    plays: () => [definePlay({ name: 'trips', hosts: 'all', tasks: () => [
      file('folder', { path: '/srv/trips', state: 'directory', mode: '0755' }),
      Array.from({ length: ${count - 1} }, (_, i) => make[i % 4]!(i)),
    ] })],
  })`

describe('round trips', function () {
  this.timeout(600_000)
  const path = `${DIR}/trips.ts`
  before(lab)
  after(async () => {
    rmSync(path, { force: true })
    await Promise.all(NODES.map((node) => onNode(node, 'rm -rf /srv/trips')))
  })

  const trips = async (count: number): Promise<number[]> => {
    writeFileSync(path, playbook(count))
    const run = await runJson(path)
    assert.equal(run.code, 0, explain(run))
    assert.equal(run.with('ok').length, count * NODES.length, explain(run))
    return NODES.map((node) => run.recap.hosts[node]?.roundTrips ?? NaN)
  }

  it('are as many for 20 tasks with nothing to do as for 200', async () => {
    writeFileSync(path, playbook(200))
    assert.equal((await runJson(path)).code, 0)
    const few = await trips(20)
    assert.deepEqual(await trips(200), few)
    assert.deepEqual(few, [1, 1, 1])
  })
})
