import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnsibleCall, AnsibleResult } from './ansible.ts'

const ARGV = ['-i', 'host-1,', '-c', 'local', '-e', 'ansible_python_interpreter=/usr/bin/python3']

/**
 * Runs tasks of Ansible on this machine with `ansible-playbook`, all in one run: for modules that do a part of their work on
 * the machine of the operator, such as `copy`. A module alone is faster with `askAnsible`.
 */
export async function playAnsible(calls: readonly AnsibleCall[]): Promise<readonly AnsibleResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rp-ansible.'))
  const at = (name: string): string => join(folder, name)
  try {
    const tasks = calls.map(({ module, args, vars = {} }, i) => ({
      [`ansible.builtin.${module}`]: args,
      vars,
      register: `r${i}`,
      ignore_errors: true,
    }))
    const said = `{{ [${calls.map((_, i) => `r${i}`).join(', ')}] | to_json }}`
    const last = { 'ansible.builtin.copy': { content: said, dest: at('results') } }
    const play = [{ hosts: 'all', gather_facts: false, tasks: [...tasks, last] }]
    await writeFile(at('play.json'), JSON.stringify(play))
    await run([...ARGV, at('play.json')], folder)
    return JSON.parse(await readFile(at('results'), 'utf8')) as AnsibleResult[]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function run(argv: readonly string[], folder: string): Promise<void> {
  const env = {
    ...process.env,
    LC_ALL: 'C.UTF-8',
    ANSIBLE_PIPELINING: '1',
    ANSIBLE_HOME: join(folder, 'home'),
  }
  return new Promise((done, failed) => {
    execFile('ansible-playbook', argv, { env, cwd: folder, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) done()
      else failed(new Error(`${stdout}${stderr}`))
    })
  })
}
