import assert from 'node:assert/strict'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { docker } from '../../lib/modules/docker/index.ts'
import { imageContents } from '../../roles/postgres-image/contents.ts'
import { runLocal } from '../support/run-local.ts'
import type { PostgresNumber } from '../../roles/postgres-node/number-reader.ts'
import { postgresNumber } from '../../roles/postgres-image/number.ts'
import { converge, observe } from '../unit/modules/driver.ts'
import { useSmallImage } from './small-image.ts'

const NAME = 'ownership-own'
const IMAGE = `${NAME}-pg:16`

describe("an image of one's own, on a real engine", function () {
  this.timeout(900_000)
  const { shell, folder, must } = useSmallImage(NAME)
  let dataDir = ''

  const check = async (image = IMAGE) => {
    await converge(imageContents('it', { image, dataDir }), shell())
  }
  /** An image with all that a node needs, but for what `without` removes. */
  const build = async (without = 'true', last = 'ENTRYPOINT ["entrypoint.sh"]') => {
    const programs = 'postgres pg_basebackup pg_rewind psql pgbackrest tini jq openssl'
    const scripts =
      'entrypoint.sh healthcheck.sh handover.sh backup backup-service backup-server drill repository restore'
    const dockerfile = `FROM ${NAME}:1
RUN export PATH=/bin; busybox mkdir -p /usr/local/bin /usr/local/lib/run-playbook /etc; \\
  for name in ${programs} ${scripts}; do \\
    echo '#!/bin/sh' >/usr/local/bin/$name; echo 'echo "postgres (PostgreSQL) 16.4 (Debian 16.4-1)"' >>/usr/local/bin/$name; \\
    busybox chmod 755 /usr/local/bin/$name; \\
  done; \\
  echo >/usr/local/lib/run-playbook/common.sh; \\
  for user in postgres monitor; do echo "$user:x:8:8::/:/bin/false" >>/etc/passwd; done; ${without}
${last}
`
    await writeFile(join(folder(), 'Dockerfile.own'), dockerfile)
    await must(`docker build --quiet --tag ${IMAGE} - <${join(folder(), 'Dockerfile.own')}`)
  }
  beforeEach(() => {
    dataDir = join(folder(), 'data')
  })

  it('fits when it has all that a node needs, and is only looked into', async () => {
    await build()
    const before = await must(`docker image inspect --format '{{.Id}}' ${IMAGE}`)
    await check()
    const after = await must(`docker image inspect --format '{{.Id}}' ${IMAGE}`)
    assert.equal(after, before)
    assert.equal(await must(`docker ps --all --quiet --filter ancestor=${IMAGE}`), '')
  })

  it('is refused in words that name what it lacks', async () => {
    await assert.rejects(check(`${NAME}:1`), {
      code: 'E_BAD_IMAGE',
      message: new RegExp(
        `image ${NAME}:1 cannot run a node.*the programs postgres, .*pgbackrest.*entrypoint.sh.*the users postgres and monitor`,
      ),
    })
    await build('busybox rm /usr/local/bin/pgbackrest')
    await assert.rejects(check(), { message: /it lacks the program pgbackrest$/ })
    await build('true', 'ENTRYPOINT ["sleep"]')
    await assert.rejects(check(), { message: /it lacks the entrypoint entrypoint\.sh$/ })
    await build('busybox rm /bin/sh; true')
    await assert.rejects(check(), { message: /it lacks a shell/ })
    await assert.rejects(check(`${NAME}-none`), { code: 'E_NO_IMAGE', message: /is not on the host/ })
  })

  it('is refused for data of another major version, before anything runs with it', async () => {
    await build()
    await mkdir(join(dataDir, 'pgdata'), { recursive: true })
    await writeFile(join(dataDir, 'pgdata/PG_VERSION'), '16\n')
    await check()
    await writeFile(join(dataDir, 'pgdata/PG_VERSION'), '15\n')
    await assert.rejects(check(), {
      code: 'E_IMAGE_VERSION',
      message: `the image ${IMAGE} has PostgreSQL 16.4, but the data in ${dataDir} is from PostgreSQL 15`,
    })
  })

  it('is refused for data that another user or another libc made, which PostgreSQL would not start on', async () => {
    await build()
    await mkdir(join(dataDir, 'pgdata/global'), { recursive: true })
    await writeFile(join(dataDir, 'pgdata/PG_VERSION'), '16\n')
    await writeFile(join(dataDir, 'pgdata/global/pg_control'), '')
    await chown(join(dataDir, 'pgdata'), 8, 8)
    await check()
    await writeFile(join(dataDir, 'node.state'), 'uid=8\nlibc=musl\n')
    await assert.rejects(check(), {
      code: 'E_IMAGE_DISK',
      message: `the image ${IMAGE} has glibc, and the data in ${dataDir} were made with musl, which sorts text differently`,
    })
    await writeFile(join(dataDir, 'node.state'), 'uid=8\nlibc=glibc\n')
    await check()
    await chown(join(dataDir, 'pgdata'), 70, 70)
    await assert.rejects(check(), {
      code: 'E_IMAGE_DISK',
      message: `in the image ${IMAGE} postgres is uid 8, and the data in ${dataDir} belong to uid 70`,
    })
  })

  it('says which number postgres has in it, until there are data', async () => {
    await build()
    dataDir = join(folder(), 'other')
    const look = async (image = IMAGE) => {
      const { module, args } = postgresNumber('it', { image, dataDir })
      const { uid, gid, users } = (await observe(shell(), module.probe(args))) as PostgresNumber
      return { uid, gid, users }
    }
    // A number that Debian gives to somebody else.
    assert.deepEqual(await look(), { uid: 8, gid: 8, users: ['mail'] })
    assert.deepEqual(await look(`${NAME}-none`), { uid: undefined, gid: undefined, users: [] })
    await mkdir(join(dataDir, 'pgdata/global'), { recursive: true })
    await writeFile(join(dataDir, 'pgdata/global/pg_control'), '')
    await chown(join(dataDir, 'pgdata'), 4711, 4712)
    assert.deepEqual(await look(), { uid: 4711, gid: 4712, users: [] })
    assert.equal(await must(`docker ps --all --quiet --filter ancestor=${IMAGE}`), '')
  })

  it('is looked into in a dry run where it is there, and waited for where it has to be pulled first', async () => {
    const dry = async (image: string) => {
      const kept = process.env['DOCKER_HOST']
      for (const word of shell())
        if (word.startsWith('DOCKER_HOST=')) process.env['DOCKER_HOST'] = word.slice(12)
      try {
        const tasks = () => [
          docker.image('image', { name: image }),
          imageContents('fits', { image, dataDir }),
        ]
        const { tasks: ended } = await runLocal(tasks, { check: true })
        return ended.map(({ task, status, error }) => `${task}: ${error?.code ?? status}`)
      } finally {
        if (kept === undefined) delete process.env['DOCKER_HOST']
        else process.env['DOCKER_HOST'] = kept
      }
    }
    assert.deepEqual(await dry(`${NAME}:1`), ['image: ok', 'fits: E_BAD_IMAGE'])
    const [pulled, waiting] = await dry(`${NAME}-nowhere:1`)
    assert.equal(pulled, 'image: would-change')
    assert.equal(waiting, 'fits: unknown')
  })
})
