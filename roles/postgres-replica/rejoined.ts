import { type Reader, UserError, ask, defineModule, pathResource, sh, treeResource, z } from 'run-playbook'
import { rejoinScript } from './rejoin-script.ts'

export interface RejoinedArgs {
  readonly way: 'rewind' | 'reclone'
  readonly because: string
  readonly dataDir: string
  /** The primary's address. */
  readonly primary: string
  readonly container: string
}

interface Standing {
  readonly disk: 'none' | 'primary' | 'replica'
  readonly fenced: boolean
  readonly asked: boolean
}

/**
 * A node that was left behind by a promotion is a replica again. The image's entrypoint does the work, because it has the
 * data and its lock: this leaves the request beside the data, and waits until the node has followed for ten seconds.
 */
export const rejoined = defineModule<RejoinedArgs, Standing>({
  name: 'postgres_rejoined',
  args: z.strictObject({
    way: z.enum(['rewind', 'reclone']),
    because: z.string(),
    dataDir: z.string(),
    primary: z.string(),
    container: z.string(),
  }),
  probe: ({ dataDir }) => ask(standing, dataDir),
  plan: ({ way, because }, { disk }) => {
    if (disk === 'none') return { changes: [], because: 'without data it is copied anyway' }
    const to = way === 'rewind' ? 'a replica, by pg_rewind' : 'a replica, copied anew'
    return { changes: [{ what: 'data', from: because, to }] }
  },
  apply: (args) => [{ script: rejoinScript(args), timeoutMs: 24 * 3_600_000, explains: true }],
  touches: ({ dataDir, container }) => [
    treeResource(dataDir),
    `docker:container/${container}/**`,
    'postgres:/**',
  ],
  verify: (_args, _before, { disk, fenced, asked }) => {
    if (disk === 'replica' && !fenced && !asked) return []
    throw new UserError('E_NOT_REJOINED', 'the node is not a replica yet', {
      hint: '`docker logs postgres` on it says what it is waiting for; run again when that is out of the way.',
    })
  },
})

const standing: Reader<Standing> = {
  name: 'postgres_standing',
  channel: 'shell',
  ask: ([dataDir = '']) => `
    d=${sh`${dataDir}`}
    if [ ! -f "$d/pgdata/global/pg_control" ]; then echo none
    elif [ -f "$d/pgdata/standby.signal" ]; then echo replica
    else echo primary; fi
    [ ! -e "$d/fenced" ] || echo fenced
    [ ! -e "$d/rejoin" ] || echo asked`,
  parse: ({ stdout }, keys) => {
    const [disk = 'none', ...marks] = stdout.toString().trim().split('\n')
    const fenced = marks.includes('fenced')
    const asked = marks.includes('asked')
    return keys.map(() => ({ disk: disk as Standing['disk'], fenced, asked }))
  },
  sees: (dataDir) => [treeResource(dataDir), pathResource(dataDir)],
}
