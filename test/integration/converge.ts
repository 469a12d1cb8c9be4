import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { Change } from '../../lib/core/change.ts'
import type { ShellStep } from '../../lib/core/module.ts'
import type { Question, Reply } from '../../lib/core/probe.ts'
import { isSecret, reveal } from '../../lib/core/secret.ts'
import type { Task } from '../../lib/core/task.ts'

/** What the engine does with one task, without any of its cleverness, on this machine or through a command. */
export class Host {
  readonly shell: readonly string[]
  readonly env: Record<string, string>

  constructor(shell: readonly string[] = ['sh', '-c'], env: Record<string, string> = {}) {
    this.shell = shell
    this.env = env
  }

  async answer(question: Question): Promise<unknown> {
    const { reader, key } = question
    const reply = await this.run({ script: reader.ask([key]) })
    const [answer] = reader.parse(reply, [key])
    if (answer instanceof Error) throw answer
    return answer
  }

  async state(task: Task): Promise<unknown> {
    const { questions, parse } = task.module.probe(task.args)
    return parse(await Promise.all(questions.map((question) => this.answer(question))))
  }

  async changes(task: Task): Promise<readonly Change[]> {
    return task.module.plan(task.args, await this.state(task)).changes
  }

  /** Applies and gives back the changes, and how the predictions compare with what came true. */
  async converge(task: Task): Promise<Converged> {
    const before = await this.state(task)
    const { changes, leaves = [] } = task.module.plan(task.args, before)
    const steps = changes.length === 0 ? [] : (task.module.apply(task.args, before) as readonly ShellStep[])
    for (const step of steps) {
      const reply = await this.run(step)
      if (reply.code !== 0) throw new Error(`${step.script}: exit ${reply.code}\n${reply.stderr.toString()}`)
    }
    const after = await this.state(task)
    const left = task.module.verify
      ? task.module.verify(task.args, before, after)
      : task.module.plan(task.args, after).changes
    const predicted = leaves.map(async ({ question, answer }) => ({
      key: question.key,
      predicted: answer,
      actual: await this.answer(question),
    }))
    return { changes, left, after, steps, predicted: await Promise.all(predicted) }
  }

  run({ script, stdin }: ShellStep): Promise<Reply> {
    const [command = 'sh', ...args] = this.shell
    return new Promise((resolve, reject) => {
      const child = spawn(command, [...args, script], { env: { ...process.env, ...this.env } })
      const out: Buffer[] = []
      const err: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
      child.on('error', reject)
      child.on('close', (code) =>
        resolve({ code: code ?? 137, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }),
      )
      child.stdin.on('error', () => {})
      input(stdin).pipe(child.stdin)
    })
  }
}

export interface Converged {
  readonly changes: readonly Change[]
  readonly left: readonly Change[]
  readonly after: unknown
  readonly steps: readonly ShellStep[]
  readonly predicted: readonly { key: string; predicted: unknown; actual: unknown }[]
}

function input(stdin: ShellStep['stdin']): Readable {
  if (stdin === undefined) return Readable.from([])
  if (isSecret(stdin)) return Readable.from([reveal(stdin)])
  if (typeof stdin === 'object' && 'file' in stdin) return createReadStream(stdin.file)
  return Readable.from([stdin])
}
