import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { docker } from '../../docker/lab/engine.ts'
import { type JsonOutcome, DIR, NODES, explain, lab, onNode, runJson, start, until } from './support.ts'

/** The playbook in `test/e2e/task-tree/` with this name. */
export const playbook = (name: 'tree' | 'rolling' | 'job' | 'reboot'): string =>
  `test/e2e/task-tree/${name}.ts`

const onAll = (script: string): Promise<string[]> => Promise.all(NODES.map((node) => onNode(node, script)))

/** Nodes on which none of the playbooks was run. */
export async function forget(): Promise<void> {
  await onAll(
    `rm -rf /srv/tree /srv/tree.inbox /run/tree-before /var/lib/run-playbook/jobs /var/lib/run-playbook/handlers
    rmdir --ignore-fail-on-non-empty /var/lib/run-playbook 2>/dev/null; true`,
  )
}

/** What the playbook left, a text a node. A token is another one each time. */
export async function leftBehind(): Promise<string[]> {
  const texts = await onAll(
    `[ -d /srv/tree ] || exit 0
    cd /srv/tree && find . -printf '%P %y %m %u:%g\\n' | sort && find . -type f ! -path ./payload -exec grep -H '' {} + | sort; cksum payload`,
  )
  const token = /^\.\/token:(\w{16})$/m.exec(texts.join('\n'))?.[1]
  return texts.map((text) => (token === undefined ? text : text.replaceAll(token, 'TOKEN')))
}

/** Nothing of a run waits on a node: no lock, no job, no handler that is owed, no half-written file. */
export async function assertTidy(): Promise<void> {
  const left = `ls -A /var/lib/run-playbook/jobs /var/lib/run-playbook/handlers 2>/dev/null | grep -v ':$\\|^$'
    find /srv/tree /home/operator \\( -name '.run-playbook-*' -o -name '*.new' \\) 2>/dev/null
    ls -d /tmp/run-playbook.* /var/tmp/run-playbook.* 2>/dev/null; flock -n /run/run-playbook.lock true || echo locked`
  assert.deepEqual(await onAll(`${left}; true`), ['', '', ''])
}

/**
 * Changes that the dry run had not foretold, as `host: task`. No dry run foretells a failure and what rescues it, nor the
 * names of tasks of which it says that they are made from something unknown.
 */
export function surprises(dry: JsonOutcome, run: JsonOutcome): string[] {
  const foretold = new Set(dry.with('would-change', 'unknown'))
  const unnamed = (task: string) =>
    task.includes('folder of ') &&
    dry.stdout.includes(`"host":"${task.split(':')[0]}","level":"warning","text":"which tasks come after`)
  return run
    .with('changed')
    .filter((task) => !foretold.has(task) && !task.endsWith('roll back') && !unnamed(task))
}

/** Runs it and expects it to go well. */
export async function runWell(...args: string[]): Promise<JsonOutcome> {
  const outcome = await runJson(...args)
  assert.equal(outcome.code, 0, explain(outcome))
  return outcome
}

/** Logs in as operator, who has to give a password for sudo. */
export function asOperator(...args: string[]) {
  const config = `${DIR}/operator_config`
  writeFileSync(config, readFileSync(`${DIR}/ssh_config`, 'utf8').replaceAll('User root', 'User operator'))
  const password = readFileSync(`${DIR}/operator-password`, 'utf8')
  return start([...args, '-K'], { TEST_SSH_CONFIG: config, TEST_STDIN: password })
}

/** Whether the job of the playbook has begun on node-b. */
export const jobBegan = (): Promise<void> =>
  until(
    'the job',
    async () => (await onNode('node-b', 'cat /srv/tree/import.log 2>/dev/null || true')) !== '',
  )

/** Kills what serves the SSH connections of a node, as when the network goes away. */
export async function cutConnections(node: string): Promise<void> {
  await onNode(node, "pkill -KILL -f '^sshd: (root|operator)@' || true")
}

/** When process 1 of a node was started. */
export const startOf = (node: string): Promise<string> => onNode(node, 'cut -d " " -f 22 /proc/1/stat')

/** How often Docker has started the container of a node again. */
export async function restartsOf(name: string): Promise<number> {
  const { engine, nodes } = await lab()
  const container = nodes.find((node) => node.name === name)?.container ?? ''
  return Number(await docker(engine, ['inspect', '-f', '{{.RestartCount}}', container]))
}
