import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UnreachableError } from '../../core/errors.ts'
import { type ConnectionType, defineConnection } from '../connection-type.ts'

export interface DockerExecOptions {
  /** Name or id of a running container. @default the host's name in the inventory */
  readonly container?: string | undefined
  /** The account to log in as. @default the image's */
  readonly user?: string | undefined
  /** The engine's command on the operator's machine, with options: `['docker', '--context', 'ci']`, `['podman']`. @default ['docker'] */
  readonly command?: readonly [string, ...string[]] | undefined
}

/**
 * A running container of the operator's Docker engine, by `docker exec`.
 *
 * @throws UnreachableError E_CONNECT_FAILED at connecting, when there is no such container or it does not run
 *
 * @example
 * defineInventory({ hosts: { web: { connection: dockerExec({ container: 'ci-web-1' }) } } })
 */
export function dockerExec({
  container,
  user,
  command = ['docker'],
}: DockerExecOptions = {}): ConnectionType {
  const [program, ...options] = command
  return defineConnection({
    name: 'docker',
    open: async (host, signal) => {
      const name = container ?? host.name
      await checkRunning(host.name, name, program, options, signal)
      const { processLink } = await import('./process-link.ts')
      const login = user === undefined ? [] : ['--user', user]
      return processLink(host.name, signal, {
        argv: (text) => [program, ...options, 'exec', '-i', ...login, name, '/bin/sh', '-c', text],
      })
    },
  })
}

async function checkRunning(
  host: string,
  container: string,
  program: string,
  options: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const fail = (why: string, cause?: unknown): UnreachableError =>
    new UnreachableError('E_CONNECT_FAILED', `cannot enter the container ${container} of ${host}: ${why}`, {
      hint: `What does \`${[program, ...options].join(' ')} ps --all\` show?`,
      cause,
    })
  const args = [...options, 'container', 'inspect', '--format', '{{.State.Running}}', container]
  const running = await promisify(execFile)(program, args, { signal, timeout: INSPECT_TIMEOUT }).catch(
    (cause: Error & { stderr?: string }) => {
      throw fail(cause.stderr?.trim() || cause.message, cause)
    },
  )
  if (running.stdout.trim() !== 'true') throw fail('it is not running')
}

const INSPECT_TIMEOUT = 30_000
