import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host, Task } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { groundPlays } from '../../../../playbooks/plays/overlay-and-image.ts'
import { hosts, a, b, factsOf, primary, replica } from '../../cluster/nodes.ts'
import { imageOne } from '../../modules/docker/fixtures.ts'
import { loaded, planOf } from '../../modules/driver.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'

describe('the image that -e image names', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const tasks = (
    image: string,
    host: Host = a,
    node = factsOf(primary(), replica(), replica()),
    statusImage = 'mine/status',
  ) => {
    const play = groundPlays({
      vars: clusterVars.parse({ image, statusImage }),
      hosts,
      limited: hosts,
      facts: { node },
      secrets,
      stateDir: home.stateDir,
    }).find(({ name }) => name === 'image')
    const [role] = (play?.roles?.(host) ?? []).filter((one) => !!one)
    return (role?.tasks ?? []) as Task[]
  }
  /** The arguments that the node's own build of the image is given. */
  const builtWith = (host: Host, node: ReturnType<typeof factsOf>) => {
    const task = tasks('run-playbook/postgres', host, node).find(({ name }) => name === 'postgres image')
    assert.ok(task)
    const { source } = task.args as unknown as { source: { flags: readonly string[] } }
    return source.flags.at(-1)
  }
  const there = { id: imageOne().id, image: imageOne(), loaded: undefined }
  const changes = async (image: string, state: unknown = there) => {
    const task = tasks(image).find(({ name }) => name === 'postgres image')
    assert.ok(task)
    return planOf(await loaded(task), state).changes.map(({ to }) => String(to))
  }
  it('of another version of pgBackRest than the newest is built anew, and those that have it are left alone', () => {
    const args = (host: Host, ...versions: string[]) => {
      const facts = [primary(), replica(), replica()].map((fact, i) => ({ ...fact, pgbackrest: versions[i] }))
      return builtWith(host, factsOf(...facts))
    }
    assert.deepEqual(args(b, '2.59.1', '2.57.0', '2.59.1'), 'PGBACKREST=2.59.1')
    assert.equal(args(a, '2.59.1', '2.57.0', '2.59.1'), undefined)
    assert.equal(args(b, '2.59.1', '2.59.1', '2.59.1'), undefined)
    assert.deepEqual(args(b, '2.9', '2.10', ''), undefined)
    assert.deepEqual(args(a, '2.9', '2.10', ''), 'PGBACKREST=2.10')
    // So that the next run does not build it again.
    const built = factsOf({ ...primary(), pgbackrest: '2.59.1', pgbackrestArg: '2.59.1' })
    assert.deepEqual(builtWith(a, built), 'PGBACKREST=2.59.1')
  })

  it('of a major version comes from the archive of that version, and the others from the one for all', async () => {
    const folder = join(home.stateDir, 'images')
    await mkdir(folder, { recursive: true })
    // An empty file is no archive, and the error names it.
    const comesFrom = async (name: string, file: string) => {
      const found = tasks('run-playbook/postgres:17', a, undefined, 'run-playbook/postgres-status').find(
        (task) => task.name === name,
      )
      assert.ok(found)
      await assert.rejects(loaded(found), (error: Error) => error.message.includes(join(folder, file)))
    }
    try {
      await writeFile(join(folder, 'postgres.tar.gz'), '')
      await comesFrom('postgres image', 'postgres.tar.gz')
      await writeFile(join(folder, 'postgres-17.tar.gz'), '')
      await comesFrom('postgres image', 'postgres-17.tar.gz')
      await comesFrom('status image', 'postgres.tar.gz')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('is built with the PostgreSQL that its tag names', () => {
    const base = (image: string) => {
      const task = tasks(image).find(({ name }) => name === 'postgres image')
      assert.ok(task)
      const { source } = task.args as { source: { flags: readonly string[] } }
      return source.flags.filter((flag) => flag.startsWith('BASE='))
    }
    assert.deepEqual(base('run-playbook/postgres:17'), ['BASE=postgres:17-alpine'])
    assert.deepEqual(base('run-playbook/postgres'), [])
    assert.deepEqual(base('run-playbook/postgres:latest'), [])
  })

  const isChecked = (image: string) => tasks(image).some(({ name }) => name === 'postgres image fits')

  it("is used as it is when it is one's own: pulled where it is missing, checked, never built over", async () => {
    for (const image of ['mine/pg:16', 'localhost:5000/run-playbook/postgres', 'postgres:17']) {
      assert.deepEqual(await changes(image), [])
      assert.deepEqual(await changes(image, { ...there, image: undefined }), [image])
      assert.ok(isChecked(image))
    }
  })

  it('is built when the name is ours, also over one that an archive brought', async () => {
    for (const image of ['run-playbook/postgres', 'run-playbook/postgres:17']) {
      assert.match((await changes(image))[0] ?? '', /^built from/)
      assert.ok(!isChecked(image))
    }
  })
})
