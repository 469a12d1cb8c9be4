import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { selinux } from '../../../../lib/modules/index.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { SHELLS, converge } from '../driver.ts'
import { CASES } from './selinux-cases.ts'

describe('selinux', () => {
  let root: string
  let namespace: Namespace
  const at = (path: string): string => join(root, path)
  // A file in the place of the kernel's: this kernel has no SELinux, and the module takes no other way.
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    root = mkdtempSync(join(tmpdir(), 'run-playbook-selinux-'))
    for (const folder of ['etc/selinux/targeted', 'fs']) mkdirSync(at(folder), { recursive: true })
    const begin = `mount -t tmpfs none /etc && ${inPlaceOf(root, { fs: '/sys/fs' })} && mkdir /etc/selinux && mount --bind '${root}/etc/selinux' /etc/selinux`
    namespace = await makeNamespace(
      ['--mount'],
      `cp /etc/passwd /etc/group '${root}/etc' && ${begin} && cp '${root}/etc/passwd' '${root}/etc/group' /etc`,
    )
  })
  after(async () => {
    await namespace?.remove()
    rmSync(root, { recursive: true, force: true })
  })

  for (const [name, shell] of Object.entries(SHELLS))
    for (const [title, { running, config, args, says, becomes = config }] of Object.entries(CASES))
      it(`${title}, under ${name}`, async () => {
        rmSync(at('fs/selinux'), { recursive: true, force: true })
        rmSync(at('etc/selinux/config'), { force: true })
        if (config !== undefined) writeFileSync(at('etc/selinux/config'), config)
        if (running !== undefined) {
          mkdirSync(at('fs/selinux'))
          writeFileSync(at('fs/selinux/enforce'), running === 'enforcing' ? '1' : '0')
        }
        const task = selinux('it', args)
        const inside = [...namespace.enter, ...shell]
        if (says instanceof RegExp) return assert.rejects(converge(task, inside), says)
        const { changes, left, wrong } = await converge(task, inside)
        const said = changes.map(({ what, from, to }) =>
          what === 'content' ? what : `${what}: ${String(from)} → ${String(to)}`,
        )
        assert.deepEqual([said, left, wrong], [says, [], []])
        const text = existsSync(at('etc/selinux/config'))
          ? readFileSync(at('etc/selinux/config'), 'utf8')
          : undefined
        assert.equal(text, becomes)
      })

  it('refuses a policy that is a path', () => {
    assert.throws(() => selinux('it', { state: 'enforcing', policy: '../x' }), /must be the name of a policy/)
  })
})
