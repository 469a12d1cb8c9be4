import type { Config } from '../config.ts'
import type { Warning } from '../schema.ts'
import { archive } from './archive.ts'
import { backups } from './backups.ts'
import { cluster } from './cluster.ts'
import { pooler } from './pooler.ts'
import { replication } from './replication.ts'
import { server } from './server.ts'
import { tls } from './tls.ts'
import type { Known, Rule } from './warn.ts'

const RULES: readonly Rule[] = [server, tls, cluster, replication, archive, backups, pooler]

/** What somebody should look at, the worst first. */
export function warningsFor(status: Known, config: Config): Warning[] {
  const all = RULES.flatMap((rule) => rule(status, config)).filter((one): one is Warning => one !== false)
  return all.toSorted((a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical'))
}
