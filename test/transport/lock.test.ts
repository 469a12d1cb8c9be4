import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Connection, Script } from '../../lib/transport/transport.ts'
import { install } from '../support/install.ts'
import { ageLock, lastSign } from './aged-lock.ts'
import { LOCK, UID, connectAsUser } from './as-user.ts'

const nothing: Script = { kind: 'probe', script: ':' }
const lock = { user: 'login', lock: true } as const

describe('the lock of a host', function () {
  let open: Connection[]
  let warnings: string[]
  const connect = (lockWait: number, shell?: string): Connection => {
    const connection = connectAsUser(UID, { lockWait, warn: (_, text) => warnings.push(text) }, shell)
    open.push(connection)
    return connection
  }

  beforeEach(() => {
    open = []
    warnings = []
  })
  after(() => rmSync(LOCK, { force: true }))
  afterEach(() => Promise.all(open.map((connection) => connection.close())))

  it('is not taken, nor its file made, when nobody asks', async () => {
    assert.ok(!existsSync(LOCK))
    const [one, other] = [connect(0), connect(0)]
    await one.exchange([nothing], { user: 'login' })
    assert.ok(!existsSync(LOCK))
    await one.exchange([nothing], lock)
    assert.ok(existsSync(LOCK))
    await other.exchange([nothing], { user: 'login' })
  })

  it("is nobody else's to hold: its file can be read by its user only, and an older one is mended", async () => {
    const one = connect(0)
    await one.exchange([nothing], lock)
    assert.equal(statSync(LOCK).mode & 0o777, 0o600)
    await one.close()
    chmodSync(LOCK, 0o644)
    await connect(0).exchange([nothing], lock)
    assert.equal(statSync(LOCK).mode & 0o777, 0o600)
  })

  it('is refused where somebody else made its file, or a link', async function () {
    if (process.getuid?.() !== 0) return this.skip()
    const refused = {
      code: 'E_LOCK_FAILED',
      message: /run-playbook-\d+\.lock is a link or belongs to somebody else/,
    }
    rmSync(LOCK, { force: true })
    // Open to all, so that it is not the mode that keeps us from it.
    writeFileSync(LOCK, 'of somebody else\n', { mode: 0o666 })
    chmodSync(LOCK, 0o666)
    await assert.rejects(connect(0).exchange([nothing], lock), refused)
    assert.equal(readFileSync(LOCK, 'utf8'), 'of somebody else\n')
    rmSync(LOCK)
    const elsewhere = `${LOCK}.elsewhere`
    symlinkSync(elsewhere, LOCK)
    await assert.rejects(connect(0).exchange([nothing], lock), refused)
    assert(!existsSync(elsewhere), 'nothing is made behind the link')
    rmSync(LOCK)
    assert.equal((await connect(0).exchange([nothing], lock))[0]?.code, 0)
  })

  it('keeps a second run out, and says who has it', async () => {
    const [one, other] = [connect(0), connect(0)]
    await one.exchange([nothing], lock)
    await one.exchange([nothing], lock)
    const never: Script = { kind: 'step', script: 'exit 5', stdin: 'drained' }
    const replies: number[] = []
    await assert.rejects(
      other.exchange([nothing, never], { ...lock, onReply: (_, { code }) => replies.push(code) }),
      {
        code: 'E_LOCKED',
        message: new RegExp(`here: .*@.* pid ${process.pid} since 20`),
      },
    )
    assert.deepEqual(replies, [-1, -1], 'nothing was run')
    await one.close()
    assert.equal((await other.exchange([nothing], lock))[0]?.code, 0)
  })

  it('is waited for', async () => {
    const [one, other] = [connect(0), connect(30)]
    await one.exchange([nothing], lock)
    const going = other.exchange([nothing], lock)
    for (const deadline = Date.now() + 20_000; warnings.length === 0 && Date.now() < deadline;)
      await setTimeout(20)
    await one.close()
    assert.equal((await going)[0]?.code, 0)
    assert.match(warnings.join('\n'), /waiting for another run-playbook: .*pid/)
  })

  it('is not held by a daemon that a step leaves behind', async () => {
    const [one, other] = [connect(0), connect(2)]
    const [reply] = await one.exchange([{ kind: 'step', script: 'sleep 20 & echo $!' }], lock)
    await one.close()
    assert.equal((await other.exchange([nothing], lock))[0]?.code, 0)
    process.kill(Number(reply?.stdout))
  })

  it('is held by a step whose operator was killed, until the step ends, and no further step runs', async () => {
    const program = `
      import { connectAsUser } from './test/transport/as-user.ts'
      const connection = connectAsUser(${UID})
      const steps = ['echo started', 'until [ -e ' + process.argv.at(-1) + '.go ]; do sleep 0.1; done', 'touch ' + process.argv.at(-1)].map((script) => ({ kind: 'step', script }))
      const onReply = (_, reply) => console.log(reply.stdout.toString())
      await connection.exchange(steps, { user: 'login', lock: true, onReply })`
    const flag = `/tmp/rp-test-flag-${process.pid}`
    const args = ['--import', 'tsx', '--input-type=module', '-e', program, flag]
    const operator = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => operator.stdout.once('data', resolve))
    const gone = once(operator, 'exit')
    operator.kill('SIGKILL')
    await gone
    const other = connect(0)
    await assert.rejects(other.exchange([nothing], lock), { code: 'E_LOCKED' })
    writeFileSync(`${flag}.go`, '')
    const patient = connect(10)
    await patient.exchange([nothing], lock)
    assert.ok(!existsSync(flag))
    rmSync(`${flag}.go`)
  })

  for (const shell of ['/bin/dash', '/bin/bash', '/bin/busybox sh'])
    it(`is taken from a run that gives no sign any more, by ${shell}`, async () => {
      if (shell.includes('busybox')) install('/bin/busybox', 'busybox')
      const lost = connect(0, shell)
      await lost.exchange([nothing], lock)
      ageLock(LOCK, 60)
      await connect(10, shell).exchange([nothing], lock)
      assert.match(warnings.at(-1) ?? '', /ended another run-playbook, whose connection was lost.*: .*pid/)
      await assert.rejects(lost.exchange([nothing], lock), { code: 'E_CONNECTION_LOST' })
    })

  it('is left to a run that gives no sign while a script of it runs', async () => {
    const one = connect(0)
    const going = `/tmp/rp-test-going-${process.pid}`
    const script = `touch ${going}.begun; until [ -e ${going} ]; do sleep 0.1; done`
    const long = one.exchange([{ kind: 'step', script }], lock)
    while (!existsSync(`${going}.begun`)) await setTimeout(20)
    ageLock(LOCK, 900)
    await assert.rejects(connect(4).exchange([nothing], lock), { code: 'E_LOCKED' })
    writeFileSync(going, '')
    assert.equal((await long)[0]?.code, 0)
    for (const end of ['', '.begun']) rmSync(going + end)
    // The end of the script was a sign.
    await assert.rejects(connect(3).exchange([nothing], lock), { code: 'E_LOCKED' })
  })

  it('is left to a run that only waits: it gives a sign every 10 s', async () => {
    const one = connect(0)
    await one.exchange([nothing], lock)
    ageLock(LOCK, 45)
    const aged = lastSign(LOCK)
    for (const deadline = Date.now() + 30_000; lastSign(LOCK) === aged && Date.now() < deadline;)
      await setTimeout(100)
    assert.ok(lastSign(LOCK) - aged >= 45, 'it gave no sign')
    await assert.rejects(connect(3).exchange([nothing], lock), { code: 'E_LOCKED' })
    assert.equal((await one.exchange([nothing], lock))[0]?.code, 0)
  })
})
