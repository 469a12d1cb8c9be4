import type { ShellStep } from '../../../core/module.ts'
import { sh } from '../../../core/sh.ts'
import { inPlace } from './shell.ts'
import { type PgbackrestTarget, placeOf } from './target.ts'

/** Errors come on standard error, without the time; what went well needs no words. */
export const QUIET = ['--log-level-console=off', '--log-level-stderr=warn', '--no-log-timestamp']

/** For commands whose account of what they did is needed, errors among it. */
export const TOLD = ['--log-level-console=info', '--log-level-stderr=off', '--no-log-timestamp']

/**
 * A step that runs `script` where pgBackRest is. It has `run LIMIT COMMAND OPTION…`, which leaves what was said in `$said`, and
 * `fail`, which ends with pgBackRest's own words. The limit is kept where pgBackRest runs: ending `docker exec` would
 * not end what it started.
 *
 * @param limit seconds that the script takes at most
 */
export function pgbackrestStep(target: PgbackrestTarget, script: string, limit: number): ShellStep {
  return {
    script: inPlace(placeOf(target), `${FUNCTIONS}\n${script}`),
    timeoutMs: (limit + 60) * 1000,
    explains: true,
  }
}

/** Seconds that a short command waits for a lock: while a standby is backed up, its primary's is taken too. */
const LOCK_PATIENCE = 300

/** A step of one command. */
export function commandStep(
  target: PgbackrestTarget,
  command: readonly (string | number)[],
  limit: number,
): ShellStep {
  return pgbackrestStep(
    target,
    sh`patiently ${limit} ${[...command, ...QUIET]} || fail $?`,
    limit + LOCK_PATIENCE,
  )
}

// The message and its hints on one line, because the last line is what is told first.
const FUNCTIONS = `
# usage: run SECONDS COMMAND [OPTION…]
run() {
  _limit=$1
  shift
  said=$(pgbr "$@" 2>&1)
}
# usage: busy CODE  (somebody else has the lock, here: error 50, or on another node: whatever came of that)
busy() {
  [ "$1" = 50 ] || case $said in *LockAcquireError*) ;; *) return 1 ;; esac
}
# usage: patiently SECONDS COMMAND [OPTION…]
patiently() {
  _until=$(($(date +%s) + ${LOCK_PATIENCE}))
  while :; do
    run "$@" && return 0
    _code=$?
    busy $_code && [ "$(date +%s)" -lt $_until ] || return $_code
    sleep 2
  done
}
# usage: fail CODE [VERDICT]
fail() {
  {
    printf '%s\\n' "$said"
    if [ $# -gt 1 ]; then echo "$2"
    elif [ "$1" = 124 ]; then echo "pgBackRest did not end within $_limit seconds and was told to stop"
    else
      printf '%s\\n' "$said" | awk -v code="$1" '
        /ERROR: \\[/ { sub(/.*ERROR: \\[0*/, ""); number = $0; sub(/\\].*/, "", number); sub(/^[0-9]*\\]: /, ""); sub(/:$/, ""); error = $0 }
        /HINT: / { sub(/.*HINT: /, ""); hint = hint " " $0 ($0 ~ /[.?!]$/ ? "" : ".") }
        END {
          if (error == "") print "pgBackRest ended with " code
          else print "pgBackRest: " error " (error " number ")." hint
        }'
    fi
  } >&2
  exit 1
}`
