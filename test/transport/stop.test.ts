import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Secret } from '../../lib/core/secret.ts'
import { type Connection, SKIPPED, type Script } from '../../lib/transport/transport.ts'
import { install } from '../support/install.ts'
import { LOCK, UID, connectAsUser } from './as-user.ts'
import { type Sshd, addUser, removeUser, startSshd } from './sshd.ts'

const SUDO_USER = `rp-stop-${process.pid}`
const PASSWORD = 'a password'
const SUDOERS = `/etc/sudoers.d/${SUDO_USER}`
/** Those of a user: other tests of this machine make theirs, which may stay for long. */
const stopFiles = (uid: number): string[] =>
  ['/tmp', '/var/tmp', '/dev/shm'].flatMap((dir) =>
    readdirSync(dir).filter(
      (name) =>
        name.startsWith('run-playbook-stop-') &&
        statSync(join(dir, name), { throwIfNoEntry: false })?.uid === uid,
    ),
  )
const uidOf = (user: string): number => Number(execFileSync('id', ['-u', user]))

describe('stopping a connection', function () {
  let dir: string
  let log: string
  let sshd: Sshd | undefined

  const began = (): string[] => readFileSync(log, 'utf8').split('\n').filter(Boolean)
  /** The step with the number `held`, and each after it, ends when the test lets it. */
  const steps = (count: number, held = 1): Script[] =>
    Array.from({ length: count }, (_, i) => ({
      kind: 'step',
      script: `echo ${i} >>${log}; ${i < held ? '' : `until [ -e ${log}.go ]; do sleep 0.1; done; `}echo ${i} done`,
      timeoutMs: 60_000,
    }))

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'rp-stop.'))
    chmodSync(dir, 0o777)
    log = join(dir, 'log')
    if (process.getuid?.() !== 0) return
    install('/usr/bin/sudo', 'sudo')
    mkdirSync('/etc/sudoers.d', { recursive: true })
    addUser(SUDO_USER, '/bin/bash', PASSWORD)
    writeFileSync(SUDOERS, `${SUDO_USER} ALL=(ALL) ALL\n`, { mode: 0o440 })
    sshd = await startSshd()
  })
  beforeEach(() => writeFileSync(log, '', { mode: 0o666 }))
  beforeEach(() => chmodSync(log, 0o666))
  after(async () => {
    rmSync(SUDOERS, { force: true })
    rmSync(LOCK, { force: true })
    await sshd?.stop()
    if (process.getuid?.() === 0) removeUser(SUDO_USER)
    rmSync(dir, { recursive: true })
  })

  /** Twelve steps and a probe; stopped in the second step. */
  async function stopInTheSecond(connection: Connection, user: string, uid: number): Promise<void> {
    const before = new Set(stopFiles(uid))
    rmSync(`${log}.go`, { force: true })
    const going = connection.exchange([...steps(12), { kind: 'probe', script: 'echo seen' }], { user })
    while (began().length < 2) await sleep(50)
    await connection.stop()
    const made = stopFiles(uid).filter((name) => !before.has(name))
    assert.ok(made.length > 0)
    writeFileSync(`${log}.go`, '')
    const replies = await going
    assert.deepEqual(began(), ['0', '1'])
    assert.deepEqual(
      replies.map(({ code }) => code),
      [0, 0, ...Array.from({ length: 10 }, () => SKIPPED), 0],
    )
    assert.equal(String(replies[1]?.stdout), '1 done\n', 'the one that ran was finished')
    assert.equal(String(replies.at(-1)?.stdout), 'seen\n')
    await connection.close()
    const left = (): string[] => stopFiles(uid).filter((name) => made.includes(name))
    for (let i = 0; i < 400 && left().length > 0; i++) await sleep(50)
    assert.deepEqual(left(), [])
  }

  it('lets the running step end and begins no other, on this machine', async () => {
    await stopInTheSecond(connectAsUser(UID), 'login', UID)
  })

  it('over SSH, for root by sudo with a password', async function () {
    if (sshd === undefined) this.skip()
    const becomePassword = new Secret('become password', PASSWORD)
    await stopInTheSecond(await sshd.connect(SUDO_USER, { becomePassword }), 'root', uidOf(SUDO_USER))
  })

  it('over SSH, for another account', async function () {
    if (sshd === undefined) this.skip()
    await stopInTheSecond(await sshd.connect('root'), SUDO_USER, 0)
  })

  it('holds for exchanges that wait and that come later, whose probes still run', async () => {
    const connection = connectAsUser(UID)
    const mixed: Script[] = [
      { kind: 'probe', script: 'echo 1' },
      { kind: 'step', script: `echo no >>${log}`, stdin: 'never sent' },
      { kind: 'probe', script: 'echo 2' },
      { kind: 'step', script: `echo no >>${log}` },
    ]
    const seen: [number, number][] = []
    const onReply = (index: number, { code }: { code: number }): number => seen.push([index, code])
    rmSync(`${log}.go`, { force: true })
    const going = connection.exchange(steps(1, 0), { user: 'login' })
    const waiting = connection.exchange(mixed, { user: 'login', onReply })
    while (began().length < 1) await sleep(20)
    await connection.stop()
    writeFileSync(`${log}.go`, '')
    await going
    for (const replies of [await waiting, await connection.exchange(mixed, { user: 'login' })]) {
      assert.deepEqual(
        replies.map(({ code, stdout }) => [code, String(stdout)]),
        [
          [0, '1\n'],
          [SKIPPED, ''],
          [0, '2\n'],
          [SKIPPED, ''],
        ],
      )
    }
    assert.deepEqual(seen, [
      [0, 0],
      [1, SKIPPED],
      [2, 0],
      [3, SKIPPED],
    ])
    assert.deepEqual(began(), ['0'])
    await connection.close()
  })

  it('ends the wait for the lock', async () => {
    const [holder, other] = [connectAsUser(UID), connectAsUser(UID, { lockWait: 60 })]
    await holder.exchange([], { user: 'login', lock: true })
    const going = other.exchange(steps(2), { user: 'login', lock: true })
    await sleep(500)
    const asked = performance.now()
    await other.stop()
    assert.deepEqual(
      (await going).map(({ code }) => code),
      [SKIPPED, SKIPPED],
    )
    assert.ok(performance.now() - asked < 30_000)
    assert.deepEqual(began(), [])
    await Promise.all([holder.close(), other.close()])
  })

  it('is quick where no shell runs, and asks nothing', async () => {
    const connection = connectAsUser(UID)
    await connection.stop()
    const [reply] = await connection.exchange([{ kind: 'step', script: `touch ${dir}/never` }], {
      user: 'login',
    })
    assert.equal(reply?.code, SKIPPED)
    assert.equal(connection.roundTrips, 0)
    assert.ok(!existsSync(join(dir, 'never')))
    await connection.close()
  })

  it('that cannot be told to the host says so, and sends nothing more', async function () {
    if (process.getuid?.() !== 0) this.skip()
    const narrow = await startSshd('MaxSessions 1')
    const connection = await narrow.connect()
    const going = connection.exchange(steps(2), { user: 'login' })
    while (began().length < 1) await sleep(20)
    await assert.rejects(connection.stop(), { code: 'E_CHANNEL_FAILED' })
    await going
    const [reply] = await connection.exchange(steps(1), { user: 'login' })
    assert.equal(reply?.code, SKIPPED)
    await narrow.stop()
  })
})
