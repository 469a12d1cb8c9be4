import assert from 'node:assert/strict'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  dockerContainer,
  dockerImage,
  dockerNetwork,
  dockerVolume,
} from '../../../../lib/modules/docker/shared/reader.ts'
import { images } from '../../../../lib/modules/docker/shared/kinds.ts'
import { familiar } from '../../../../lib/modules/docker/shared/reference.ts'
import { SHELLS, run, useTemp } from '../driver.ts'
import { inspected, recorded } from './fixtures.ts'

const [all] = recorded('container-all-options') as [Record<string, unknown>]

const codeOf = (answer: unknown): unknown => (answer as { code?: unknown } | undefined)?.code

describe('reading Docker', () => {
  const temp = useTemp()

  it('asks about all of a kind at once', () => {
    assert.equal(
      String(dockerContainer.ask(['a', 'b c']))
        .split('\n')
        .at(-1),
      "docker container inspect --format '{{json .}}' -- a 'b c'",
    )
  })

  it('tells what is there from what is not, whatever the order and the version of the client', () => {
    for (const said of [
      'Error: No such container: gone\n',
      'Error response from daemon: No such container: gone\n',
    ]) {
      const [gone, full] = dockerContainer.parse(inspected([all], said), ['gone', 'rp-module-test-full'])
      assert.equal(gone, undefined)
      assert.equal((full as { status: string }).status, 'created')
    }
    const [network] = dockerNetwork.parse(
      inspected([], 'Error response from daemon: network n not found\n'),
      ['n'],
    )
    const [volume] = dockerVolume.parse(
      inspected([], 'Error response from daemon: get v: no such volume\n'),
      ['v'],
    )
    assert.deepEqual([network, volume], [undefined, undefined])
  })

  it('goes by the name, not by the beginning of an id', () => {
    const [answer] = dockerContainer.parse(inspected([all]), ['34cf537669606'])
    assert.equal(answer, undefined)
  })

  it('says that Docker is missing, does not answer or may not be asked', () => {
    const failed = (code: number, stderr: string) =>
      dockerContainer.parse({ code, stdout: Buffer.from(''), stderr: Buffer.from(stderr) }, ['web'])[0]
    const missing = failed(127, 'sh: docker: not found\n')
    const down = failed(
      1,
      'Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?\n',
    )
    const forbidden = failed(1, 'permission denied while trying to connect to the Docker daemon socket\n')
    assert.deepEqual([missing, down, forbidden].map(codeOf), ['E_NO_DOCKER', 'E_NO_DOCKER', 'E_NO_DOCKER'])
    assert.match((forbidden as { hint?: string }).hint ?? '', /become/)
    assert.equal(codeOf(failed(1, 'Error response from daemon: network web is ambiguous\n')), 'E_DOCKER')
  })

  for (const [name, shell] of Object.entries(SHELLS))
    it(`says that docker is Podman, whatever it would answer, with ${name}`, async () => {
      const ask = async () => {
        const script = `PATH=${temp()}:/usr/bin:/bin\n${dockerContainer.ask(['web'])}`
        return codeOf(dockerContainer.parse(await run(shell, { script }), ['web'])[0])
      }
      const docker = join(temp(), 'docker')
      writeFileSync(docker, '#!/bin/sh\nexec /usr/bin/podman "$@"\n', { mode: 0o755 })
      assert.equal(await ask(), 'E_DOCKER_ENGINE')
      rmSync(docker)
      writeFileSync(join(temp(), 'podman'), '#!/bin/sh\necho "Error: no such container web" >&2; exit 1', {
        mode: 0o755,
      })
      symlinkSync('podman', docker)
      assert.equal(await ask(), 'E_DOCKER_ENGINE')
      rmSync(docker)
      writeFileSync(docker, '#!/bin/sh\necho "Error: No such container: web" >&2; exit 1', { mode: 0o755 })
      assert.equal(await ask(), undefined)
    })

  it('answers for those that were found though others failed', () => {
    const [network] = dockerNetwork.parse(inspected(recorded('network'), 'Error: No such network: x'), [
      'rp-module-test-n',
    ])
    assert.deepEqual(network, {
      id: '85aa49dd483268ce3909b1c6a0e8bd31857967ccea52d560e9d199be4970aab2',
      name: 'rp-module-test-n',
      driver: 'bridge',
      internal: true,
      subnets: ['172.31.77.0/24'],
      labels: {},
      containers: [],
    })
  })

  it('takes a host for data', () => {
    const text = JSON.stringify({ ...all, Extra: 1 }).replace('"Labels":{', '"Labels":{"__proto__":"x",')
    const reply = { code: 0, stdout: Buffer.from(`${text}\n`), stderr: Buffer.from('') }
    const [answer] = dockerContainer.parse(reply, ['rp-module-test-full'])
    assert.equal(
      Object.getPrototypeOf((answer as { config: { Labels: object } }).config.Labels),
      Object.prototype,
    )
    assert.throws(() => dockerContainer.parse(inspected([{ Name: '/web' }]), ['web']), /Id/)
  })

  it('finds an image by any of its names, and by its id', () => {
    const images = inspected(recorded('images'))
    const keys = [
      'rp-module-test:1',
      'docker.io/library/rp-module-test:2',
      String(recorded('images')[0]?.['Id']),
    ]
    const answers = dockerImage.parse(images, keys) as readonly { tags: readonly string[] }[]
    assert.deepEqual(
      answers.map(({ tags }) => tags[0]),
      ['rp-module-test:1', 'rp-module-test:2', 'rp-module-test:1'],
    )
  })
})

describe('image references', () => {
  const written: [string, string][] = [
    ['postgres', 'postgres:latest'],
    ['docker.io/library/postgres:16', 'postgres:16'],
    ['docker.io/me/web', 'me/web:latest'],
    ['localhost:5000/web', 'localhost:5000/web:latest'],
    ['localhost:5000/web:1', 'localhost:5000/web:1'],
    ['web:1@sha256:ab', 'web@sha256:ab'],
    ['sha256:ab', 'sha256:ab'],
  ]
  for (const [reference, name] of written) {
    it(`${reference} is ${name}`, () => {
      assert.equal(familiar(reference), name)
      assert.equal(images.at(reference).name, name)
    })
  }
})
