import { onNode, until } from './support.ts'

const STATE = '/var/lib/run-playbook/postgres/state'

export interface Problem {
  readonly code: string
  readonly severity: 'critical' | 'warning'
  readonly text: string
}

interface Health {
  readonly at: number
  readonly running: string | null
  readonly problems: readonly Problem[]
}

export interface Drill {
  readonly at: number
  readonly result: 'ok' | 'failed'
  readonly backup: string
  readonly text: string
}

const read = async <Value>(node: string, name: string): Promise<Value> =>
  JSON.parse(await onNode(node, `cat ${STATE}/${name}`)) as Value

export const lastDrill = (node: string): Promise<Drill> => read(node, 'drill.json')

/** What is wrong with its backups now, in words. */
export const problemTexts = async (node: string): Promise<string[]> =>
  (await read<Health>(node, 'repository.json')).problems.map(({ text }) => text)

/** The words for a problem, which have to come within a minute. */
export async function words(node: string, code: string): Promise<string> {
  let found: Problem | undefined
  await until(
    `${node} says ${code}`,
    async () => {
      const { problems } = await read<Health>(node, 'repository.json')
      found = problems.find((one) => one.code === code)
      return found !== undefined
    },
    60,
  )
  return found?.text ?? ''
}

/** The files of the newest backup are among those that are compared with what they were. */
export const knowsItsFiles = async (node: string): Promise<boolean> =>
  (await onNode(
    node,
    `label=$(basename "$(readlink -f /data/backups/backup/main/latest)")
    grep -q "/$label/bundle/1$" ${STATE}/repository.files && echo yes || echo no`,
  )) === 'yes'

/** Nothing is wrong with its backups, and nothing that belongs to them is going on. */
export async function untilWell(node: string, seconds = 240): Promise<void> {
  await until(
    `the repository of ${node} is well`,
    async () => {
      const { at, problems, running } = await read<Health>(node, 'repository.json')
      const now = Number(await onNode(node, 'date +%s'))
      if (problems.length === 0 && running === null && now - at < 40) return true
      throw new Error(JSON.stringify({ problems, running, age: now - at }))
    },
    seconds,
  )
}

/** pgBackRest in the container that takes the backups. */
export const pgbackrest = (node: string, args: string): Promise<string> =>
  onNode(node, `docker exec -u postgres pgbackrest ${args}`)

export const labels = async (node: string): Promise<string[]> => {
  const info = JSON.parse(
    await pgbackrest(node, 'pgbackrest info --output=json --log-level-console=off'),
  ) as { backup: { label: string; error: boolean | null }[] }[]
  return (info[0]?.backup ?? []).map(({ label }) => label)
}
