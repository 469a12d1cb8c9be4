import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '../../../lib/engine/run/job/job.ts'
import {
  jobsIn,
  jobsQuestion,
  removeScript,
  replayScripts,
  startScripts,
} from '../../../lib/engine/run/job/job.ts'
import type { ShellStep } from '../../../lib/core/module.ts'
import { SHELLS, run } from '../modules/driver.ts'

/** The programs of a job, with one shell for all of it. */
function host(shell: readonly string[]) {
  const own = (text: string): string => text.replaceAll('/bin/sh', shell.join(' '))
  const go = (step: ShellStep) =>
    run(shell, {
      script: own(step.script),
      stdin: typeof step.stdin === 'string' ? own(step.stdin) : step.stdin,
    })
  const find = async (id: string): Promise<Job | undefined> => {
    const reply = await go({ script: jobsQuestion.reader.ask(['']) })
    return jobsIn(jobsQuestion.reader.parse(reply, [''])[0]).find((job) => job.id === id)
  }
  const ended = async (id: string): Promise<Job> => {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
      const job = await find(id)
      assert.ok(job)
      if (job.state !== 'running') return job
      await sleep(100)
    }
    throw new Error('it does not end')
  }
  return { go, find, ended }
}

for (const [name, shell] of Object.entries(SHELLS))
  describe(`a job on a host with ${name}`, function () {
    const { go, find, ended } = host(shell)
    const id = `${'0'.repeat(10)}${process.pid.toString().padStart(6, '0').slice(-6)}-${'1'.repeat(16)}`

    before(function () {
      if (process.getuid?.() !== 0) this.skip()
    })
    afterEach(() => rmSync(`/var/lib/run-playbook/jobs/${id}`, { recursive: true, force: true }))

    const start = async (steps: readonly ShellStep[]) => {
      for (const script of startScripts(id, 'a "name" of\n two lines', steps)) {
        const { code, stderr } = await go(script)
        assert.equal(code, 0, stderr.toString())
      }
    }
    const results = async (job: Job) => {
      const replies = []
      for (const script of replayScripts(job, [])) replies.push(await go(script))
      return replies.map(({ code, stdout, stderr }) => [code, stdout.toString(), stderr.toString()])
    }

    it('runs its steps until one fails, and what they left is found once', async () => {
      await start([
        { script: 'cat; echo to stderr >&2', stdin: 'input' },
        { script: 'read x || echo no input; exit 5' },
        { script: 'echo never' },
      ])
      const job = await ended(id)
      assert.deepEqual(job, { id, state: 'ended', steps: 3, name: 'a "name" of  two lines' })
      assert.deepEqual(await results(job), [
        [0, 'input', 'to stderr\n'],
        [5, 'no input\n', ''],
        [0, '', ''],
      ])
      await go(removeScript(id))
      assert.equal(await find(id), undefined)
    })

    it('is running while it runs, and is not started twice', async () => {
      const gate = `/tmp/rp-job-go-${process.pid}`
      await start([{ script: `until [ -e ${gate} ]; do sleep 0.1; done` }])
      assert.equal((await find(id))?.state, 'running')
      const [prepare] = startScripts(id, 'name', [])
      assert.match((await go(prepare as ShellStep)).stderr.toString(), /it is there already/)
      writeFileSync(gate, '')
      assert.equal((await ended(id)).state, 'ended')
      rmSync(gate)
    })

    it('is ended in time with all that it started', async () => {
      const flag = `/tmp/rp-job-${process.pid}`
      // One that does not listen is killed five seconds later.
      const deaf = name === 'busybox' ? "trap '' TERM;" : ''
      await start([{ script: `(sleep 3; touch ${flag}) & ${deaf} sleep 60`, timeoutMs: 1000 }])
      const job = await ended(id)
      assert.deepEqual((await results(job))[0]?.[0], 124)
      await sleep(2500)
      assert.ok(!existsSync(flag))
    })

    it('is lost when its process is killed, and its step ends when it is removed', async () => {
      const flag = `/tmp/rp-lost-${process.pid}`
      await start([{ script: `until [ -e ${flag}.go ]; do sleep 0.1; done; touch ${flag}` }])
      const { stdout } = await go({ script: `read -r p _ </var/lib/run-playbook/jobs/${id}/pid; echo $p` })
      process.kill(Number(stdout), 'SIGKILL')
      assert.equal((await ended(id)).state, 'lost')
      await go(removeScript(id))
      writeFileSync(`${flag}.go`, '')
      await sleep(1000)
      rmSync(`${flag}.go`)
      assert.ok(!existsSync(flag))
    })
  })
