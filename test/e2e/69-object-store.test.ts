import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { ensureNetwork, addressIn } from '../../docker/lab/network.ts'
import { BUCKET, S3Server } from '../support/s3-server.ts'
import { primaryNow } from './cluster.ts'
import { writeInventory } from './inventory.ts'
import { pgbackrest, untilWell, words } from './repository.ts'
import { IN_PLACE, archive, restore, sum, write } from './restore.ts'
import { statusOf } from './service.ts'
import { DIR, NODES, explain, freshLab, lab, onNode, psql, run, until } from './support.ts'

const HOST = 'store.test'

describe('a second repository in an object store', function () {
  this.timeout(900_000)
  let store: S3Server
  let inventory: string
  let rows: string
  const using = (...args: string[]) => [...args, '-i', inventory]
  const inventoryWith = (name: string, path: string) =>
    writeInventory(name, [
      /^ *postgres: \{/m,
      `$& vars: { objectStore: { type: 's3', bucket: '${BUCKET}', endpoint: '${HOST}:${store.port}', path: '${path}', uriStyle: 'path', ca: ${JSON.stringify(store.ca)} } },`,
    ])
  const setKeys = (accessKey: string, secretKey: string): void => {
    store.allow(accessKey, secretKey)
    for (const [name, value] of [
      ['object-store.access-key', accessKey],
      ['object-store.secret-key', secretKey],
    ] as const) {
      execFileSync(process.execPath, ['bin/run-playbook.js', 'secrets', 'set', name, '--replace'], {
        env: { ...process.env, RUN_PLAYBOOK_STATE: `${DIR}/.run-playbook` },
        input: value,
      })
    }
  }
  const site = async (): Promise<string> => {
    const outcome = await run(...using('site'))
    assert.equal(outcome.code, 0, explain(outcome))
    return outcome.stdout
  }
  const nameTheStore = async (): Promise<void> => {
    const { engine, name } = await lab()
    const address = addressIn(await ensureNetwork(engine, name), 1)
    for (const node of NODES) await onNode(node, `echo '${address} ${HOST}' >> /etc/hosts`)
  }
  const holds = (node: string, segment: string): Promise<boolean> =>
    pgbackrest(node, `object-store holds ${segment}`).then(
      () => true,
      () => false,
    )
  /** The backups that the store has of a node, and their files. */
  const backups = (node: string): string[] => [
    ...new Set(
      store
        .keys()
        .flatMap(
          (key) => new RegExp(`^shop/${node}/backup/main/(\\d[^/]*)/backup.manifest$`).exec(key)?.[1] ?? [],
        ),
    ),
  ]
  const isKept = (segment: string): Promise<void> =>
    until(
      `${segment} is in the store, of each node`,
      async () => (await Promise.all(NODES.map((node) => holds(node, segment)))).every(Boolean),
      240,
    )

  before(async () => {
    await freshLab()
    const { engine, name } = await lab()
    store = new S3Server(addressIn(await ensureNetwork(engine, name), 1), [HOST])
    await store.start()
    inventory = inventoryWith('object-store.ts', '/shop')
    await nameTheStore()
  })
  after(async () => {
    rmSync(`${DIR}/object-store.ts`, { force: true })
    await store.remove()
    await freshLab()
  })

  it('needs credentials, and says so before any host is touched', async () => {
    // An earlier run may have stored some.
    const stored = `${DIR}/.run-playbook/secrets.age`
    if (existsSync(stored)) renameSync(stored, `${stored}.kept`)
    const refused = await run(...using('site')).finally(() => {
      if (existsSync(`${stored}.kept`)) renameSync(`${stored}.kept`, stored)
    })
    assert.equal(refused.code, 1, explain(refused))
    assert.match(refused.stderr, /there is no secret object-store\.access-key/)
    assert.match(refused.stderr, /run-playbook secrets set object-store\.access-key/)
    for (const node of NODES)
      assert.equal(await onNode(node, 'ls -d /etc/run-playbook 2>/dev/null || echo none'), 'none')
  })

  it('gets the backups and the WAL of each node, encrypted', async () => {
    setKeys('first-key', 'first-secret-of-the-store')
    await site()
    const primary = await primaryNow()
    await write(primary, 'orders', 1000)
    rows = await sum(primary, 'orders')
    await isKept(await archive(primary))
    for (const node of NODES) {
      await until(`a backup of ${node} is in the store`, () => Promise.resolve(backups(node).length > 0), 300)
      assert.equal(store.head(`shop/${node}/archive/main/archive.info`), 'Salted__')
      await untilWell(node)
    }
  })

  it('shows its credentials nowhere', async () => {
    for (const node of NODES) {
      const secret = await onNode(node, 'cat /etc/run-playbook/secrets/object_store_secret_key')
      assert.equal(secret, 'first-secret-of-the-store')
      const everywhere = `{ ps auxww; for c in $(docker ps -q); do docker inspect $c; docker logs $c 2>&1; docker top $c auxww; done; grep -r . /var/lib/run-playbook; journalctl --no-pager; }`
      assert.equal(
        await onNode(node, `${everywhere} 2>/dev/null | grep -c 'first-secret-of[-]the-store' || true`),
        '0',
      )
      assert.equal(
        await onNode(node, "stat -c '%a %U' /etc/run-playbook/secrets/object_store_secret_key"),
        '400 root',
      )
    }
  })

  it('is in the window that the status shows', async () => {
    for (const node of NODES)
      await until(
        `${node} shows what the store can bring back`,
        async () => (await statusOf(node)).objectStore?.window?.complete === true,
        300,
      )
    const table = await run('status')
    assert.match(table.stdout, /store \d{4}-\d\d-\d\d/)
  })

  it('is refused where a place has the backups of another cluster', async () => {
    const other =
      '-e PGBACKREST_CONFIG=/etc/pgbackrest/object-store.conf -e PGBACKREST_CONFIG_INCLUDE_PATH=/run/run-playbook/object-store'
    const foreign = '-e PGBACKREST_REPO1_PATH=/other/node-b'
    await onNode(
      'node-b',
      `docker exec -u postgres pgbackrest sed 's/^repo1-cipher-pass=.*/repo1-cipher-pass=of-another-cluster/' /run/run-playbook/object-store/credentials.conf |
        docker exec -i -u postgres pgbackrest sh -c 'mkdir -p /tmp/foreign && cat > /tmp/foreign/c.conf'
      docker exec -u postgres ${other.replace('/run/run-playbook/object-store', '/tmp/foreign')} ${foreign} pgbackrest pgbackrest stanza-create --no-online --log-level-console=off
      docker exec pgbackrest rm -r /tmp/foreign`,
    )
    const before = store.keys().filter((key) => key.startsWith('other/'))
    assert.notEqual(before.length, 0)
    const ours = inventory
    inventory = inventoryWith('object-store-other.ts', '/other')
    try {
      const refused = await run(...using('site'))
      assert.equal(refused.code, 2, explain(refused))
      assert.match(refused.stdout + refused.stderr, /E_OBJECT_STORE/)
      assert.deepEqual(
        store.keys().filter((key) => key.startsWith('other/')),
        before,
      )
      for (const node of NODES)
        await onNode(
          node,
          'grep -qx repo1-path=/shop/$(hostname) /etc/run-playbook/pgbackrest/object-store.conf',
        )
    } finally {
      inventory = ours
    }
    await site()
  })

  it('can be restored from, and it is said why', async () => {
    const copy = await restore(...using('-e', 'repository=object-store', '-e', 'target=latest'))
    assert.match(copy.stdout, /in the object store/)
    const node = NODES.find((one) => copy.stdout.includes(`postgres-restore on ${one}`)) ?? 'node-a'
    assert.equal(await sum(node, 'orders', 'postgres-restore'), rows)
    await restore(...using('-e', 'remove=yes'))
  })

  it('is told of a restore to now, up to the last commit', async () => {
    const primary = await primaryNow()
    await write(primary, 'orders', 7)
    rows = await sum(primary, 'orders')
    const copy = await restore(...using('-e', 'repository=object-store', '-e', 'from=node-b'))
    assert.match(copy.stdout, /postgres-restore on node-b/)
    assert.equal(await sum('node-b', 'orders', 'postgres-restore'), rows)
    await restore(...using('-e', 'remove=yes'))
  })

  it('brings the cluster back when all repositories on the nodes are lost', async () => {
    for (const node of NODES)
      await onNode(node, 'docker stop pgbackrest; rm -rf /data/backups/archive /data/backups/backup')
    await restore(...using(...IN_PLACE, '-e', 'target=latest'))
    for (const node of NODES) assert.equal(await sum(node, 'orders'), rows, node)
    for (const node of NODES) await untilWell(node, 400)
  })

  it('brings the cluster back when all nodes are lost', async () => {
    const primary = await primaryNow()
    await write(primary, 'orders', 5)
    rows = await sum(primary, 'orders')
    await isKept(await archive(primary))
    const before = backups(primary)
    await freshLab()
    await nameTheStore()
    const refused = await run(...using('site'))
    assert.equal(refused.code, 2, explain(refused))
    assert.match(refused.stdout + refused.stderr, /the object store has backups of a cluster/)
    await restore(...using(...IN_PLACE))
    for (const node of NODES) assert.equal(await sum(node, 'orders'), rows, node)
    for (const node of NODES) await untilWell(node, 400)
    assert.ok(before.every((label) => backups(primary).includes(label)))
  })

  for (const [state, words_] of [
    ['is down', /the object store cannot be used: .* It is tried again by itself/],
    ['hangs', /the object store (cannot be used|has not answered)/],
  ] as const)
    it(`that ${state} stops neither the database nor the backups of the nodes`, async () => {
      await (state === 'hangs' ? store.hang() : store.stop())
      try {
        const primary = await primaryNow()
        await write(primary, 'orders', 1000)
        rows = await sum(primary, 'orders')
        const segment = await archive(primary)
        const backup = await run(...using('backup'))
        assert.equal(backup.code, 0, explain(backup))
        await until(
          'the status says so',
          async () => words_.test(await words(primary, 'store-unreachable')),
          400,
        )
        await store.start()
        await isKept(segment)
      } finally {
        await store.start()
      }
      for (const node of NODES) await untilWell(node)
    })

  it('takes new credentials without a restart of PostgreSQL', async () => {
    const primary = await primaryNow()
    const started = await psql(primary, 'SELECT pg_postmaster_start_time()')
    store.deny('first-key')
    assert.match(
      await words(primary, 'store-denied'),
      /denies access to backups\/shop\/.*Check the secrets object-store/,
    )
    setKeys('second-key', 'second-secret-of-the-store')
    await site()
    for (const node of NODES) await untilWell(node)
    await write(primary, 'orders', 10)
    rows = await sum(primary, 'orders')
    await isKept(await archive(primary))
    assert.equal(await psql(primary, 'SELECT pg_postmaster_start_time()'), started)
  })

  it('keeps what it has when the inventory does not name it any more', async () => {
    const before = store.keys()
    const outcome = await run('site')
    assert.equal(outcome.code, 0, explain(outcome))
    assert.match(outcome.stdout, /The backups and the WAL in the bucket stay as they are/)
    for (const node of NODES) {
      assert.equal(
        await onNode(node, 'ls /etc/run-playbook/secrets | grep object_store || echo none'),
        'none',
      )
      await untilWell(node)
    }
    assert.ok(before.every((key) => store.keys().includes(key)))
  })
})
