import assert from 'node:assert/strict'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  dockerContainer,
  dockerImage,
  dockerNetwork,
  dockerVolume,
} from '../../../../lib/modules/docker/shared/reader.ts'
import type { UserError } from '../../../../lib/core/errors.ts'
import type { Reader } from '../../../../lib/core/probe.ts'
import { type ContainerArgs, docker } from '../../../../lib/modules/docker/index.ts'
import { seenByEngine } from '../../../../lib/modules/docker/shared/snap.ts'
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
        .find((line) => line.startsWith('docker container')),
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

  for (const [name, shell] of Object.entries(SHELLS)) {
    /** @param before what comes first in the script @param says what `docker` prints before it fails */
    const asked = async (says: string, before: string, sockets = '/nowhere') => {
      writeFileSync(join(temp(), 'docker'), `#!/bin/sh\necho "${says}" >&2; exit 1`, { mode: 0o755 })
      const script = dockerContainer
        .ask(['web'])
        .replace('/run/user/*', sockets)
        .replace('/var/run/docker.sock', join(temp(), 'var-run-docker.sock'))
      const reply = await run(shell, { script: `PATH=${temp()}:/usr/bin:/bin\n${before}\n${script}` })
      return dockerContainer.parse(reply, ['web'])[0] as unknown as UserError | undefined
    }
    const absent = 'Error response from daemon: No such container: web'

    it(`says that the socket is that of Podman, with ${name}`, async () => {
      mkdirSync(join(temp(), 'podman'))
      writeFileSync(join(temp(), 'podman/podman.sock'), '')
      assert.equal(await asked(absent, ''), undefined)
      symlinkSync('podman/podman.sock', join(temp(), 'var-run-docker.sock'))
      const linked = await asked(absent, '')
      assert.equal(linked?.code, 'E_DOCKER_ENGINE')
      assert.match(linked?.message ?? '', /Podman \(.*docker\.sock leads to .*podman\/podman\.sock\)/)
      rmSync(join(temp(), 'var-run-docker.sock'))
      const named = await asked(absent, `DOCKER_HOST=unix://${temp()}/podman/podman.sock; export DOCKER_HOST`)
      assert.equal(named?.code, 'E_DOCKER_ENGINE')
      const elsewhere = await asked(absent, 'DOCKER_HOST=tcp://podman/podman:2375; export DOCKER_HOST')
      assert.equal(elsewhere, undefined)
    })

    it(`says that there is only a rootless engine, with ${name}`, async () => {
      const down = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?'
      assert.equal((await asked(down, ''))?.code, 'E_NO_DOCKER')
      const server = createServer().listen(join(temp(), 'docker.sock'))
      try {
        await new Promise((resolve) => server.once('listening', resolve))
        const rootless = await asked(down, '', temp())
        assert.equal(rootless?.code, 'E_DOCKER_ENGINE')
        assert.match(rootless?.hint ?? '', new RegExp(`DOCKER_HOST: 'unix://${temp()}/docker.sock'`))
        assert.equal(await asked(absent, '', temp()), undefined)
        assert.equal((await asked('permission denied: docker daemon', '', temp()))?.code, 'E_NO_DOCKER')
      } finally {
        server.close()
      }
    })

    it(`says that Docker of a snap does not see a path, with ${name}`, async () => {
      const paths = [
        '/srv/data',
        '/home/me/data',
        '/tmp/x',
        '/var/snap/docker/common/x',
        '/run/x.sock',
        '/optional',
      ]
      const codes = async () => {
        const script = `PATH=${temp()}:/usr/bin:/bin\n${seenByEngine.ask(paths)}`
        return seenByEngine.parse(await run(shell, { script }), paths).map(codeOf)
      }
      writeFileSync(join(temp(), 'snap'), '#!/bin/sh\n', { mode: 0o755 })
      const none = paths.map(() => undefined)
      assert.deepEqual(await codes(), none)
      symlinkSync('snap', join(temp(), 'docker'))
      const unseen = 'E_DOCKER_ENGINE'
      assert.deepEqual(await codes(), [unseen, undefined, unseen, undefined, undefined, unseen])
      rmSync(join(temp(), 'docker'))
      writeFileSync(join(temp(), 'docker'), '', { mode: 0o755 })
      assert.deepEqual(await codes(), none)
    })
  }

  it('knows Podman by its words where it answers on the socket of Docker', () => {
    const said: readonly (readonly [Reader<unknown>, string])[] = [
      [dockerContainer, 'no container with name or ID "web" found: no such container'],
      [dockerImage, 'failed to find image web: docker.io/library/web: No such image'],
      [dockerNetwork, 'unable to find network with name or ID web: network not found'],
      [dockerVolume, 'volume with name web not found: no such volume'],
      [dockerVolume, 'no volume with name "web" found: no such volume'],
    ]
    for (const [reader, text] of said) {
      const stderr = Buffer.from(`Error response from daemon: ${text}\n`)
      const [answer] = reader.parse({ code: 1, stdout: Buffer.from(''), stderr }, ['web'])
      assert.equal(codeOf(answer), 'E_DOCKER_ENGINE', text)
      assert.match(String((answer as UserError).message), /Podman \(it answers on the socket of Docker\)/)
    }
  })

  it('asks what the engine sees of the paths that a container mounts, not of its volumes', () => {
    const questions = (args: ContainerArgs) => {
      const task = docker('x', args)
      const asked = task.module.probe(task.args).questions
      return asked.filter(({ reader }) => reader === seenByEngine).map(({ key }) => key)
    }
    const volumes = [
      { source: '/srv/a', target: '/a' },
      { source: 'named', target: '/b' },
    ]
    assert.deepEqual(questions({ name: 'x', image: 'x:1', volumes }), ['/srv/a'])
    assert.deepEqual(questions({ name: 'x', image: 'x:1' }), [])
    assert.deepEqual(questions({ name: 'x', state: 'absent' }), [])
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
