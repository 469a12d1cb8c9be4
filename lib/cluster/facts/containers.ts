import { z } from 'zod'
import { sh } from '../../core/sh.ts'
import { mounts } from '../places.ts'
import type { ClusterVars } from '../vars/cluster.ts'

/** A container of a node that has a name of the cluster's. */
export interface NodeContainer {
  readonly name: string
  readonly image: string
  /** When it was made, as Docker prints it. */
  readonly created: string
  /**
   * `marked`: run-playbook made it. `recognised`: it has no label of ours, but runs our image on this node's folders, as
   * one made by an earlier version or by docker/compose.yaml does. `foreign`: somebody else's.
   */
  readonly owner: 'marked' | 'recognised' | 'foreign'
  /**
   * It has the folders of the cluster mounted: what site writes there, it reads. One that was made by hand, or by the first version, has
   * not, so that nothing can be done in it until it is replaced.
   */
  readonly managed: boolean
}

/** Containers that run all the time, and the one that a hand-over makes. */
export const SERVICE_CONTAINERS: readonly string[] = [
  'postgres',
  'pgbackrest',
  'pgbackrest-server',
  'postgres-status',
  'postgres-handover',
]

/** All names that the playbooks give to containers. */
export const CLUSTER_CONTAINERS: readonly string[] = [
  ...SERVICE_CONTAINERS,
  'postgres-restore',
  'postgres-drill',
  'postgres-rehearsal',
  'postgres-upgrade',
]

/** Of PgBouncer, where there is one: until then the name is free. */
export const POOLER_CONTAINER = 'pgbouncer'

/** POSIX sh: a line of JSON for each of these containers, also for one whose replacement was cut short. */
export const containersScript = (
  names: readonly string[] = [...CLUSTER_CONTAINERS, POOLER_CONTAINER],
): string => {
  const all = names.flatMap((name) => [name, `${name}.run-playbook-old`])
  return sh`docker container inspect -f ${FORMAT} ${all} 2>/dev/null`
}

const FORMAT =
  'named {"name":{{json .Name}},"created":{{json .Created}},"image":{{json .Config.Image}},"labels":{{json .Config.Labels}},"mounts":{{json .Mounts}}}'

const schema = z.object({
  name: z.string().transform((name) => name.replace(/^\//, '')),
  created: z.string(),
  image: z.string(),
  labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((labels) => labels ?? {}),
  mounts: z
    .array(z.object({ Source: z.string().default(''), Destination: z.string().default('') }))
    .nullish()
    .transform((mounts) => mounts ?? []),
})

/** @param folders of the node: only containers of its cluster have them mounted */
export function parseContainers(
  lines: readonly string[],
  folders: { readonly dataDir: string; readonly backupDir: string },
): readonly NodeContainer[] {
  return lines
    .filter((line) => line.startsWith('named '))
    .map((line) => {
      const found = schema.parse(JSON.parse(line.slice('named '.length)))
      const { name, image, created } = found
      return { name, image, created, owner: ownerOf(found, folders), managed: isManaged(found.mounts) }
    })
}

function ownerOf(
  { image, labels, mounts }: z.output<typeof schema>,
  { dataDir, backupDir }: { readonly dataDir: string; readonly backupDir: string },
): NodeContainer['owner'] {
  if (MARKS.some((mark) => Object.hasOwn(labels, mark))) return 'marked'
  const ourImage =
    isShippedImage(image) || labels['org.opencontainers.image.title']?.startsWith('run-playbook ')
  const ourFolder = mounts.some(({ Source }) => Source === dataDir || Source === backupDir)
  return ourImage && ourFolder ? 'recognised' : 'foreign'
}

/** Whether a container `postgres` with these mounts has all that site writes, and shares its socket. */
export function isManaged(
  found: readonly { readonly Source: string; readonly Destination: string }[],
): boolean {
  const { config, pgbackrest, secrets, socket, lock } = mounts({ dataDir: '', backupDir: '' })
  return [config, pgbackrest, secrets, socket, lock].every(({ source, target }) =>
    found.some((one) => one.Source === source && one.Destination === target),
  )
}

/** Of one that is not, in words. */
export const LACKS = 'does not have the directories of site (it was made by hand, or by an early version)'

// Of lib/modules/docker/shared/ownership.ts.
const MARKS = ['run-playbook.spec', 'run-playbook.ours']

/** Whether an image has a name of ours, so that nodes build it: every other one is used as it is. */
export const isShippedImage = (image: string): boolean => /^(docker\.io\/)?run-playbook\//.test(image)

/** Whether the tasks of a node take over containers without our label: the operator said so, or they are known as ours. */
export const adopts = (
  { adopt }: Pick<ClusterVars, 'adopt'>,
  { containers }: { readonly containers: readonly NodeContainer[] },
): boolean => adopt || containers.some(({ owner }) => owner === 'recognised')
