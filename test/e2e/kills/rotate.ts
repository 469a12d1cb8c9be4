import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { reveal } from '../../../lib/core/secret.ts'
import { openSecrets } from '../../../lib/secrets/index.ts'
import { addressOf } from '../service.ts'
import { DIR, NODES, explain, onNode, psql, run } from '../support.ts'
import type { End, Operation } from './operation.ts'

const NAMES = ['superuser', 'replicator', 'rewinder', 'basebackup'].map((name) => `postgres.${name}`)

const rotateAll = async (...options: string[]): Promise<void> => {
  const env = { ...process.env, RUN_PLAYBOOK_STATE: `${DIR}/.run-playbook` }
  for (const name of NAMES)
    await promisify(execFile)(
      process.execPath,
      ['bin/run-playbook.js', 'secrets', 'rotate', name, ...options],
      {
        env,
      },
    )
}

const stored = async (): Promise<Record<string, string>> => {
  const store = await openSecrets({ stateDir: `${DIR}/.run-playbook` })
  return Object.fromEntries(NAMES.map((name) => [name, reveal(store.get(name))]))
}

/** New passwords of PostgreSQL's roles: killed is the run that brings them to the nodes. */
export const rotate = (...args: string[]): Operation => ({
  name: 'rotate',
  prepare: async (primary) => {
    const before = await stored()
    await rotateAll()
    const rotated = await stored()
    for (const name of NAMES) assert.notEqual(rotated[name], before[name])
    let wanted = rotated
    const finish = async (): Promise<End> => {
      const site = await run('site', ...args)
      assert.equal(site.code, 0, explain(site))
      return { way: 'finished', primary }
    }
    const abort = async (): Promise<End> => {
      await rotateAll('--undo')
      wanted = before
      assert.deepEqual(await stored(), before)
      return { ...(await finish()), way: 'aborted' }
    }
    return {
      words: 'passwords',
      command: ['site', ...args],
      finish,
      abort,
      assertDone: () => assertInUse(primary, wanted),
    }
  },
})

/** Each node has the passwords that it logs in with, and all roles log in with theirs. */
async function assertInUse(primary: string, wanted: Record<string, string>): Promise<void> {
  const [superuser, replicator, rewinder, basebackup] = NAMES.map((name) => wanted[name] ?? '')
  const host = addressOf(primary)
  const login = (node: string, secret = '', more: string, sql = 'SELECT 1') =>
    onNode(
      node,
      `docker exec -e PGPASSWORD='${secret}' postgres psql -XAtqw "host=${host} ${more}" -c '${sql}'`,
    )
  for (const node of NODES) {
    const held = await onNode(
      node,
      'cat /etc/run-playbook/secrets/replication_password; echo; docker exec postgres cut -d: -f5 /run/run-playbook/pgpass',
    )
    assert.deepEqual(held.split('\n'), [replicator, replicator, rewinder], node)
    await login(node, replicator, 'user=replicator replication=true', 'IDENTIFY_SYSTEM')
    await login(node, rewinder, 'user=rewinder dbname=postgres')
  }
  await login(primary, superuser, 'user=postgres dbname=postgres')
  await login(primary, basebackup, 'user=basebackup dbname=postgres')
  await psql(primary, 'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_replication')
}
