import assert from 'node:assert/strict'
import { docker } from '../../lib/modules/docker/index.ts'
import { containersScript, parseContainers } from '../../lib/cluster/facts/containers.ts'
import { converge } from '../unit/modules/driver.ts'
import { useSmallImage } from './small-image.ts'

const NAME = 'ownership-node'

describe("whose a node's containers are, on a real engine", function () {
  this.timeout(900_000)
  const { shell, must } = useSmallImage(NAME)
  const names = ['postgres', 'pgbackrest', 'restore'].map((name) => `${NAME}-${name}`)
  const folders = { dataDir: '/srv', backupDir: '/opt' }

  const owners = async () => {
    const said = await must(`${containersScript(names)}; :`)
    return parseContainers(said.split('\n'), folders).map(({ name, owner }) => `${name} ${owner}`)
  }
  const byHand = (flags: string, image = `${NAME}:1`) =>
    must(`docker create --name ${NAME}-postgres ${flags} ${image}`)

  it('are ours when a task made them, and nobody is asked about those that are not there', async () => {
    assert.deepEqual(await owners(), [])
    await converge(docker('it', { name: `${NAME}-pgbackrest`, image: `${NAME}:1` }), shell())
    await must(`docker create --name ${NAME}-restore --label run-playbook.ours=yes ${NAME}:1`)
    assert.deepEqual(await owners(), [`${NAME}-pgbackrest marked`, `${NAME}-restore marked`])
  })

  it('are recognised when an earlier version or docker/compose.yaml made them: our image on our folders', async () => {
    await must(
      `printf 'FROM ${NAME}:1\\nLABEL org.opencontainers.image.title="run-playbook postgres"\\n' | docker build --tag ${NAME}-image -`,
    )
    await byHand('--volume /srv:/var/lib/postgresql/data', `${NAME}-image`)
    assert.deepEqual(await owners(), [`${NAME}-postgres recognised`])
  })

  it('are foreign with another image, and with our image on other folders', async () => {
    await byHand('--volume /srv:/var/lib/postgresql/data')
    assert.deepEqual(await owners(), [`${NAME}-postgres foreign`])
    await must(`docker rm ${NAME}-postgres
      printf 'FROM ${NAME}:1\\nLABEL org.opencontainers.image.title="run-playbook postgres"\\n' | docker build --tag ${NAME}-image -`)
    await byHand('--volume /tmp:/var/lib/postgresql/data', `${NAME}-image`)
    assert.deepEqual(await owners(), [`${NAME}-postgres foreign`])
  })
})
