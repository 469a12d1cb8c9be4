import { docker, type Engine } from './engine.ts'
import { tryRun } from './run.ts'

/** The lab's own network. Gives back its subnet, in which every node has a fixed address. */
export async function ensureNetwork(engine: Engine, lab: string): Promise<string> {
  const existing = await subnetOf(engine, lab)
  if (existing) return existing
  // Docker knows which subnet is free here, but lets nodes have fixed addresses only in one that was asked for.
  // So it picks one, and is then asked for just that.
  await create(engine, lab, [])
  const subnet = await subnetOf(engine, lab)
  if (!subnet) throw new Error(`Docker gave the network ${lab} no subnet`)
  await docker(engine, ['network', 'rm', networkOf(lab)])
  await create(engine, lab, ['--subnet', subnet])
  return subnet
}

/** 172.18.0.0/16, 11 → 172.18.0.11 */
export function addressIn(subnet: string, host: number): string {
  const parts = subnet.split(/[./]/).map(Number)
  const [a = 0, b = 0, c = 0, d = 0] = parts
  return [a, b, c, d + host].join('.')
}

function create(engine: Engine, lab: string, extra: readonly string[]): Promise<string> {
  return docker(engine, ['network', 'create', '--label', `run-playbook.lab=${lab}`, ...extra, networkOf(lab)])
}

async function subnetOf(engine: Engine, lab: string): Promise<string | undefined> {
  const format = '{{range .IPAM.Config}}{{println .Subnet}}{{end}}'
  const answer = await tryRun(['docker', 'network', 'inspect', '--format', format, networkOf(lab)], {
    env: engine.env,
  })
  return answer?.split('\n').find((line) => line.includes('.'))
}

export const networkOf = (lab: string): string => `run-playbook-${lab}`
