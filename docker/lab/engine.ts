import { existsSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { privateSocket } from './machine.ts'
import { canHavePrivateEngine, startPrivateEngine } from './private-engine.ts'
import { run, tryRun, type RunOptions } from './run.ts'
import type { Say } from './step.ts'

export interface Engine {
  /** What the docker client and every script that uses it need in their environment. */
  env: Record<string, string>
  /** Started by the lab, and stopped by the last lab that goes. */
  isPrivate: boolean
  /** The nodes' own addresses can be reached from here: not so where the engine is in a virtual machine. */
  reachable: boolean
}

export function docker(engine: Engine, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return run(['docker', ...args], { ...options, env: { ...engine.env, ...options.env } })
}

/** The engine that docker talks to by itself, else the one that a lab started earlier. */
export async function findEngine(): Promise<Engine | undefined> {
  return (await ask({}, false)) ?? (await findPrivateEngine())
}

export async function ensureEngine(say: Say): Promise<Engine> {
  const found = await findEngine()
  if (found) return found
  if (!canHavePrivateEngine()) {
    throw new Error(
      `no Docker engine answers on ${hostname()} (user ${userInfo().username}), and one can be installed only by ` +
        'root on Debian or Ubuntu. Start Docker, or point DOCKER_HOST at an engine on this machine, and repeat.',
    )
  }
  await startPrivateEngine(say)
  const started = await findPrivateEngine()
  if (!started) throw new Error(`the engine at ${privateSocket} was started but does not answer`)
  return started
}

async function findPrivateEngine(): Promise<Engine | undefined> {
  return existsSync(privateSocket) ? ask({ DOCKER_HOST: `unix://${privateSocket}` }, true) : undefined
}

async function ask(env: Record<string, string>, isPrivate: boolean): Promise<Engine | undefined> {
  const answer = await tryRun(['docker', 'info', '--format', '{{.ServerVersion}}|{{.OperatingSystem}}'], {
    env,
    timeoutMs: 5_000,
  })
  const [version, system = ''] = answer?.trim().split('|') ?? []
  if (!version) return undefined
  return { env, isPrivate, reachable: process.platform === 'linux' && !system.includes('Docker Desktop') }
}
