import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { metricsOf } from '../../../docker/status/metrics.ts'
import type { Host } from '../../../lib/index.ts'
import { readAnswer } from '../../../lib/cluster/report/answer.ts'
import { nodeStatus } from '../../../lib/cluster/report/node-status.ts'
import type { Repository } from '../../../lib/cluster/status/schema.ts'

const host = { name: 'node-a', address: '10.88.0.11', groups: ['postgres'], vars: {} } as unknown as Host
const text = readFileSync(new URL('../cluster/report/fixtures/primary.txt', import.meta.url), 'utf8')

async function metrics(problems: Repository['problems'], ofWindow: readonly string[] = []): Promise<string> {
  const time = new Date(0).toISOString()
  const { window, ...known } = nodeStatus(readAnswer(text), host, [], 0)
  const answer = await metricsOf({
    ...known,
    window: window && { ...window, problems: [...ofWindow] },
    repository: { at: time, problems, next: null },
    warnings: [],
    history: { everySeconds: 1, lagBytes: [], standbys: {} },
    service: { version: '0', startedAt: time, memoryBytes: 0 },
  })
  return String(answer.body)
}

const problem = (severity: 'critical' | 'warning') => ({ code: 'certificate', severity, text: 'it expires' })

describe('the metrics', () => {
  it('name the node, once: a label on every metric would be a new series for each', async () => {
    const text = await metrics([])
    assert.match(text, /^run_playbook_node_info\{node="node-a",address="10\.88\.0\.11"\} 1$/m)
    assert.equal(text.match(/node="node-a"/g)?.length, 1)
  })

  it('tell what may wait until the morning from what may not', async () => {
    const some = await metrics([problem('warning'), problem('critical'), problem('warning')])
    assert.match(some, /^run_playbook_repository_problems 3$/m)
    assert.match(some, /^run_playbook_repository_critical_problems 1$/m)
    assert.match(await metrics([problem('warning')]), /^run_playbook_repository_critical_problems 0$/m)
  })

  it('count what is wrong in the archive itself, of which the status warns as well', async () => {
    const some = await metrics([problem('warning')], ['backup.info is missing'])
    assert.match(some, /^run_playbook_repository_problems 2$/m)
    assert.match(some, /^run_playbook_repository_critical_problems 1$/m)
  })
})
