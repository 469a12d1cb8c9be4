import assert from 'node:assert/strict'
import { type Project, objects, project, runCli } from '../../support/cli.ts'

const reporting = (critical: string) => `import { definePlaybook } from 'run-playbook'
export default definePlaybook({
  description: 'looks',
  report: () => ({ parts: [{ kind: 'lines', lines: [{ text: 'seen' }] }], data: {}, ${critical} }),
})
`

describe('--detailed-exitcode with a playbook that only reports', function () {
  this.timeout(60_000)
  let own: Project
  before(() => {
    own = project()
    own.write('playbooks/bad.ts', reporting('critical: true'))
    own.write('playbooks/good.ts', reporting('critical: false'))
  })
  after(() => own.remove())

  it('is 3 when something is critical, and 0 otherwise', async () => {
    assert.equal((await runCli(own, ['bad', '--detailed-exitcode'])).code, 3)
    assert.equal((await runCli(own, ['bad'])).code, 0)
    assert.equal((await runCli(own, ['good', '--detailed-exitcode'])).code, 0)
  })

  it('is in the recap as well, and a part of the report for programs', async () => {
    const { code, stdout } = await runCli(own, ['bad', '--detailed-exitcode', '--output', 'json'])
    assert.equal(code, 3)
    assert.equal(objects(stdout).at(-1)?.['exitCode'], 3)
  })
})
