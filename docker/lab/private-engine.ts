import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ensurePrograms, isDebian } from './debian.ts'
import { prepareHost, restoreHost, unmountBelow } from './host.ts'
import { dataRoot, isRoot, machineDir, privateLog, privatePidFile, privateSocket, runDir } from './machine.ts'
import { registryAnswers } from './registry.ts'
import { tryRun, until } from './run.ts'
import { step, type Say } from './step.ts'

export const canHavePrivateEngine = (): boolean => isDebian && isRoot

/** A dockerd by hand, next to whatever the machine has, with every file of its own in two folders. */
export async function startPrivateEngine(say: Say): Promise<void> {
  say(`No Docker engine answers: the lab starts its own (data in ${dataRoot}, removed by npm run lab:down)\n`)
  // Everything that this machine will be asked for, so that apt runs once.
  const builder = (await registryAnswers()) ? [] : (['mmdebstrap'] as const)
  await ensurePrograms(say, ['docker', 'dockerd', 'iptables', 'ip', 'ssh', 'ssh-keygen', ...builder])
  await step(say, 'Starting the engine', async () => {
    await clearRunDir()
    await mkdir(runDir, { recursive: true })
    await mkdir(machineDir, { recursive: true })
    await prepareHost()
    const dockerd = launch()
    await until(`dockerd does not answer, see ${privateLog}`, 60_000, async () => {
      if (dockerd.exitCode !== null) throw new Error(`dockerd ended at once\n${await lastWords()}`)
      return answers()
    })
  })
}

/** Stops the engine, if it runs, and removes everything it had. */
export async function removePrivateEngine(): Promise<void> {
  const pid = enginePid()
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM')
    await until(`dockerd (pid ${pid}) does not stop`, 60_000, async () =>
      enginePid() === pid ? undefined : true,
    )
    await restoreHost()
  }
  await clearRunDir()
  await unmountBelow(dataRoot)
  await rm(machineDir, { recursive: true, force: true })
}

export const hasPrivateEngine = (): boolean => existsSync(dataRoot)

function launch(): ChildProcess {
  const log = openSync(privateLog, 'a')
  const where = ['--data-root', dataRoot, '--exec-root', join(runDir, 'exec'), '--pidfile', privatePidFile]
  const dockerd = [join(import.meta.dirname, 'dockerd.sh'), join(runDir, 'root'), ...where]
  const child = spawn(
    'unshare',
    ['--mount', '--propagation', 'unchanged', ...dockerd, '--host', `unix://${privateSocket}`],
    {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    },
  )
  closeSync(log)
  // It outlives us. Where it cannot even be started, waiting for its answer ends in an error.
  child.on('error', () => {})
  child.unref()
  return child
}

async function lastWords(): Promise<string> {
  return (await readFile(privateLog, 'utf8')).trimEnd().split('\n').slice(-5).join('\n')
}

async function answers(): Promise<true | undefined> {
  const env = { DOCKER_HOST: `unix://${privateSocket}` }
  return (await tryRun(['docker', 'version'], { env, timeoutMs: 5_000 })) === undefined ? undefined : true
}

/** The pid in our pid file, as long as it is still a dockerd: pids are used again. */
function enginePid(): number | undefined {
  try {
    const pid = Number(readFileSync(privatePidFile, 'utf8'))
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dockerd' ? pid : undefined
  } catch {
    return undefined
  }
}

// An engine that was killed leaves pid files and mounts here, and the next one would stumble over them.
async function clearRunDir(): Promise<void> {
  if (enginePid() !== undefined) throw new Error(`dockerd runs but does not answer, see ${privateLog}`)
  await unmountBelow(runDir)
  await rm(runDir, { recursive: true, force: true })
}
