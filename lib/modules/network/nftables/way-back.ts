import type { ShellStep } from '../../../core/module.ts'
import { quote, raw, sh } from '../../../core/sh.ts'

/** A change of the host that may lock out whoever makes it. */
export interface RiskyChange {
  /** Tells it from others on the host: letters, digits and dashes. */
  readonly name: string
  /** Seconds until the way back is taken. */
  readonly seconds: number
  /** Is run first in both scripts. */
  readonly begin: string
  /** Prints what `restore` needs. */
  readonly save: string
  /** Makes the change from the file `$wanted`. Fails if nothing was changed. */
  readonly change: string
  /** Goes back, with the file `$before` that `save` has printed. */
  readonly restore: string
  /** Checks, with the file `$before`, that `restore` is going to work. Changes nothing. */
  readonly rehearse: string
  /** For `$wanted`. */
  readonly stdin: string
  /** Is run once the change is confirmed. */
  readonly after: string
}

/** The engine may need that long to notice that its connection is dead, and to connect again. */
const SPARE_MS = 90_000

/**
 * The steps of a change that cannot lock out anybody: a process of the host takes it back after some time, unless it is told
 * before, over a connection that was made after the change. Whoever moves the file `armed.PID` away has decided: moving a file is
 * atomic, so the change is confirmed or taken back, never both.
 */
export function changeWithWayBack(change: RiskyChange): ShellStep[] {
  return [
    {
      script: changeScript(change),
      stdin: change.stdin,
      explains: true,
      // What it waits for is not a restart, but a connection that is new.
      restartsHost: { timeoutMs: change.seconds * 1000 + SPARE_MS, ownMachine: true },
    },
    { script: confirmScript(change), explains: true },
  ]
}

const folderOf = ({ name }: RiskyChange): string => `/run/run-playbook-${name}`

// Waits in its own session, so that it outlives the connection. When it is not armed any more, it ends.
const GUARD = `cd "$1" || exit
: >"armed.$$"
i=0
while [ $i -lt "$2" ]; do
  sleep 1
  [ -e "armed.$$" ] || exit 0
  i=$((i + 1))
done
mv "armed.$$" fired 2>/dev/null || exit 0
before=$1/before
`

// A way back that is still armed is that of an earlier run, which ended before it confirmed: where it leads is what counts.
function changeScript(risky: RiskyChange): string {
  const { begin, save, change, restore, rehearse, seconds } = risky
  return `set -eu
${begin}
umask 077
back=${quote(folderOf(risky))}
new=$back.new before=$back.new/before wanted=$back/wanted
rm -rf -- "$new"
mkdir -- "$new"
cat >"$new/wanted"
if mv "$back"/armed.* "$back/taken" 2>/dev/null; then
  cp -- "$back/before" "$before"
  : >"$new/unconfirmed"
else
  { ${save}
  } >"$before"
fi
{ ${rehearse}
} || { echo 'nothing was changed: what is there now could not be loaded again' >&2; exit 1; }
rm -rf -- "$back"
mv -- "$new" "$back"
before=$back/before
setsid sh -c ${quote(`${begin}\n${GUARD}${restore}`)} sh "$back" ${seconds} </dev/null >/dev/null 2>&1 &
i=0
until [ -n "$(ls "$back" | grep '^armed' || :)" ]; do
  i=$((i + 1))
  [ $i -lt 50 ] || { echo 'nothing was changed: the way back could not be started' >&2; exit 1; }
  sleep 0.2 2>/dev/null || sleep 1
done
{ ${change}
} || {
  mv "$back"/armed.* "$back/failed"
  [ ! -e "$back/unconfirmed" ] || { ${restore}
  }
  exit 1
}`
}

const confirmScript = (change: RiskyChange): string => sh`set -eu
${raw(change.begin)}
umask 077
back=${folderOf(change)}
if ! mv "$back"/armed.* "$back/confirmed" 2>/dev/null; then
  echo ${`the change was not confirmed by a new connection within ${change.seconds} seconds, so it was taken back`} >&2
  exit 1
fi
rm -rf -- "$back"
${raw(change.after)}`
