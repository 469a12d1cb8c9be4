import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { SERVER_SCRIPT } from '../../../../lib/cluster/facts/server.ts'
import { install } from '../../../support/install.ts'
import { SHELLS, run, useTemp } from '../../modules/driver.ts'

/** What containerd's absence looks like: Docker knows the container, and can start nothing in it. */
const CONTAINERD_STOPPED = `#!/bin/sh
case "$*" in
  *'{{.State.Status}}'*) echo running ;;
  exec*) echo 'Error response from daemon: connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory": unavailable' >&2; exit 1 ;;
esac`
const STOPPED_MEANWHILE = `#!/bin/sh
case "$*" in
  *'{{.State.Status}}'*) if [ -e "$0.asked" ]; then echo exited; else touch "$0.asked"; echo running; fi ;;
  exec*) echo 'container is not running' >&2; exit 1 ;;
esac`
/** PostgreSQL says nothing, and Docker works. */
const SILENT_SERVER = `#!/bin/sh
case "$*" in *'{{.State.Status}}'*) echo running ;; *sh\\ -c*) exit 124 ;; esac`

describe('what a node says of its Docker', function () {
  const folder = useTemp()
  before(() => install('/usr/bin/docker', 'docker-cli'))

  const ask = async (shell: readonly string[], before: string, seconds?: number) => {
    const script =
      seconds === undefined ? SERVER_SCRIPT : SERVER_SCRIPT.replaceAll('within 15', `within ${seconds}`)
    const { stdout } = await run(shell, { script: `${before}\n${script}` })
    const lines = stdout.toString().split('\n').filter(Boolean)
    return new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.replace(/^\S+ /, '')] as const))
  }
  const stub = (text: string): string => {
    writeFileSync(join(folder(), 'docker'), text)
    chmodSync(join(folder(), 'docker'), 0o755)
    return `PATH=${folder()}:$PATH:/usr/bin:/bin`
  }
  // The real client.
  const client = (socket: string): string => {
    const docker = execFileSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).trim()
    return `PATH=$PATH:${dirname(docker)}:/usr/bin; DOCKER_HOST=unix://${socket}; export DOCKER_HOST`
  }

  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`tells a daemon that is not there from a container that is not there, with ${name}`, async () => {
      const found = await ask(shell, client('/nowhere/docker.sock'))
      assert.equal(found.get('container'), 'unknown')
      assert.match(found.get('dockerTrouble') ?? '', /docker/i)
    })

    it(`gives up a daemon that takes the question and never answers, with ${name}`, async () => {
      const socket = join(folder(), 'docker.sock')
      const server = createServer(() => {}).listen(socket)
      await once(server, 'listening')
      try {
        const found = await ask(shell, client(socket), 1)
        assert.equal(found.get('container'), 'unknown')
        assert.equal(found.get('dockerTrouble'), 'no answer in time')
      } finally {
        server.close()
      }
    })

    it(`says what containerd's absence breaks, with ${name}`, async () => {
      const found = await ask(shell, stub(CONTAINERD_STOPPED))
      assert.match(found.get('dockerTrouble') ?? '', /containerd\.sock/)
      assert.equal(found.has('server'), false)
    })

    it(`blames no Docker for what is PostgreSQL's, with ${name}`, async () => {
      for (const text of [SILENT_SERVER, STOPPED_MEANWHILE])
        assert.equal((await ask(shell, stub(text))).get('dockerTrouble'), undefined)
      const missing = `#!/bin/sh\ncase "$*" in image*) echo 'image a:b@sha256:1' ;; *) echo 'Error response from daemon: No such container: postgres' >&2; exit 1 ;; esac`
      const found = await ask(shell, stub(missing))
      assert.deepEqual(
        [...found],
        [
          ['container', 'missing'],
          ['image', 'a:b@sha256:1'],
        ],
      )
    })

    it(`has nothing to say where there is no Docker, with ${name}`, async () => {
      const found = await ask(
        shell,
        `mkdir -p ${folder()}/x; for t in cat head tail; do ln -sf /bin/$t ${folder()}/x/$t; done; PATH=${folder()}/x`,
      )
      assert.deepEqual([...found], [['container', 'missing']])
    })
  }
})
