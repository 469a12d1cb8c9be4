import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DockerComposeArgs, docker } from '../../lib/modules/docker/index.ts'
import { converge, observe, run } from '../unit/modules/driver.ts'
import { useSmallImage } from './small-image.ts'

const NAME = 'compose-test'

describe('a project of docker compose', function () {
  this.timeout(900_000)
  const { shell, folder, must } = useSmallImage(NAME)
  let home = ''
  before(async function () {
    // Debian 12 has Docker Compose 1 only.
    const { code } = await run(shell(), { script: 'docker compose version' })
    if (code !== 0) this.skip()
  })
  beforeEach(async () => {
    home = join(folder(), NAME)
    await rm(home, { recursive: true, force: true })
    await mkdir(home)
  })

  const service = (more: object = {}) => ({ image: `${NAME}:1`, stop_grace_period: '0s', ...more })
  const write = (services: object, more: object = {}): Promise<void> =>
    writeFile(join(home, 'compose.yaml'), JSON.stringify({ services, ...more }))
  const task = (args: Partial<DockerComposeArgs> = {}) => docker.compose('it', { folder: home, ...args })
  const twice = async (args: Partial<DockerComposeArgs> = {}) => {
    const first = await converge(task(args), shell())
    assert.deepEqual([first.left, first.wrong], [[], []])
    assert.deepEqual((await converge(task(args), shell())).changes, [])
    return first.changes.map(({ what, to }) => `${what} ${String(to)}`)
  }
  const running = () => must(`docker ps --filter name=${NAME} --format '{{.Names}}' | sort | tr '\\n' ' '`)
  const everything = () =>
    must(`docker ps --all --no-trunc --filter name=${NAME} --format '{{.ID}} {{.Names}} {{.State}}' | sort
      docker network ls --no-trunc --filter name=${NAME} --format '{{.ID}}' | sort; docker volume ls --filter name=${NAME} --format '{{.Name}}' | sort`)

  it('is made, changed where it differs, stopped and removed', async () => {
    await write({ web: service(), db: service() })
    assert.deepEqual((await twice()).toSorted(), [
      `container ${NAME}-db-1 created`,
      `container ${NAME}-web-1 created`,
      `network ${NAME}_default created`,
    ])
    await write({ web: service({ environment: { A: '1' } }), db: service() })
    assert.deepEqual(await twice(), [`container ${NAME}-web-1 recreated`])
    await must(`docker stop --time 0 ${NAME}-db-1`)
    assert.deepEqual(await twice(), [`container ${NAME}-db-1 started`])
    assert.deepEqual(await twice({ state: 'stopped', services: ['db'] }), [`container ${NAME}-db-1 stopped`])
    assert.equal(await running(), `${NAME}-web-1`)
    assert.deepEqual(await twice({ state: 'stopped' }), [`container ${NAME}-web-1 stopped`])
    assert.deepEqual((await twice({ state: 'absent' })).toSorted(), [
      `container ${NAME}-db-1 removed`,
      `container ${NAME}-web-1 removed`,
      `network ${NAME}_default removed`,
    ])
  })

  it('is not changed by a look at it', async () => {
    await write({ web: service(), db: service() }, { volumes: { data: {} } })
    await converge(task({ services: ['web'] }), shell())
    await write({ web: service({ environment: { A: '1' } }), db: service(), more: service() })
    const before = await everything()
    for (const state of ['present', 'stopped', 'absent'] as const) {
      const one = task({ state })
      const seen = await observe(shell(), one.module.probe(one.args))
      assert.notDeepEqual(one.module.plan(one.args, seen).changes, [])
    }
    assert.equal(await everything(), before)
  })

  it('keeps containers of services that the file does not have, unless they are to be removed', async () => {
    await write({ web: service(), old: service() })
    await twice()
    await write({ web: service() })
    assert.deepEqual(await twice(), [])
    await assert.rejects(
      twice({ state: 'absent' }),
      /services that its compose file does not have: compose-test-old-1/,
    )
    assert.deepEqual(await twice({ removeOrphans: true }), [`container ${NAME}-old-1 removed`])
    await twice({ state: 'absent' })
  })

  it('does not touch a project of the same name from another folder', async () => {
    await write({ web: service() })
    await twice()
    const before = await everything()
    const other = { folder: folder(), project: NAME, files: ['other.yaml'] }
    await writeFile(
      join(folder(), 'other.yaml'),
      JSON.stringify({ services: { web: service({ environment: { B: '2' } }) } }),
    )
    for (const args of [{}, { state: 'absent' as const }, { removeOrphans: true }])
      await assert.rejects(
        converge(docker.compose('it', { ...other, ...args }), shell()),
        /E_FOREIGN_CONTAINER|made from .*compose-test: compose-test-web-1/,
      )
    assert.equal(await everything(), before)
    await converge(docker.compose('it', { ...other, adopt: true }), shell())
    assert.notEqual(await everything(), before)
    await converge(docker.compose('it', { ...other, state: 'absent' }), shell())
  })

  it('is defined in the task, with profiles, a number of containers and volumes', async () => {
    const definition = {
      services: {
        web: service({ volumes: ['data:/data'], environment: { TEXT: "it's $$5" } }),
        extra: service({ profiles: ['more'] }),
      },
      volumes: { data: {} },
    }
    const inline = { folder: undefined, project: NAME, definition, profiles: ['more'], scale: { web: 2 } }
    await twice(inline)
    assert.equal(await running(), `${NAME}-extra-1 ${NAME}-web-1 ${NAME}-web-2`)
    assert.equal(await must(`docker exec ${NAME}-web-1 sh -c 'echo "$TEXT"'`), "it's $5")
    await twice({ ...inline, scale: undefined, state: 'absent', removeVolumes: true })
    assert.equal(await must(`docker volume ls --quiet --filter name=${NAME}`), '')
    await must(`docker volume create ${NAME}_data`)
    const gone = { ...inline, scale: undefined, state: 'absent' as const, removeVolumes: true }
    await assert.rejects(twice(gone), /were not made for it: compose-test_data/)
    assert.equal(await must(`docker volume ls --quiet --filter name=${NAME}`), `${NAME}_data`)
  })

  it('waits for what is to be healthy, and says what did not become so', async () => {
    await write({ web: service({ healthcheck: { test: ['CMD', 'true'], interval: '1s' } }) })
    await twice({ wait: true, waitTimeoutMs: 60_000 })
    await write({ web: service({ command: ['sh', '-c', 'exit 3'] }) })
    await assert.rejects(twice({ wait: true, waitTimeoutMs: 30_000 }), /compose-test-web-1|exited \(3\)/)
    await twice({ state: 'absent' })
  })

  it('starts what ends by itself each time', async () => {
    await write({ job: service({ command: ['true'] }) })
    await converge(task(), shell())
    await must(`docker wait ${NAME}-job-1`)
    const again = await converge(task(), shell())
    assert.deepEqual([again.changes, again.left], [[{ what: `container ${NAME}-job-1`, to: 'started' }], []])
  })

  it('refuses a compose file that is wrong, and an image that is not there, in the dry run too', async () => {
    const planned = async () => {
      const one = task()
      return one.module.plan(one.args, await observe(shell(), one.module.probe(one.args)))
    }
    await writeFile(join(home, 'compose.yaml'), '{')
    await assert.rejects(planned(), /docker compose refuses the project in .*yaml/)
    await write({ web: { image: 'registry.invalid/nothing:1' } })
    await assert.rejects(planned(), /docker compose refuses the project in .*registry\.invalid/)
  })
})
