import assert from 'node:assert/strict'
import {
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TaskList } from '../../../../lib/core/task.ts'
import { type CronArgs, cron, user } from '../../../../lib/modules/index.ts'
import { install } from '../../../support/install.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { runLocal } from '../../../support/run-local.ts'
import { proveBehaviours } from '../files/behaviours.ts'
import { SHELLS, converge, run, useTemp } from '../driver.ts'
import { CASES } from './cron-cases.ts'

const ROOT = process.getuid?.() === 0
if (ROOT) install('/usr/bin/crontab', 'cron')

proveBehaviours({
  module: 'cron',
  pathName: 'cron_file',
  always: { user: 'root' },
  asAnsible: (text) => text.replaceAll('#run-playbook:', '#Ansible:'),
  task: (name, { path, ...args }) => cron(name, { ...args, cronFile: path, user: 'root' }),
  cases: CASES,
})

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`crontabs of users, under ${name}`, function () {
    let spool: Namespace
    before(async function () {
      // Debian's package busybox has no crontab, its busybox-static does.
      const { code } = await run(shell, { script: 'command -v crontab' })
      if (!ROOT || code !== 0) this.skip()
      spool = await makeNamespace(['--mount'], 'mount -t tmpfs none /var/spool')
    })
    beforeEach(() => inside('rm -rf /var/spool/cron && mkdir -p /var/spool/cron/crontabs'))
    after(() => spool?.remove())

    const inside = async (script: string) => {
      const { code, stdout, stderr } = await run([...spool.enter, 'sh'], { script })
      assert.equal(code, 0, stderr.toString())
      return stdout.toString()
    }
    const of = (args: CronArgs) => converge(cron('it', args), [...spool.enter, ...shell])
    const listed = async (whose: string) =>
      (await run([...spool.enter, ...shell], { script: `crontab -u ${whose} -l` })).stdout.toString()
    const a = { name: 'a', minute: 0, hour: 5, job: `echo 'it''s' "$HOME" \\%` } as const

    it('makes a crontab, and finds it as it was foretold', async () => {
      const done = await of({ ...a, user: 'daemon' })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        done.changes.map(({ what, from, body }) => [what, from, body?.path]),
        [['crontab', 'absent', 'crontab of daemon']],
      )
      assert.equal(await listed('daemon'), `#run-playbook: a\n0 5 * * * ${a.job}\n`)
      assert.deepEqual((await of({ ...a, user: 'daemon' })).changes, [])
    })

    it('leaves the rest of a crontab as it is', async () => {
      const before = `# mine\nMAILTO=ops\n\n5 4 * * * x  y\n`
      await run([...spool.enter, ...shell], { script: 'crontab -u daemon -', stdin: before })
      const done = await of({ ...a, user: 'daemon' })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(await listed('daemon'), `${before}#run-playbook: a\n0 5 * * * ${a.job}\n`)
      const gone = await of({ name: 'a', user: 'daemon', state: 'absent' })
      assert.deepEqual([gone.left, gone.wrong], [[], []])
      assert.equal(await listed('daemon'), before)
    })

    it('manages the crontab of whoever runs the task', async () => {
      const done = await of(a)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual((await of({ ...a, user: 'root' })).changes, [])
      assert.match(await listed('root'), /^0 5 /m)
    })

    it('sets and removes a variable', async () => {
      await of({ ...a, user: 'daemon' })
      const mail = { name: 'MAILTO', env: true, user: 'daemon' }
      const done = await of({ ...mail, value: 'ops@example.org' })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.match(await listed('daemon'), /^MAILTO="ops@example.org"\n#run-playbook: a\n0 5/)
      const gone = await of({ ...mail, state: 'absent' })
      assert.deepEqual([gone.left, gone.wrong], [[], []])
      assert.doesNotMatch(await listed('daemon'), /MAILTO/)
    })

    it('has nothing to remove where there is no crontab or no user', async () => {
      assert.deepEqual((await of({ name: 'a', user: 'daemon', state: 'absent' })).changes, [])
      assert.deepEqual((await of({ name: 'a', user: 'no-such-user', state: 'absent' })).changes, [])
    })

    it('needs the user, also for a file', async () => {
      await assert.rejects(of({ ...a, user: 'no-such-user' }), {
        code: 'E_NO_ACCOUNT',
        hint: /user\('no-such/,
      })
      await assert.rejects(of({ ...a, user: 'no-such-user', cronFile: 'x' }), { code: 'E_NO_ACCOUNT' })
    })

    it('says why a crontab cannot be read', async function () {
      // Nobody but root may look into the folder of its tools.
      if (name === 'busybox') this.skip()
      const nobody = ['setpriv', '--reuid=1', '--regid=1', '--clear-groups']
      const task = cron('it', { ...a, user: 'root' })
      await assert.rejects(converge(task, [...spool.enter, ...nobody, ...shell]), {
        code: 'E_CANNOT_LOOK',
        message: /the crontab of root cannot be read: .+/,
      })
    })
  })
}

