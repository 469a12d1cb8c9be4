import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const SOCKETS = ['/var/run/docker.sock', '/run/run-playbook-lab/docker.sock']

/** A Docker engine and an image with PostgreSQL in it, where this machine has both. */
export interface TestDocker {
  readonly env: NodeJS.ProcessEnv
  readonly image: string
  docker(...args: string[]): string
}

export function findDocker(): TestDocker | undefined {
  const hosts = [process.env['DOCKER_HOST'], ...SOCKETS.filter(existsSync).map((path) => `unix://${path}`)]
  for (const host of hosts.filter((one) => one !== undefined)) {
    const env = { PATH: process.env['PATH'], LC_ALL: 'C', DOCKER_HOST: host }
    const docker = (...args: string[]): string => {
      const { status, stdout, stderr } = spawnSync('docker', args, { env, encoding: 'utf8' })
      if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`)
      return stdout.trim()
    }
    const image = findImage(docker)
    if (image !== undefined) return { env, image, docker }
  }
  return undefined
}

function findImage(docker: TestDocker['docker']): string | undefined {
  try {
    const images = docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}').split('\n')
    return images.find((one) => /^(run-playbook\/)?postgres:\d/.test(one))
  } catch {
    return undefined
  }
}
