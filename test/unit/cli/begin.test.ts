import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Project, playbookOf, project, runCli } from '../../support/cli.ts'

describe('where a run begins', function () {
  let own: Project
  beforeEach(() => {
    own = project()
    const shell = (name: string, more = '') =>
      `shell('${name}', { script: 'echo ${name} >> ${own.folder}/log${more}' })`
    const list = [shell('one'), shell('two', `; [ -e ${own.folder}/mended ]`), shell('three')]
    own.write('playbooks/steps.ts', playbookOf(`[${list.join()}]`))
  })
  afterEach(() => own.remove())
  const log = () =>
    existsSync(join(own.folder, 'log'))
      ? readFileSync(join(own.folder, 'log'), 'utf8').split('\n').join(' ').trim()
      : ''

  it('is the task of --start-at-task, and a misspelled one is refused', async () => {
    const wrong = await runCli(own, ['steps', '--start-at-task', 'threee'])
    assert.deepEqual([wrong.code, log()], [1, ''])
    assert.match(wrong.stderr, /Did you mean "three"\?/)
    const run = await runCli(own, ['steps', '--start-at-task', 'three'])
    assert.deepEqual([run.code, log()], [0, 'three'])
  })

  it('is the task that failed with --resume', async () => {
    assert.equal((await runCli(own, ['steps'])).code, 2)
    writeFileSync(join(own.folder, 'mended'), '')
    assert.equal((await runCli(own, ['steps', '--resume'])).code, 0)
    assert.equal(log(), 'one two two three')
  })
})
