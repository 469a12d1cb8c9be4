import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { ENGINE_SCRIPT, parseEngine } from '../../../../lib/cluster/facts/engine.ts'
import { quote } from '../../../../lib/core/sh.ts'
import { SHELLS, run, useTemp } from '../../modules/driver.ts'

describe('the engine behind the command docker', () => {
  const folder = useTemp()
  const program = (name: string, text: string): string => {
    const path = join(folder(), name)
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    return path
  }
  /** Answers `docker info` and `docker version`. */
  const docker = (info: string, version = 'Engine containerd'): string =>
    program('docker', `case $1 in info) echo '${info}' ;; version) echo '${version}' ;; esac`)

  for (const [name, shell] of Object.entries(SHELLS)) {
    const ask = async (sockets = '/nowhere') => {
      const script = ENGINE_SCRIPT.replace('/run/user/*', sockets)
        .replace('/var/run/docker.sock', join(folder(), 'var-run-docker.sock'))
        .replace(' /snap/docker/', ` ${folder()}/snap-docker/`)
      const { stdout } = await run(shell, {
        script: `PATH=${quote(folder())}:/usr/bin:/bin\n${script}\nexit 0`,
      })
      const line = stdout.toString().trim()
      return parseEngine(new Map(line === '' ? [] : [['otherEngine', line.replace(/^otherEngine /, '')]]))
        .otherEngine
    }
    describe(`with ${name}`, () => {
      it("is Docker's own", async () => {
        docker('/var/lib/docker [name=seccomp,profile=builtin name=cgroupns]')
        assert.equal(await ask(), undefined)
      })

      it('is Podman under the name of docker', async () => {
        const path = program('docker', 'exec /usr/bin/podman "$@"')
        assert.equal(await ask(), `Podman (${path} runs podman)`)
      })

      it('is Podman by a link', async () => {
        symlinkSync(program('podman', ''), join(folder(), 'docker'))
        assert.match(String(await ask()), /^Podman \(.*docker is podman\)$/)
      })

      it('is Podman on the socket of Docker', async () => {
        docker('/var/lib/containers/storage/overlay []', 'Podman Engine Conmon OCI Runtime (crun)')
        assert.equal(await ask(), 'Podman (it answers on the socket of Docker)')
      })

      it('is Podman behind a client that it cannot answer any more', async () => {
        program(
          'docker',
          'echo "client version 1.52 is too new. Maximum supported API version is 1.41" >&2; exit 1',
        )
        mkdirSync(join(folder(), 'podman'))
        writeFileSync(join(folder(), 'podman/podman.sock'), '')
        symlinkSync('podman/podman.sock', join(folder(), 'var-run-docker.sock'))
        assert.match(String(await ask()), /^Podman \(unix:\/\/.*docker\.sock leads to .*podman\.sock\)$/)
      })

      it('is a snap whose data is in another folder', async () => {
        docker('/home/docker-data [name=apparmor]')
        assert.equal(await ask(), undefined)
        mkdirSync(join(folder(), 'snap-docker/1/bin'), { recursive: true })
        copyFileSync('/bin/sleep', join(folder(), 'snap-docker/1/bin/dockerd'))
        const engine = spawn(join(folder(), 'snap-docker/1/bin/dockerd'), ['60'])
        try {
          await new Promise((resolve) => engine.once('spawn', resolve))
          assert.equal(await ask(), 'Docker of a snap')
          docker('/var/lib/docker [name=apparmor]')
          assert.equal(await ask(), undefined)
        } finally {
          engine.kill()
        }
      })

      it('is a snap, by its command or by its engine', async () => {
        docker('/var/snap/docker/common/var-lib-docker [name=apparmor]')
        assert.equal(await ask(), 'Docker of a snap')
      })

      it('is a snap whose engine is stopped', async () => {
        symlinkSync(program('snap', 'exit 1'), join(folder(), 'docker'))
        assert.match(String(await ask()), /^Docker of a snap \(.*docker\)$/)
      })

      it('is rootless', async () => {
        docker('/home/me/.local/share/docker [name=seccomp,profile=builtin name=rootless]')
        assert.equal(await ask(), 'rootless Docker')
      })

      it('is rootless, and root does not see it', async () => {
        program('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1')
        const server = createServer().listen(join(folder(), 'docker.sock'))
        await new Promise((resolve) => server.once('listening', resolve))
        assert.equal(await ask(folder()), `rootless Docker (${folder()}/docker.sock)`)
        assert.equal(await ask(), undefined)
        server.close()
      })
    })
  }
})
