import assert from 'node:assert/strict'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Task } from '../../lib/core/task.ts'
import { type ContainerArgs, docker } from '../../lib/modules/docker/index.ts'
import { converge } from '../unit/modules/driver.ts'
import { useSmallImage } from './small-image.ts'

const NAME = 'ownership-test'

describe('Docker, what somebody else made', function () {
  this.timeout(900_000)
  const { shell, folder, must } = useSmallImage(NAME)
  const idOf = (name: string) => must(`docker inspect --format '{{.Id}}' ${name}`)
  const refused = async (task: Task, code: string, message: RegExp) =>
    assert.rejects(converge(task, shell()), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, code, error.message)
      assert.match(error.message, message)
      assert.match(error.hint ?? '', /adopt: true/)
      return true
    })
  const web = (args: Partial<ContainerArgs> = {}): Task =>
    docker('it', { name: `${NAME}-web`, image: `${NAME}:1`, stopTimeout: 0, ...args })
  const byHand = () => must(`docker run --detach --stop-timeout 0 --name ${NAME}-web ${NAME}:1`)

  it('is a container that is neither replaced, stopped, changed nor removed', async () => {
    const id = await byHand()
    const message = new RegExp(`container ${NAME}-web .*${NAME}:1.*created 20\\d\\d-`)
    await refused(web({ env: { A: 1 } }), 'E_FOREIGN_CONTAINER', message)
    await refused(web({ state: 'stopped' }), 'E_FOREIGN_CONTAINER', message)
    await refused(web({ memory: '64m' }), 'E_FOREIGN_CONTAINER', message)
    await refused(docker('it', { name: `${NAME}-web`, state: 'absent' }), 'E_FOREIGN_CONTAINER', message)
    assert.equal(await idOf(`${NAME}-web`), id)
  })

  it('is a container that is taken over where the task says so, and ours from then on', async () => {
    const id = await byHand()
    // Nothing of it differs: it stays.
    await converge(web({ adopt: true }), shell())
    assert.equal(await idOf(`${NAME}-web`), id)
    await converge(web({ adopt: true, env: { A: 1 } }), shell())
    assert.notEqual(await idOf(`${NAME}-web`), id)
    await converge(web({ env: { A: 2 } }), shell())
    await converge(docker('it', { name: `${NAME}-web`, state: 'absent' }), shell())
    assert.equal(await must(`docker ps --all --quiet --filter name=${NAME}-web`), '')
  })

  it('is a container by hand from an image that we built: the labels of an image are inherited', async () => {
    await writeFile(join(folder(), 'Dockerfile'), `FROM ${NAME}:1\n`)
    await converge(docker.image('it', { name: `${NAME}-built`, build: { context: folder() } }), shell())
    await must(`docker run --detach --name ${NAME}-web ${NAME}-built`)
    await refused(web(), 'E_FOREIGN_CONTAINER', /ownership-test-built/)
  })

  it('is a network that would be made anew, or removed', async () => {
    await must(`docker network create ${NAME}-net`)
    const differs = { name: `${NAME}-net`, internal: true }
    await refused(docker.network('it', differs), 'E_FOREIGN_NETWORK', /network ownership-test-net/)
    await refused(
      docker.network('it', { name: `${NAME}-net`, state: 'absent' }),
      'E_FOREIGN_NETWORK',
      /network ownership-test-net/,
    )
    await converge(docker.network('it', { ...differs, adopt: true }), shell())
    await converge(docker.network('it', { ...differs, internal: false }), shell())
    await converge(docker.network('it', { name: `${NAME}-net`, state: 'absent' }), shell())
  })

  it('is a volume with its data, also one whose data lie elsewhere', async () => {
    await must(`docker volume create ${NAME}-volume`)
    await must(`docker volume create --opt type=none --opt device=/srv --opt o=bind ${NAME}-elsewhere`)
    await refused(
      docker.volume('it', { name: `${NAME}-volume`, state: 'absent' }),
      'E_FOREIGN_VOLUME',
      /volume ownership-test-volume/,
    )
    await refused(docker.volume('it', { name: `${NAME}-elsewhere` }), 'E_FOREIGN_VOLUME', /device=\/srv/)
    await converge(docker.volume('it', { name: `${NAME}-elsewhere`, adopt: true }), shell())
    await converge(docker.volume('it', { name: `${NAME}-volume`, state: 'absent', adopt: true }), shell())
    await converge(docker.volume('it', { name: `${NAME}-ours` }), shell())
    await converge(docker.volume('it', { name: `${NAME}-ours`, state: 'absent' }), shell())
    assert.equal(await must(`docker volume ls --quiet --filter name=${NAME}`), `${NAME}-elsewhere`)
  })

  it('is an image that a build would take the name from, also one that was made from ours', async () => {
    const context = await mkdtemp(join(folder(), 'context-'))
    await writeFile(join(context, 'Dockerfile'), `FROM ${NAME}:1\n`)
    const build = (name: string, more = {}) => docker.image('it', { name, build: { context }, ...more })
    await converge(build(`${NAME}-built`), shell())
    await must(`printf 'FROM ${NAME}-built\nLABEL x=y\n' | docker build --tag ${NAME}-mine -`)
    const mine = await idOf(`${NAME}-mine`)
    await refused(build(`${NAME}:1`), 'E_FOREIGN_IMAGE', /image ownership-test:1/)
    await refused(build(`${NAME}-mine`), 'E_FOREIGN_IMAGE', /image ownership-test-mine/)
    assert.equal(await idOf(`${NAME}-mine`), mine)
    await converge(build(`${NAME}-mine`, { adopt: true }), shell())
    await writeFile(join(context, 'more'), '')
    await converge(build(`${NAME}-mine`), shell())
    assert.notEqual(await idOf(`${NAME}-mine`), mine)
  })
})
