import { z } from 'zod'

/**
 * An upgrade that was decided on. It lies on every node from before the first change until the operator has let go of the old data, or has gone
 * back to them: whoever comes after a runner that was killed goes on from it.
 */
export const upgradeOrderSchema = z.object({
  /** `20261124T140300Z`: names what belongs to this upgrade. */
  id: z.string().regex(/^[\w.-]+$/),
  /** The primary, whose data are upgraded. */
  node: z.string(),
  /** Major versions. */
  from: z.int(),
  to: z.int(),
  /** The images of the new version and of the old one. */
  image: z.string(),
  oldImage: z.string(),
  /** What ALTER SYSTEM had set on the primary. */
  settings: z.array(z.string().regex(/^[A-Za-z_][\w.]*$/)),
  /** The old cluster. */
  was: z.object({ systemId: z.string(), timeline: z.int() }),
})

export type UpgradeOrder = z.output<typeof upgradeOrderSchema>

/** What a node says of an upgrade that was begun. */
export interface UpgradeState {
  readonly order: UpgradeOrder
  /** Its old data were set aside. */
  readonly kept: boolean
  /** Clients may have written to the new version: what they wrote is lost by going back. */
  readonly opened: boolean
  /** All of it was done; the old data are kept. */
  readonly done: boolean
  /** It is being aborted, or the old data are being removed. */
  readonly aborting: boolean
  readonly finishing: boolean
}

/** The file beside the data folder. */
export const UPGRADE_ORDER = 'upgrade.order'

const MARKS = ['opened', 'done', 'aborting', 'finishing'] as const
type Mark = (typeof MARKS)[number]

/** The file beside the data folder that says this of the upgrade whose id is in it. */
export const upgradeMark = (name: Mark | 'upgraded' | 'alone' | 'analyzed'): string => `upgrade.${name}`

/** The folder that the old data are kept in, beside the data folder. */
export const keptData = ({ from }: Pick<UpgradeOrder, 'from'>): string => `pgdata.postgres-${from}`

/** The folder in the repository with pgBackRest's lists of the old cluster. */
export const KEPT_LISTS = 'upgrade.kept'

/** POSIX sh: what a node says of an upgrade, where `d` is the folder of the data. */
export const UPGRADE_SCRIPT = `
  if [ -s "$d/${UPGRADE_ORDER}" ]; then
    echo "upgrade $(head -n 1 "$d/${UPGRADE_ORDER}")"
    for m in ${MARKS.join(' ')}; do
      if [ -s "$d/upgrade.$m" ]; then echo "upgrade.$m $(head -n 1 "$d/upgrade.$m")"; fi
    done
    for k in "$d"/pgdata.postgres-*; do if [ -d "$k" ]; then echo "upgrade.kept \${k##*/}"; fi; done
  fi`

export const upgradeOrderText = (order: UpgradeOrder): string => `${JSON.stringify(order)}\n`

/** @param found what the script printed, by the first word of each line */
export function parseUpgradeState(found: ReadonlyMap<string, string>): UpgradeState | undefined {
  const order = parseOrder(found.get('upgrade'))
  if (order === undefined) return undefined
  const marked = (name: Mark) => found.get(upgradeMark(name)) === order.id
  return {
    order,
    kept: found.get('upgrade.kept') === keptData(order),
    opened: marked('opened'),
    done: marked('done'),
    aborting: marked('aborting'),
    finishing: marked('finishing'),
  }
}

function parseOrder(text: string | undefined): UpgradeOrder | undefined {
  if (text === undefined) return undefined
  try {
    return upgradeOrderSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
