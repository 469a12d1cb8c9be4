import type { ShellStep } from '../../../core/module.ts'
import { sh } from '../../../core/sh.ts'
import type { BackupType } from '../../info.ts'
import { QUIET, pgbackrestStep } from '../shared/steps.ts'
import type { PgbackrestTarget } from '../shared/target.ts'

export interface BackupOrder {
  readonly type: BackupType
  readonly repo: number | undefined
  /** What takes it, instead of `pgbackrest backup`. */
  readonly program: string | undefined
  /** The newest label when this was decided, and whether another one that is as good may take the place of this one. */
  readonly newest: string
  readonly orAnother: boolean
  /** Seconds to wait for another backup, and for this one. */
  readonly wait: number
  readonly limit: number
}

/**
 * Takes a backup. Whether the cluster is a standby is asked now, because that changes. While another backup runs, or whatever else
 * holds the lock, it waits; pgBackRest cleans up behind one that was killed by itself. After a promotion there is none before the
 * first checkpoint of the new timeline is through, which takes minutes where nobody asks for it.
 */
export function backupStep(target: PgbackrestTarget, order: BackupOrder): ShellStep {
  const { type, repo, program, newest, orAnother, wait, limit } = order
  const options = [`--type=${type}`, ...(repo === undefined ? [] : [`--repo=${repo}`])]
  // Labels end with the first letter of their type.
  const asGood = { full: 'F', diff: 'FD', incr: 'FDI' }[type]
  const script = `
# usage: newest  (label)
newest() {
  pgbr info --output=json --log-level-console=off | tr '{,' '\\n\\n' | sed -n 's/^"label":"\\([^"]*\\)"$/\\1/p' | sort | tail -n 1
}
# usage: through SECONDS PROGRAM [OPTION…]  (one that would wait by itself is told not to)
through() {
  _limit=$1
  shift
  said=$(BACKUP_PATIENCE=0 timeout "$_limit" "$@" 2>&1 </dev/null)
}
# usage: held  (does another backup run?)
held() { pgbr info --output=json --log-level-console=off | grep -q '"backup":{"held":true'; }
${sh`set -- ${program === undefined ? [...options, ...QUIET] : options}`}
${sh`deadline=$(($(date +%s) + ${wait})) before=${newest} another=${orAnother ? 'yes' : 'no'}`}
while :; do
  ${program === undefined ? itself(limit) : sh`through ${limit} ${program} "$@" && exit 0`}
  code=$?
  case $said in
    *'does not match pg_control timeline'*) query CHECKPOINT >/dev/null 2>&1 ;;
    *) busy $code || fail $code ;;
  esac
  if [ "$(date +%s)" -ge "$deadline" ]; then
    busy $code || fail $code
    printf '%s\\n' "$said"
    echo "another backup, or something else that holds its lock, was still running after ${wait} seconds"
    exit 1
  fi >&2
  # Not in step with the other node, or both would find the other's lock for ever. A backup is listed before its lock is free:
  # who asks in this order does not overlook the one that ended just now.
  while sleep $((2 + $$ % 7)); held && [ "$(date +%s)" -lt "$deadline" ]; do :; done
  label=$(newest)
  case $another:$label in
    no:* | "yes:$before" | yes:) ;;
    yes:*[${asGood}]) exit 0 ;;
  esac
done`
  return pgbackrestStep(target, script, wait + limit)
}

const itself = (limit: number): string => `case $(query 'SELECT pg_is_in_recovery()' 2>/dev/null) in
    t) run ${limit} backup --backup-standby=y "$@" && exit 0 ;;
    *) run ${limit} backup "$@" && exit 0 ;;
  esac`