describe('a host without the command crontab', () => {
  const temp = useTemp()
  const bare = () => {
    for (const tool of ['id', 'base64']) symlinkSync('/bin/busybox', join(temp(), tool))
    return ['env', `PATH=${temp()}`, '/bin/dash']
  }

  it('has nothing to remove, and says what to install', async () => {
    const shell = bare()
    const absent = cron('it', { name: 'a', state: 'absent' })
    assert.deepEqual((await converge(absent, shell)).changes, [])
    const present = cron('it', { name: 'a', minute: 0, job: 'x' })
    await assert.rejects(converge(present, shell), { code: 'E_NO_CRONTAB', hint: /cronie/ })
  })
})

describe('a job in a dry run', () => {
  before(function () {
    if (!ROOT) this.skip()
  })
  const job = { name: 'rp-no-such-job', minute: 0, job: 'true' } as const
  const statuses = async (tasks: () => TaskList) => (await runLocal(tasks, { check: true })).statuses

  it('is known although its user is only going to be there', async () => {
    const tasks = () => [
      user('app', { name: 'rp-cron-app' }),
      cron('job', { ...job, user: 'rp-cron-app' }),
      cron('again', { ...job, user: 'rp-cron-app' }),
      cron('file', { ...job, user: 'rp-cron-app', cronFile: 'rp-cron-test' }),
      cron('file again', { ...job, user: 'rp-cron-app', cronFile: 'rp-cron-test' }),
      cron('other', { name: job.name, state: 'absent', user: 'daemon' }),
    ]
    const changes = ['app', 'job', 'file'].map((name) => `${name}: would-change`)
    const oks = ['again', 'file again', 'other'].map((name) => `${name}: ok`)
    assert.deepEqual((await statuses(tasks)).toSorted(), [...changes, ...oks].toSorted())
  })

  it('of whoever runs the task is one of that user by name, and of nobody else', async () => {
    const tasks = () => [
      cron('own', job),
      cron('by name', { ...job, user: 'root' }),
      cron('of another user', { ...job, state: 'absent', user: 'daemon' }),
      cron('gone', { name: job.name, state: 'absent', user: 'root' }),
      cron('own is gone', { name: job.name, state: 'absent' }),
      cron('for another user', { ...job, user: 'daemon' }),
      cron('own is still gone', { name: job.name, state: 'absent' }),
    ]
    assert.deepEqual(await statuses(tasks), [
      'own: would-change',
      'by name: ok',
      'of another user: ok',
      'gone: would-change',
      'own is gone: ok',
      'for another user: would-change',
      'own is still gone: ok',
    ])
  })
})

describe('a file of jobs', () => {
  const temp = useTemp()
  const job = { name: 'a', minute: 0, job: 'x', user: 'root' } as const

  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`comes and goes with its job under ${name}`, async () => {
      const cronFile = join(temp(), 'jobs')
      const done = await converge(cron('it', { ...job, cronFile }), shell)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(readFileSync(cronFile, 'utf8'), '#run-playbook: a\n0 * * * * root x\n')
      assert.equal(lstatSync(cronFile).mode & 0o777, 0o644)
      const gone = await converge(cron('it', { name: 'a', state: 'absent', cronFile, backup: true }), shell)
      assert.deepEqual([gone.left, gone.wrong], [[], []])
      const left = readdirSync(temp())
      assert.match(left.join(), /^jobs\.\d{8}T\d{6}Z~$/)
      assert.match(readFileSync(join(temp(), left[0] ?? ''), 'utf8'), /root x/)
    })
  }

  it('is no link, and has a folder', async () => {
    const link = join(temp(), 'link')
    writeFileSync(join(temp(), 'target'), '')
    symlinkSync('target', link)
    for (const state of ['present', 'absent'] as const)
      await assert.rejects(converge(cron('it', { ...job, state, cronFile: link })), { code: 'E_OTHER_KIND' })
    const lost = join(temp(), 'none/jobs')
    await assert.rejects(converge(cron('it', { ...job, cronFile: lost })), { code: 'E_NO_DIRECTORY' })
    assert.deepEqual((await converge(cron('it', { ...job, state: 'absent', cronFile: lost }))).changes, [])
  })

  it('names a variable that is to be above, or says that it is not there', async () => {
    const cronFile = join(temp(), 'jobs')
    const task = cron('it', { name: 'A', env: true, value: '1', insertAfter: 'B', cronFile })
    await assert.rejects(converge(task), { code: 'E_NO_VARIABLE', message: /no variable B/ })
  })

  it('is not written where somebody else could put something in its place', async function () {
    if (!ROOT) this.skip()
    mkdirSync(join(temp(), 'theirs/deep'), { recursive: true })
    chownSync(join(temp(), 'theirs'), 1, 1)
    const cronFile = join(temp(), 'theirs/deep/jobs')
    await assert.rejects(converge(cron('it', { ...job, cronFile })), { code: 'E_UNSAFE_PATH' })
    rmSync(join(temp(), 'theirs'), { recursive: true })
  })
})
