import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import type { Task } from 'run-playbook'
import { AS_OWNER } from '../../../lib/cluster/as-owner.ts'
import { foldersScript, parseFolders } from '../../../lib/cluster/facts/folders.ts'
import { SHARED } from '../../../lib/cluster/places.ts'
import type { NodeRoleVars } from '../../../lib/cluster/vars/node-role.ts'
import { folderTasks } from '../../../roles/postgres-node/folders.ts'
import { type Namespace, makeNamespace } from '../../support/namespace.ts'
import { converge, run } from '../modules/driver.ts'

const POSTGRES = 4711
/** What another user of the node may have of postgres' number in the container. */
const USERS = {
  'a stranger': { uid: 4712, gid: 4712 },
  'a group with its number': { uid: 4712, gid: POSTGRES },
  'a user with its number': { uid: POSTGRES, gid: 4712 },
  'a user and group with its numbers': { uid: POSTGRES, gid: POSTGRES },
}

/** The tasks that close what the folders lie in, and that say what stays open. */
const PARENTS = /^(|\/srv\/\w+|\/var\/lib\/run-playbook\/postgres)$/

describe('the folders of a node, and users of the node who have the number of postgres', () => {
  let host: Namespace
  const vars = {
    dataDir: '/srv/data/postgres',
    backupDir: '/srv/data/backups',
    restoreDir: '/srv/more/restore',
  }
  const all = Object.values(vars)
  const contents = [
    `${vars.dataDir}/pgdata/base`,
    `${vars.backupDir}/backup`,
    `${vars.restoreDir}/pgdata/base`,
    `${SHARED}/socket/.s.PGSQL.5432`,
    `${SHARED}/state/repository.json`,
    `${SHARED}/lock/main.lock`,
  ]

  before(async function () {
    if (process.getuid?.() !== 0) return this.skip()
    // A host with folders of its own: those of this machine stay as they are.
    const own = 'mkdir -p /srv; for f in /srv /var/lib; do mount -t tmpfs -o mode=755 none $f; done'
    host = await makeNamespace(['--mount'], own)
  })
  after(() => host?.remove())
  beforeEach(() => must('rm -rf /srv/* /var/lib/run-playbook'))

  const must = async (script: string): Promise<string> => {
    const { code, stdout, stderr } = await run([...host.enter, 'sh'], { script })
    assert.equal(code, 0, `${script}\n${stderr.toString()}`)
    return stdout.toString().trim()
  }
  /** What the containers make of the folders. */
  const fill = () =>
    must(`set -e
      mkdir -p ${contents.map((path) => dirname(path)).join(' ')}
      for file in ${contents.join(' ')}; do echo x >$file; chmod 0640 $file; done
      chmod 0777 ${SHARED}/socket/.s.PGSQL.5432
      chmod 0700 ${vars.dataDir}/pgdata ${vars.restoreDir}/pgdata
      chown -R ${POSTGRES}:${POSTGRES} ${all.join(' ')} ${SHARED}/socket ${SHARED}/state ${SHARED}/lock`)
  /** What `site` does with the folders: it asks the node, and then makes the tasks. Those for /etc are left out. */
  const site = async (which = /^(?!\/etc\/)/) => {
    const { openFolders } = parseFolders((await must(foldersScript(all))).split('\n'))
    const changes = []
    const told = []
    const tasks = folderTasks({
      ...vars,
      privateDirs: openFolders.flatMap(({ path, obstacle }) => (obstacle === undefined ? [path] : [])),
      openDirs: openFolders.flatMap(({ path, obstacle }) =>
        obstacle === undefined ? [] : [{ path, ...obstacle }],
      ),
    } as unknown as NodeRoleVars)
    for (const task of tasks.flat() as Task<unknown>[]) {
      const { path = '' } = task.args as { path?: string }
      if (!which.test(path)) continue
      const done = await converge(task, [...host.enter, 'sh'])
      assert.deepEqual([done.left, done.wrong], [[], []], task.name)
      changes.push(...done.changes.map(({ what, from, to }) => `${task.name}: ${what} ${from} → ${to}`))
      if (task.module.name === 'debug') told.push(done.plan.because)
    }
    return { changes, told }
  }
  /** The files that each of the users can read or write. */
  const reached = async (): Promise<Record<string, string[]>> => {
    const script = `for one in ${contents.join(' ')}; do if [ -r $one ] || [ -w $one ]; then echo $one; fi; done`
    const found = await must(
      Object.values(USERS)
        .map(
          ({ uid, gid }) => `setpriv --reuid=${uid} --regid=${gid} --clear-groups sh -c '${script}'; echo -`,
        )
        .join('\n'),
    )
    const each = found.split(/^-$/m).map((files) => files.split('\n').filter(Boolean))
    return Object.fromEntries(Object.keys(USERS).map((who, i) => [who, each[i] ?? []]))
  }
  const nothing = Object.fromEntries(Object.keys(USERS).map((who) => [who, []]))

  it('are reached by none of them on a new node', async () => {
    await site()
    await fill()
    assert.deepEqual(await reached(), nothing)
    assert.deepEqual(await site(), { changes: [], told: [] })
  })

  it('are closed on a node of an earlier version, where they were open, and nothing else changes', async () => {
    await fill()
    const [data, backup, copy, socket, ...more] = contents
    assert.deepEqual(await reached(), {
      'a stranger': [socket],
      'a group with its number': [backup, socket, ...more],
      'a user with its number': [data, backup, copy, socket, ...more],
      'a user and group with its numbers': [data, backup, copy, socket, ...more],
    })
    const owners = `find /srv /var/lib -printf '%p %u %g %m\\n' | grep -vE '^(/srv/data|/srv/more|${SHARED}) |/lock '`
    const before = await must(owners)
    const { changes, told } = await site()
    assert.deepEqual(told, [])
    assert.deepEqual(changes, [
      'only root enters /srv/data: mode 0755 → 0700',
      'only root enters /srv/more: mode 0755 → 0700',
      'shared folder: mode 0755 → 0700',
      'lock folder: mode 0755 → 0700',
    ])
    assert.equal(await must(owners), before)
    assert.deepEqual(await reached(), nothing)
  })

  it('are closed again when somebody opened them', async () => {
    await site(PARENTS)
    await fill()
    await must(`chmod 0755 /srv/data ${SHARED}`)
    assert.deepEqual((await site(PARENTS)).changes, [
      'only root enters /srv/data: mode 0755 → 0700',
      'shared folder: mode 0755 → 0700',
    ])
    assert.deepEqual(await reached(), nothing)
  })

  it('are left to a group that the operator chose', async () => {
    await site(PARENTS)
    await fill()
    await must('chgrp 4713 /srv/data; chmod 0750 /srv/data')
    assert.deepEqual((await site(PARENTS)).changes, [])
    assert.deepEqual(await reached(), nothing)
  })

  it('stay open, and the plan says so, where something else would be closed with them', async () => {
    await fill()
    await must('mkdir /srv/data/www')
    const { changes, told } = await site(PARENTS)
    assert.ok(!changes.some((change) => change.includes('/srv/data')), changes.join('\n'))
    assert.equal(told.length, 1)
    assert.match(
      told[0] ?? '',
      /^\/srv\/data stays open .* because it also contains www\. .*chmod o-x \/srv\/data, /,
    )
    assert.equal(await must('stat -c %a /srv/data'), '755')
  })

  it('let root leave something as their owner, who cannot come to them by their paths', async () => {
    await site(PARENTS)
    await fill()
    for (const folder of [vars.dataDir, `${SHARED}/state`]) {
      const script =
        'echo "$1" > .new && mv -f .new report && mkdir -p aside && mv -T aside moved && rm -rf moved && cat report'
      for (const shell of ['dash', 'bash', 'busybox sh'])
        assert.equal(
          await must(`${AS_OWNER}\nas_owner ${folder} ${shell} -c '${script}' sh ${shell.length}`),
          String(shell.length),
        )
      assert.equal(await must(`stat -c %u ${folder}/report`), String(POSTGRES))
    }
  })
})
