import assert from 'node:assert/strict'
import { renameSync, rmSync } from 'node:fs'
import { reveal } from '../../lib/core/secret.ts'
import { openSecrets } from '../../lib/secrets/index.ts'
import { primaryNow } from './cluster.ts'
import { writeInventory } from './inventory.ts'
import { labels, untilWell, words } from './repository.ts'
import { IN_PLACE, archive, restore, sum, wipe, write } from './restore.ts'
import { assertSandboxed } from './sandbox.ts'
import { DIR, NODES, explain, freshLab, onNode, run, start, until } from './support.ts'

const KEY = '/etc/run-playbook/secrets/pgbackrest_cipher'
const PLACE = '/mnt/elsewhere'

describe('repositories that are encrypted and copied off the site', function () {
  this.timeout(400_000)
  let inventory: string
  const secrets = `${DIR}/.run-playbook/secrets.age`
  const using = (...args: string[]) => [...args, '-i', inventory]
  let rows: string

  const site = async (): Promise<void> => {
    const outcome = await run(...using('site'))
    assert.equal(outcome.code, 0, explain(outcome))
  }
  /** What the copy of now came to. */
  const copied = async (node: string): Promise<{ result: string; text: string }> => {
    await onNode(node, 'systemctl start run-playbook-offsite.service || true')
    const text = await onNode(node, 'cat /var/lib/run-playbook/postgres/state/offsite.json')
    return JSON.parse(text) as { result: string; text: string }
  }
  const kept = (node: string): Promise<string> => onNode(node, `ls ${PLACE}/${node}/backup/main`)
  const keys = (): Promise<string[]> => Promise.all(NODES.map((node) => onNode(node, `sha256sum < ${KEY}`)))

  before(async () => {
    await freshLab()
    for (const node of NODES) await onNode(node, `mkdir ${PLACE}; mount -t tmpfs tmpfs ${PLACE}`)
    const vars = `$& vars: { encrypt: true, offsite: '${PLACE}' },`
    inventory = writeInventory('encrypted.ts', [/^ *postgres: \{/m, vars])
    await site()
  })
  // A unit that failed stays on the nodes, and so do repositories that no other inventory can read.
  after(async () => {
    rmSync(`${DIR}/encrypted.ts`, { force: true })
    await freshLab()
  })

  it('are copied by a service that can do little else', async () => {
    for (const node of NODES) await assertSandboxed(node, 'run-playbook-offsite.service')
  })

  it('hold nothing in the clear, and a backup by hand is copied at once', async () => {
    const primary = await primaryNow()
    await write(primary, 'orders', 1000)
    rows = await sum(primary, 'orders')
    const backup = await run(...using('backup'))
    assert.equal(backup.code, 0, explain(backup))
    await archive(primary)
    for (const node of NODES) {
      assert.equal(await onNode(node, 'head -c 8 /data/backups/archive/main/archive.info'), 'Salted__')
      const newest = (await labels(node)).at(-1) ?? 'none'
      await until(`${newest} is off the site`, async () => (await kept(node)).includes(newest), 30)
    }
  })

  it('can be restored, and nothing is expired meanwhile', async () => {
    const holds = 'docker exec -u postgres pgbackrest flock -n /tmp/pgbackrest/expire.flock true'
    const held = onNode('node-b', `for i in $(seq 600); do ${holds} || exit 0; sleep 0.1; done; exit 1`)
    await restore(...using('-e', 'from=node-b'))
    await held
    await onNode('node-b', holds)
    assert.equal(await sum('node-b', 'orders', 'postgres-restore'), rows)
    await restore(...using('-e', 'remove=yes'))
  })

  it('keep their key when the secrets are lost, and it is told how to go on with it', async () => {
    const had = await keys()
    const store = await openSecrets({ stateDir: `${DIR}/.run-playbook` })
    const app = reveal(store.get('postgres.app'))
    renameSync(secrets, `${secrets}.lost`)
    try {
      for (const args of [['site'], ['restore', ...IN_PLACE]]) {
        const refused = await run(...using(...args))
        assert.equal(refused.code, 1, explain(refused))
        assert.match(refused.stderr, /the secret backup\.cipher does not open the repository of node-a/)
        assert.match(
          refused.stderr,
          new RegExp(`RUN_PLAYBOOK_SECRET_BACKUP_CIPHER="\\$\\(ssh node-a sudo cat ${KEY}`),
        )
      }
      assert.deepEqual(await keys(), had)
      const key = await onNode('node-a', `cat ${KEY}`)
      const given = { RUN_PLAYBOOK_SECRET_BACKUP_CIPHER: key, RUN_PLAYBOOK_SECRET_POSTGRES_APP: app }
      // The key alone is not enough: the other secrets of the cluster would be made anew.
      const others = await start(using('site', '--check'), given).done
      assert.match(others.stderr, /E_SECRETS_LOST|has no .*postgres\.superuser/, explain(others))
      const taken = await run(...using('take-over'))
      assert.equal(taken.code, 0, explain(taken))
      const adopted = await start(using('site', '--check'), { RUN_PLAYBOOK_SECRET_POSTGRES_APP: app }).done
      assert.equal(adopted.code, 0, explain(adopted))
    } finally {
      renameSync(`${secrets}.lost`, secrets)
    }
  })

  it('that are wiped leave their copy as it is', async () => {
    const copies = await kept('node-c')
    await onNode(
      'node-c',
      'docker stop postgres pgbackrest; rm -rf /data/backups/* /data/backups/.w*; docker start postgres',
    )
    assert.match((await copied('node-c')).text, /backup\.info is not there, so nothing is copied/)
    await site()
    const { result, text } = await copied('node-c')
    assert.equal(result, 'failed')
    assert.match(text, /holds the copy of another repository .* Move it aside/)
    await until('the status says so too', async () =>
      /the copy of another repository/.test(await words('node-c', 'offsite')),
    )
    assert.equal(await kept('node-c'), copies)
    await onNode('node-c', `mv ${PLACE}/node-c ${PLACE}/node-c.old`)
    assert.equal((await copied('node-c')).result, 'ok')
    await untilWell('node-c')
  })

  it('that are lost with everything else come back from their copy', async () => {
    await wipe(NODES)
    await onNode('node-b', `cp -r ${PLACE}/node-b /data/backups`)
    const copies = await kept('node-a')
    await restore(...using(...IN_PLACE))
    for (const node of NODES) assert.equal(await sum(node, 'orders'), rows, node)
    assert.equal((await copied('node-b')).result, 'ok')
    assert.match((await copied('node-a')).text, /the copy of another repository/)
    assert.equal(await kept('node-a'), copies)
  })
})
