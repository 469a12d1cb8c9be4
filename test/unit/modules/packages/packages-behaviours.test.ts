import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { packages } from '../../../../lib/modules/index.ts'
import { UserError } from '../../../../lib/core/errors.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { install } from '../../../support/install.ts'
import { runLocal } from '../../../support/run-local.ts'
import { CASES } from './packages-cases.ts'

const isKnown = (name: string): boolean =>
  execFileSync('apt-cache', ['policy', name], { encoding: 'utf8' }).includes('Candidate: ')

/** What a dry run says; nothing is installed or removed. */
describe('what packages would do', () => {
  before(function () {
    // Its cases are about packages of Debian and about that of Ansible.
    if (process.getuid?.() !== 0 || !hasAnsible()) this.skip()
    install('/usr/lib/python3/dist-packages/apt/__init__.py', 'python3-apt')
    if (!isKnown('hello')) execFileSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=600', 'update'])
  })

  for (const [what, { args, is }] of Object.entries(CASES))
    it(what, async () => {
      const status = await runLocal(() => [packages('it', args)], { check: true }).then(
        ({ tasks }) => tasks[0]?.status,
        (error: unknown) => (error instanceof UserError ? 'failed' : assert.fail(String(error))),
      )
      assert.equal(status, is === 'changed' ? 'would-change' : is)
    })

  it('is what Ansible would do, except where said', function () {
    const all = Object.entries(CASES)
    const results = runAnsible(
      all.map(([, { ansible }]) => ({ module: 'apt', args: { ...ansible, _ansible_check_mode: true } })),
    )
    const wrong = all.flatMap(([what, { is, differs }], i) => {
      const { failed, changed, msg } = results[i] ?? {}
      const theirs = failed === true ? 'failed' : changed === true ? 'changed' : 'ok'
      return (theirs === is) === (differs !== undefined) ? [{ what, theirs, msg }] : []
    })
    assert.deepEqual(wrong, [])
  })
})
