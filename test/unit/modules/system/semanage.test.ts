import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seboolean, sefcontext, seport } from '../../../../lib/modules/index.ts'
import { beginning } from '../../../../lib/modules/system/sefcontext/args.ts'
import { SHELLS, converge, run } from '../driver.ts'
import { CASES, REFUSED } from './semanage-cases.ts'
import { type Policy, makePolicy, words } from './semanage-policy.ts'

describe('seport, sefcontext and seboolean', function () {
  // Each look and each change is a program in Python, which takes a second or two.
  this.timeout(300_000)
  let root: string
  let policy: Policy
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    root = mkdtempSync(join(tmpdir(), 'run-playbook-policy-'))
    policy = await makePolicy(root)
  })
  beforeEach(() => policy.reset())
  after(async () => {
    await policy?.remove()
    rmSync(root, { recursive: true, force: true })
  })
  const shell = (name: string): readonly string[] => policy.shells[name] ?? assert.fail()

  for (const [title, { tasks, says, own }] of Object.entries(CASES))
    it(title, async () => {
      const last = tasks.at(-1) ?? assert.fail()
      for (const task of tasks.slice(0, -1)) await converge(task, shell('dash'))
      if (says instanceof RegExp) return assert.rejects(converge(last, shell('dash')), says)
      const { changes, left, wrong } = await converge(last, shell('dash'))
      const said = changes.map(({ what, from, to }) => `${what}: ${String(from)} → ${String(to)}`)
      assert.deepEqual([said, left, wrong], [says, [], []])
      if (own !== undefined) assert.deepEqual(await policy.own(own[0]), words(own[1]))
    })

  it('work with the tools of BusyBox', async () => {
    for (const task of [
      seport('it', { ports: 8888, proto: 'tcp', setype: 'http_port_t' }),
      sefcontext('it', { target: '/srv(/.*)?', setype: 'www_t' }),
      seboolean('it', { name: 'may_read', state: true }),
    ]) {
      const { changes, left, wrong } = await converge(task, shell('busybox with semanage'))
      assert.notDeepEqual(changes, [])
      assert.deepEqual([left, wrong], [[], []])
    }
  })

  it('label what exists anew after a change, where the kernel has SELinux', async () => {
    const log = join(root, 'log')
    const made = join(root, 'tools/marked')
    writeFileSync(made, `#!/bin/sh\necho "$@" >>${log}\n`, { mode: 0o755 })
    const [step, relabel] = sefcontextSteps({ target: '/srv/www(/.*)?', setype: 'www_t', restorecon: true })
    assert.ok(step !== undefined && relabel !== undefined)
    const inside = (script: string) => run(shell('dash'), { script })
    await inside(relabel)
    await inside(`mount -t tmpfs none /sys/fs && mkdir /sys/fs/selinux && echo 0 >/sys/fs/selinux/enforce`)
    const { code, stderr } = await inside(`restorecon() { ${made} restorecon "$@"; }\n${relabel}`)
    await inside('umount /sys/fs')
    assert.equal(code, 0, stderr.toString())
    assert.equal(readFileSync(log, 'utf8'), 'restorecon -R /srv/www\n')
  })

  it('say on a host without semanage what to install', async () => {
    const none = { code: 'E_NO_SEMANAGE' }
    const { busybox = [] } = SHELLS
    const bare = (task: Parameters<typeof converge>[0]) => assert.rejects(converge(task, busybox), none)
    await bare(seport('it', { ports: 1, proto: 'tcp', setype: 'a_t' }))
    await bare(sefcontext('it', { target: '/a', setype: 'a_t' }))
    await bare(seboolean('it', { name: 'a', state: false }))
  })

  it('say of a host without a policy that it has none', async () => {
    const task = seport('it', { ports: 1, proto: 'tcp', setype: 'a_t' })
    rmSync(join(root, 'var/default'), { recursive: true })
    rmSync(join(root, 'etc/default'), { recursive: true })
    await assert.rejects(converge(task, shell('dash')), { code: 'E_CANNOT_LOOK' })
  })

  for (const [title, make, says] of REFUSED)
    it(`refuse before any host: ${title}`, () => {
      assert.throws(make, says)
    })

  it('know where a regular expression begins', () => {
    for (const [target, path] of [
      ['/srv/www(/.*)?', '/srv/www'],
      ['/srv/www', '/srv/www'],
      ['/srv/www/.*', '/srv/www'],
      ['/srv/www-[0-9]+/x', '/srv'],
      ['/srv/a\\.d', '/srv'],
      ['/.*', '/'],
    ] as const)
      assert.equal(beginning(target), path, target)
  })
})

const sefcontextSteps = (args: Parameters<typeof sefcontext>[1]): readonly string[] => {
  const task = sefcontext('it', args)
  return task.module
    .apply(task.args, { entry: undefined })
    .map((step) => ('script' in step ? step.script : ''))
}
