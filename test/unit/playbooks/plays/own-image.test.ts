import assert from 'node:assert/strict'
import type { Task } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { groundPlays } from '../../../../playbooks/plays/overlay-and-image.ts'
import { hosts, a, factsOf, primary, replica } from '../../cluster/nodes.ts'
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

  const tasks = (image: string) => {
    const play = groundPlays({
      vars: clusterVars.parse({ image, statusImage: 'mine/status' }),
      hosts,
      limited: hosts,
      facts: { node: factsOf(primary(), replica(), replica()) },
      secrets,
      stateDir: home.stateDir,
    }).find(({ name }) => name === 'image')
    const [role] = (play?.roles?.(a) ?? []).filter((one) => !!one)
    return (role?.tasks ?? []) as Task[]
  }
  const there = { id: imageOne().id, image: imageOne(), loaded: undefined }
  const changes = async (image: string, state: unknown = there) => {
    const task = tasks(image).find(({ name }) => name === 'postgres image')
    assert.ok(task)
    return planOf(await loaded(task), state).changes.map(({ to }) => String(to))
  }
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
