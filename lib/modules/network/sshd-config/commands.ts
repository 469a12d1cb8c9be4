import { createHash } from 'node:crypto'
import { quote, raw, sh } from '../../../core/sh.ts'

/** POSIX sh that sets `$sshd`, which has to be called by its whole path. */
export const FIND_SSHD = `LC_ALL=C; export LC_ALL
sshd=$(PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin command -v sshd) || sshd=`

/** `effective FILE` prints the values that sshd takes of a configuration, for all logins, of the directives named here. */
export const effective = (keywords: readonly string[]): string =>
  `whom=; "$sshd" -T -f "$config" >/dev/null 2>&1 || whom='-C user=root,host=localhost,addr=127.0.0.1'
effective() { "$sshd" -T $whom -f "$1" 2>/dev/null | grep -E ${quote(`^(${keywords.join('|')}) `)} | sort -u; }`

/** Where what is needed to take the change of a file back is kept until it is confirmed. Only root can write there. */
export const wayBack = (file: string): string =>
  `/run/run-playbook-sshd-${createHash('sha256').update(file).digest('hex').slice(0, 12)}`

/**
 * Functions to take a change of a file back. Whoever moves the token does so: the host after a while, or the run.
 *
 * - `reload` has sshd read its configuration again, and waits until it has
 * - `undo TOKEN` restores the old file, unless the change was confirmed or taken back already
 */
export const taking = (config: string, file: string): string => `${FIND_SSHD}
config=${quote(config)} file=${quote(file)} way=${quote(wayBack(file))}
new=$file.run-playbook
setting() { "$sshd" -T -f "$config" 2>/dev/null | sed -n "s/^$1 //p" | head -n 1; }
reload() {
  pid=$(cat "$way/pid" 2>/dev/null) || pid=
  [ -n "$pid" ] || return 0
  if ! kill -0 "$pid" 2>/dev/null; then start; return; fi
  listed=$(setting pidfile)
  case $listed in /*) rm -f -- "$listed" ;; *) listed= ;; esac
  kill -HUP "$pid" || return
  [ -n "$listed" ] || { sleep 2; return 0; }
  tries=0
  until [ -s "$listed" ]; do
    kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 300 ] || { echo "sshd did not come back" >&2; return 1; }
    tries=$((tries + 1)); sleep 0.1
  done
}
start() {
  if [ -d /run/systemd/system ]; then systemctl restart ssh.service 2>/dev/null || systemctl restart sshd.service
  else "$sshd" -f "$config"; fi
}
undo() {
  mv -- "$way/$1" "$way/undone" 2>/dev/null || return 0
  if [ -e "$way/old" ]; then cp -p -- "$way/old" "$new" && mv -f -- "$new" "$file"
  else rm -f -- "$file"; fi
  reload || :
  rm -rf -- "$way"
}`

/** How a file of the configuration is changed. */
export interface FileChange {
  readonly config: string
  readonly file: string
  /** It goes instead of getting the content of standard input. */
  readonly removes: boolean
  /** Until the host takes the change back. */
  readonly seconds: number
  /** The directives for all logins, and the values that sshd is to take. */
  readonly keywords: readonly string[]
  readonly wanted: readonly string[]
}

/**
 * Keeps the old file, has the host take the change back after a while, writes the new file, and has sshd read it once it is
 * certain that it can, and that it takes the values.
 */
export const change = ({ config, file, removes, seconds, keywords, wanted }: FileChange): string => `set -eu
${taking(config, file)}
umask 077
for left in "$way"/token.*; do [ ! -e "$left" ] || undo "\${left##*/}"; done
rm -rf -- "$way"
mkdir -- "$way"
listed=$(setting pidfile)
pid=$(cat -- "$listed" 2>/dev/null) || pid=
case $(cat "/proc/\${pid:-none}/comm" 2>/dev/null) in sshd*) echo "$pid" >"$way/pid" ;; esac
if [ -e "$file" ]; then cp -p -- "$file" "$way/old" && cp -p -- "$file" "$new"
else : >"$new" && chmod 0644 "$new"; fi
cat >"$new"
sync "$new" 2>/dev/null || sync
token=$(mktemp -- "$way/token.XXXXXX"); token=\${token##*/}
cat >"$way/guard" <<'END'
${taking(config, file)}
END
cat >>"$way/guard" <<END
waited=0
while [ -e "\\$way/$token" ] && [ "\\$waited" -lt ${seconds} ]; do sleep 1; waited=\\$((waited + 1)); done
undo $token
END
guard=$(cat -- "$way/guard")
if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then systemd-run --quiet --collect -- /bin/sh -c "$guard"
else setsid /bin/sh -c "$guard" </dev/null >/dev/null 2>&1 & fi
${removes ? 'rm -f -- "$file" "$new"' : 'mv -f -- "$new" "$file"'}
set +e
${check(keywords, wanted)}`

/** Takes the change back now. */
export const undoNow = (config: string, file: string): string => `${taking(config, file)}
for left in "$way"/token.*; do undo "\${left##*/}"; done`

const check = (keywords: readonly string[], wanted: readonly string[]): string => `${effective(keywords)}
refuse() { undo "$token"; echo "$1" >&2; exit 1; }
said=$("$sshd" -t -f "$config" 2>&1) || { echo "$said" >&2; refuse "sshd refuses the new configuration, and the old one is back: $(echo "$said" | head -n 1)"; }
${
  keywords.length === 0
    ? ''
    : sh`now=$(effective "$config")
if [ "$now" != ${wanted.join('\n')} ]; then
  for one in ${keywords}; do
    is=$(printf '%s\\n' "$now" | grep "^$one "); be=$(printf '%s\\n' ${wanted.join('\n')} | grep "^$one ")
    [ "$is" = "$be" ] && continue
    where=$(grep -inE "^[[:space:]]*$one[[:space:]=]" /dev/null ${raw(`"$(dirname -- "$file")"/*.conf`)} "$config" 2>/dev/null | grep -vF "$file:" | head -n 1)
    refuse "sshd does not take the value of $one, because another file sets it first, and the old configuration is back: $where"
  done
fi`
}
reload || refuse "sshd did not start again with the new configuration, and the old one is back"`

/** The last step: the change stays. */
export const confirm = (file: string): string => sh`way=${wayBack(file)}
for left in "$way"/token.*; do mv -- "$left" "$way/kept" 2>/dev/null && rm -rf -- "$way" && exit 0; done
echo "the host took the change back by itself, because no new login came in time" >&2
exit 1`
