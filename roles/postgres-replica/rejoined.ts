import { UserError, ask, containers, defineModule, paths, readerOfOne, served, sh, z } from 'run-playbook'
import { postgresServers } from 'run-playbook/postgres'
import { rejoinScript } from './rejoin-script.ts'
import { rejoinArgs as args } from './rejoined-args.ts'

const DISKS = ['none', 'primary', 'replica'] as const

interface Standing {
  readonly disk: (typeof DISKS)[number]
  readonly fenced: boolean
  readonly asked: boolean
}

/**
 * A node that was left behind by a promotion is a replica again. The image's entrypoint does the work, because it has the
 * data and its lock: this leaves the request beside the data, and waits until the node has followed for ten seconds.
 */
export const rejoined = defineModule({
  name: 'postgres_rejoined',
  args,
  probe: ({ dataDir }) => ask(standing, dataDir),
  plan: ({ way, because }, { disk }) => {
    if (disk === 'none') return { changes: [], because: 'without data it is copied anyway' }
    const to =
      way === 'rewind'
        ? 'a replica, by pg_rewind'
        : 'a replica, re-cloned (point of no return: the copy is complete, or the disk has no room for both)'
    return { changes: [{ what: 'data', from: because, to }] }
  },
  // The script waits itself: how long the entrypoint has been stuck, and where the primary was when this node connected,
  // is known only to who has watched since the request.
  apply: (args) => [{ script: rejoinScript(args), timeoutMs: 24 * 3_600_000, explains: true }],
  touches: ({ dataDir, container }) => [
    paths.below(dataDir),
    containers.at(container),
    postgresServers.all,
    served.all,
  ],
  verify: (_args, _before, { disk, fenced, asked }) => {
    if (disk === 'replica' && !fenced && !asked) return []
    throw new UserError('E_NOT_REJOINED', 'the node is not a replica yet', {
      hint: '`docker logs postgres` on the node shows what it is waiting for. Fix that, then run the playbook again.',
    })
  },
})

const standing = readerOfOne<Standing>({
  name: 'postgres_standing',
  ask: (dataDir) => `
    d=${sh`${dataDir}`}
    if [ ! -f "$d/pgdata/global/pg_control" ]; then echo none
    elif [ -f "$d/pgdata/standby.signal" ]; then echo replica
    else echo primary; fi
    [ ! -e "$d/fenced" ] || echo fenced
    [ ! -e "$d/rejoin" ] || echo asked`,
  parse: ({ stdout }) => {
    const [disk, ...marks] = stdout.toString().trim().split('\n')
    return {
      disk: z.enum(DISKS).parse(disk),
      fenced: marks.includes('fenced'),
      asked: marks.includes('asked'),
    }
  },
  sees: (dataDir) => [paths.below(dataDir)],
})
