import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** One call of a module of Ansible. */
export interface AnsibleCall {
  readonly module: string
  readonly args: Readonly<Record<string, unknown>>
}

/** What the module said, such as `changed` and `failed`. */
export type AnsibleResult = Readonly<Record<string, unknown>>

// All calls in one process: the start of Python costs more than the work.
const PROGRAM = `
import contextlib, importlib, io, json, sys
from ansible.module_utils import basic
results = []
for call in json.load(sys.stdin):
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
    results.append(json.loads(said.getvalue().strip().split('\\n')[-1]))
print(json.dumps(results))
`

const PYTHON = '/usr/bin/python3'

/** Whether this machine has Ansible: Debian's `ansible-core`. */
export const hasAnsible = (): boolean => spawnSync(PYTHON, ['-c', 'import ansible.modules']).status === 0

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
  const ended = spawnSync(program, args, { input: JSON.stringify(calls), encoding: 'utf8' })
  if (ended.status !== 0) throw new Error(ended.stderr)
  return JSON.parse(ended.stdout) as AnsibleResult[]
}

/** The same, while this process goes on, as a server that is asked. */
export async function askAnsible(calls: readonly AnsibleCall[]): Promise<readonly AnsibleResult[]> {
  const child = spawn(PYTHON, ['-c', PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(JSON.stringify(calls))
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as AnsibleResult[]
}
