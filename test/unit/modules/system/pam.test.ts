import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PamArgs, pam } from '../../../../lib/modules/index.ts'
import { makeNamespace } from '../../../support/namespace.ts'
import { SHELLS, converge, itAsRoot, useTemp } from '../driver.ts'
import { proveBehaviours } from '../files/behaviours.ts'
import { CASES, FAILLOCK, type Given, UNIX } from './pam-cases.ts'

proveBehaviours<Given>({ module: 'pamd', task: pam, cases: CASES })

describe('a rule of PAM', () => {
  const temp = useTemp()

  itAsRoot('is in the file of its service in /etc/pam.d, on every shell', async () => {
    for (const shell of Object.values(SHELLS)) {
      const root = mkdtempSync(join(tmpdir(), 'rp-pam.'))
      writeFileSync(join(root, 'common-account'), 'account required pam_unix.so\n', { mode: 0o640 })
      const own = await makeNamespace(['--mount'], `mount --bind '${root}' /etc/pam.d`)
      const task = () =>
        pam('it', {
          name: 'common-account',
          ...UNIX,
          state: 'argsPresent',
          moduleArguments: ['no_pass_expiry'],
        })
      try {
        const inside = [...own.enter, ...shell]
        const done = await converge(task(), inside)
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.equal(
          readFileSync(join(root, 'common-account'), 'utf8'),
          'account required pam_unix.so no_pass_expiry\n',
        )
        assert.deepEqual((await converge(task(), inside)).changes, [])
      } finally {
        await own.remove()
        rmSync(root, { recursive: true, force: true })
      }
    }
  })

  it('is not made where the host has no such service', async () => {
    const path = join(temp(), 'none')
    await assert.rejects(converge(pam('it', { path, ...UNIX, moduleArguments: ['audit'] })), {
      code: 'E_NO_FILE',
    })
  })

  const without: Readonly<Record<string, Given>> = {
    'to be updated': { ...FAILLOCK, moduleArguments: ['audit'] },
    'to have arguments': { ...FAILLOCK, state: 'argsPresent', moduleArguments: ['audit'] },
    'to have a neighbour': {
      ...FAILLOCK,
      state: 'before',
      newType: 'auth',
      newControl: 'required',
      newModulePath: 'pam_deny.so',
    },
  }
  for (const [what, args] of Object.entries(without))
    it(`that is ${what} and is not there is an error, and the file stays`, async () => {
      const path = join(temp(), 'service')
      writeFileSync(path, 'auth optional pam_faillock.so\n')
      await assert.rejects(converge(pam('it', { path, ...args })), {
        code: 'E_NO_RULE',
        message: `${path} has no rule auth required pam_faillock.so`,
      })
      assert.equal(readFileSync(path, 'utf8'), 'auth optional pam_faillock.so\n')
    })
})

describe('arguments of pam', () => {
  const right: PamArgs = { name: 'su', ...UNIX, moduleArguments: ['audit'] }
  const neighbour = { newType: 'auth', newControl: 'required', newModulePath: 'pam_deny.so' } as const
  const wrong: Readonly<Record<string, Partial<PamArgs>>> = {
    'neither a name nor a path': { name: undefined },
    'both a name and a path': { path: '/etc/pam.d/su' },
    'a name with a slash': { name: '../shadow' },
    'nothing to update': { moduleArguments: undefined },
    'a control that PAM does not know': { control: 'always' },
    'an answer that PAM does not know': { control: '[succes=1]' },
    'an action that PAM does not know': { newControl: '[success=accept]' },
    'an action without an answer': { newControl: '[ok]' },
    'no actions': { newControl: '[]' },
    'a jump over no rule': { newControl: '[success=0]' },
    'a control of two lines': { newControl: '[success=1\ndefault=ignore]' },
    'a module of two words': { modulePath: 'pam_x.so nullok' },
    'a comment as a module': { modulePath: '#pam_x.so' },
    'two words as one argument': { moduleArguments: ['audit silent'] },
    'a comment as an argument': { moduleArguments: ['audit#'] },
    'a second line as an argument': { moduleArguments: ['audit\nauth'] },
    'an argument that goes on in the next line': { moduleArguments: ['audit\\'] },
    'a bracket that is not closed': { moduleArguments: ['[query=SELECT 1'] },
    'an empty argument': { moduleArguments: [''] },
    'a neighbour without a control': { state: 'before', ...neighbour, newControl: undefined },
    'a neighbour that is the rule itself': {
      state: 'after',
      newType: UNIX.type,
      newControl: 'REQUIRED',
      newModulePath: UNIX.modulePath,
    },
    'arguments of an absent rule': { state: 'absent' },
    'a new control of an absent rule': {
      state: 'absent',
      moduleArguments: undefined,
      newControl: 'optional',
    },
    'a new path with argsPresent': { state: 'argsPresent', newModulePath: 'pam_x.so' },
    'no arguments with argsPresent': { state: 'argsPresent', moduleArguments: [] },
    'no arguments with argsAbsent': { state: 'argsAbsent', moduleArguments: undefined },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => pam('it', { ...right, ...args }), { code: 'E_BAD_ARGUMENT' })
    })

  for (const control of [
    'required',
    'include',
    '[success=2 new_authtok_reqd=done default=ignore]',
    '[ default = bad ]',
  ])
    it(`take the control ${control}`, () => {
      pam('it', { ...right, control })
    })
})
