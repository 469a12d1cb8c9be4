import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { docker } from '../../docker/lab/engine.ts'
import { lab } from './support.ts'

/** Starts a program of this machine on the network of a node, where the overlay is: as an application on it would. */
export async function onNetworkOf(
  name: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<ChildProcessByStdio<Writable, Readable, null>> {
  const { engine, nodes } = await lab()
  const node = nodes.find((one) => one.name === name)
  const pid = (await docker(engine, ['inspect', '-f', '{{.State.Pid}}', node?.container ?? ''])).trim()
  return spawn('nsenter', ['-t', pid, '-n', ...argv], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}
