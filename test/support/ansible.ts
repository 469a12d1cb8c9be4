import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

/** One call of a module of Ansible. */
export interface AnsibleCall {
  readonly module: string
  readonly args: Readonly<Record<string, unknown>>
  /** Vars of the task. Only `playAnsible` knows them. */
  readonly vars?: unknown
}

/** What the module said, such as `changed` and `failed`. */
export type AnsibleResult = Readonly<Record<string, unknown>>

// All calls in one process, a line each: the start of Python costs more than the work.
const PROGRAM = `
import contextlib, importlib, io, json, sys, traceback
from ansible.module_utils import basic
for line in sys.stdin:
    call = json.loads(line)
    basic._ANSIBLE_ARGS = json.dumps({'ANSIBLE_MODULE_ARGS': call['args']}).encode()
    basic._ANSIBLE_PROFILE = 'legacy'
    # Anew, as Ansible does it: some keep what they have read.
    module = importlib.reload(importlib.import_module('ansible.modules.' + call['module']))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            module.main()
        except SystemExit:
            pass
        except Exception:
            print(json.dumps({'failed': True, 'msg': traceback.format_exc()}))
    result = json.loads(said.getvalue().strip().split('\\n')[-1])
    # It is long, and says what was asked for.
    result.pop('invocation', None)
    print(json.dumps(result), flush=True)
`

const PYTHON = '/usr/bin/python3'

/** Whether this machine has Ansible: Debian's `ansible-core`. */
export const hasAnsible = (): boolean => spawnSync(PYTHON, ['-c', 'import ansible.modules']).status === 0

/** Whether the Ansible of this machine is as new, such as `'2.16'`. */
export function isAnsible(version: string): boolean {
  const said = spawnSync(PYTHON, ['-c', 'import ansible.release as r; print(r.__version__)'], {
    encoding: 'utf8',
  })
  const [major = 0, minor = 0] = said.stdout.split('.').map(Number)
  const [least = 0, minorLeast = 0] = version.split('.').map(Number)
  return major > least || (major === least && minor >= minorLeast)
}

const lines = (calls: readonly AnsibleCall[]): string =>
  calls.map((call) => `${JSON.stringify(call)}\n`).join('')

const results = (said: string): readonly AnsibleResult[] =>
  said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AnsibleResult)

/**
 * Runs modules of Ansible on this machine, one after the other.
 *
 * @param enter what goes before a command that is to run in a namespace
 */
export function runAnsible(
  calls: readonly AnsibleCall[],
  enter: readonly string[] = [],
): readonly AnsibleResult[] {
  const [program, ...args] = [...enter, PYTHON, '-c', PROGRAM]
  const ended = spawnSync(program, args, { input: lines(calls), encoding: 'utf8' })
  if (ended.status !== 0) throw new Error(ended.stderr)
  return results(ended.stdout)
}

/** The same, while this process goes on, as a server that is asked. */
export async function askAnsible(calls: readonly AnsibleCall[]): Promise<readonly AnsibleResult[]> {
  const child = spawn(PYTHON, ['-c', PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(lines(calls))
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  if (code !== 0) throw new Error(stderr)
  return results(stdout)
}

/** Ansible, waiting for calls. */
export interface OpenAnsible {
  call(call: AnsibleCall): Promise<AnsibleResult>
  close(): Promise<void>
}

/** The same, where something has to be done between two calls. Runs in a shell, such as one in a namespace. */
export function openAnsible([program = 'sh', ...rest]: readonly string[]): OpenAnsible {
  const child = spawn(program, [...rest, '-c', `exec ${PYTHON} -c "$0"`, PROGRAM], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    call: async (call) => {
      child.stdin.write(lines([call]))
      const { value, done } = await answers.next()
      if (done === true) throw new Error(`Ansible ended at ${JSON.stringify(call)}`)
      return JSON.parse(value) as AnsibleResult
    },
    close: async () => {
      child.stdin.end()
      await ended
    },
  }
}
