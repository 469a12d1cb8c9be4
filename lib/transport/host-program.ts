import { quote } from '../core/sh.ts'

/**
 * The command given to the user's login shell, which may be bash, zsh, fish or csh: one line without `'`, `!` and
 * backslashes means the same in all of them. It reads a program of `n` bytes from stdin and becomes it.
 *
 * `read` takes single bytes from a pipe and `dd … iflag=fullblock` takes exactly `n`, so what follows on the stream
 * stays there; a shell that *parses* stdin reads ahead (dash: in blocks), and so does busybox's `head -c`.
 */
export const BOOTSTRAP = `exec /bin/sh -c '${readProgram()}'`

/** The same for root, in argv of sudo. Says that it runs before it reads, so that the password is known to be right. */
export const rootBootstrap = (nonce: string): string =>
  quote(`printf "\\n%s root\\n" ${nonce};${readProgram()}`)

function readProgram(): string {
  return 'IFS= read -r n&&eval "$(dd bs=$n count=1 iflag=fullblock 2>/dev/null)"'
}

/** A program or batch as {@link BOOTSTRAP} and the loop below read it. The mark at its end tells a whole one from a cut one. */
export function packProgram(text: string, nonce: string): Buffer {
  const body = Buffer.from(`${text}\n#${nonce}`)
  return Buffer.concat([Buffer.from(`${body.length}\n`), body])
}

/** Bytes of one payload block: what `dd` on a host holds in memory. */
export const BLOCK = 1024 * 1024

/** Bytes kept of each of stdout and stderr. A step's is a log, of which the end matters; a probe's is data, whole or an error. */
export const OUTPUT_CAP = { step: 256 * 1024, probe: 16 * 1024 * 1024 } as const

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

const environment = (nonce: string): string => `
N=${nonce} LC_ALL=C PATH=${PATH}
export LC_ALL PATH
unset ENV BASH_ENV CDPATH
`

/**
 * The session: a loop that runs batches and replies in frames. Short names, because it is sent for every shell.
 * What the functions are called with is in `batch.ts`, what they print is read in `session.ts`.
 *
 * @param nonce random, begins every frame; scripts cannot know it
 * @param root whether it was started by sudo, which may have left the HOME of the login user
 */
export function sessionProgram(nonce: string, root: boolean): string {
  return strip(`${environment(nonce)}
${root ? 'HOME=~root' : ''}
umask 077
for t in /tmp /run /var/tmp /dev/shm; do
  D=$(mktemp -d $t/run-playbook.XXXXXXXXXX 2>/dev/null) && break
done
[ -n "$D" ] || { echo 'no folder for temporary files is writable' >&2; exit 1; }
B= L=
trap 'rm -rf "$D" $B' EXIT
# A trapped signal waits for the running step; without the traps dash would die and leave the folder behind.
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 141' PIPE; trap 'exit 143' TERM
for t in dd timeout wc cp tail rm cat; do
  command -v $t >/dev/null || { echo "$t is missing" >&2; exit 127; }
done
# coreutils' timeout kills the whole process group. busybox's kills one process, and before 1.34 has no -k: there
# each script leads a session of its own (setsid) and the rest of it is killed below.
if timeout --version >/dev/null 2>&1; then T='timeout -k 5' G=; else T='setsid timeout -s KILL' G=1; fi
U=$(id -u)
mkdir "$D/s" || exit
cd || cd / || exit
set -- $SSH_CONNECTION
printf '\\n%s hello %s %s\\n' $N "$U" "\${3:--}" || exit

# run SECONDS ARGUMENTS-OF-SH…: leaves the exit code in $c
run() {
  if [ "$2" = -f ]; then printf %s "$3" >"$D/x$i" || return; set -- "$1" "$D/x$i"; fi
  s=$1; shift
  { read -r a _ </proc/uptime || a=0; } 2>/dev/null
  (umask 022; [ -z "$G" ] || { read -r p _ </proc/self/stat; echo "$p" >"$D/p"; }
  exec $T "$s" /bin/sh "$@") <"$I" >"$D/o$i" 2>"$D/e$i" 9>&-
  c=$?
  case $c in 137|143)
    { read -r b _ </proc/uptime || b=0; } 2>/dev/null
    if [ $((\${b%.*} - \${a%.*})) -ge "$s" ]; then
      c=124
      [ -z "$G" ] || { read -r p <"$D/p"; kill -9 -- "-$p"; } 2>/dev/null
    fi
  esac
}

# take BLOCKS REST: spools the payload that follows to $I, to the end of it whatever happens to the file.
# A step never reads the stream itself: the end of a broken connection would look like the end of its input.
take() {
  if [ "$I" != /dev/null ]; then
    I=$D/i$i
    # Large ones to disk: /tmp may be memory.
    if [ "$1" -ge 8 ]; then
      [ -n "$B" ] || B=$(mktemp -d /var/tmp/run-playbook.XXXXXXXXXX 2>/dev/null)
      [ -z "$B" ] || I=$B/i$i
    fi
    { true >"$I"; } 2>/dev/null || { I=/dev/null bad=1; }
  fi
  n=0
  while [ $n -lt "$1" ]; do
    dd bs=${BLOCK} count=1 iflag=fullblock >>"$I" 2>/dev/null || bad=1
    n=$((n + 1))
  done
  [ "$2" = 0 ] || dd bs="$2" count=1 iflag=fullblock >>"$I" 2>/dev/null || bad=1
  IFS= read -r m || exit
  case $m in $N) ;; changed) bad=1 ;; *) exit 1 ;; esac
}

# script KIND SECONDS BLOCKS REST ARGUMENTS-OF-SH…
script() {
  k=$1 s=$2 q=$3$4 bad= I=
  if [ "$X" = all ] || { [ -n "$X" ] && [ $k = step ]; }; then I=/dev/null k=skip; fi
  if [ $q = 00 ]; then I=/dev/null; else take "$3" "$4"; fi
  shift 4
  if [ $k = skip ]; then
    flush
    printf '%s skipped\\n' $N || exit
  else
    if [ -n "$bad" ]; then
      c=1
      true >"$D/o$i"
      echo 'run-playbook: the input could not be stored on the host (disk full?) or changed while it was sent' >"$D/e$i"
    else
      run "$s" "$@"
    fi
    [ $q = 00 ] || [ "$I" = /dev/null ] || true >"$I"
    C=$C,$c F="$F $D/o$i $D/e$i"
    if [ $k = step ]; then
      [ $c = 0 ] || X=steps
      M=${OUTPUT_CAP.step}
      flush
    fi
  fi
  i=$((i + 1)) M=${OUTPUT_CAP.probe}
}

# Replies for all in $C. From a copy: something a step left running may still write to the files.
flush() {
  [ -n "$C" ] || return
  z=
  for f in $F; do [ -s "$f" ] && z=1 && break; done
  if [ -z "$z" ]; then
    printf '%s replies %s\\n' $N "$C" || exit
  else
    cp $F "$D/s/" || exit
    set --
    for f in $F; do set -- "$@" "$D/s/\${f##*/}"; done
    F="$*" z=
    set -- $(wc -c "$@")
    while [ $# -gt 2 ]; do
      z=$z,$1
      [ "$1" -le "$M" ] || { tail -c "$M" "$2" >"$D/t" && cp "$D/t" "$2"; } || exit
      shift 2
    done
    printf '%s replies %s %s\\n' $N "$C" "$z" && cat $F || exit
  fi
  C= F=
}

# lock SECONDS OWNER: on descriptor 9, which scripts do not inherit, so that a daemon left behind by one cannot hold it.
# This shell waits for its running script even when the connection is gone, and until then the lock is held.
lock() {
  [ -z "$L" ] || return
  set -- "$1" "$2" "\${XDG_RUNTIME_DIR:-/run/user/$U}/run-playbook-$U.lock" "/tmp/run-playbook-$U.lock"
  # Not in /run/lock: anyone may create files there, and so hold the lock or plant a link.
  [ "$U" != 0 ] || set -- "$1" "$2" /run/run-playbook.lock /var/run/run-playbook.lock /tmp/run-playbook.lock
  n=$1 o=$2
  shift 2
  for L in "$@" ''; do
    [ -z "$L" ] || [ -L "$L" ] || ! { true 9<>"$L"; } 2>/dev/null || break
  done
  [ -n "$L" ] || { printf '%s unlockable no writable folder for the lock\\n' $N; X=all; return; }
  command -v flock >/dev/null || { printf '%s unlockable flock is not installed\\n' $N; L= X=all; return; }
  exec 9<>"$L"
  t=
  until flock -n 9; do
    t=1 w=
    IFS= read -r w <"$L"
    if [ "$n" -le 0 ]; then
      exec 9>&-
      L= X=all
      printf '%s locked %s\\n' $N "$w" || exit
      return
    fi
    printf '%s waiting %s\\n' $N "$w" || exit
    n=$((n - 1))
    sleep 1
  done
  # Whoever waited may be gone: the write fails then, and nothing is run for nobody.
  [ -z "$t" ] || printf '%s granted\\n' $N || exit
  # The file keeps its size: nothing is truncated, only the first line counts.
  printf '%s\\n' "$o" >&9
}

while IFS= read -r n; do
  b=$(dd bs="$n" count=1 iflag=fullblock 2>/dev/null)
  case $b in *"#$N") ;; *) exit 1 ;; esac
  X= C= F= i=0 M=${OUTPUT_CAP.probe}
  eval "$b"
  rm -f "$D"/[oeix]* "$D"/s/* \${B:+"$B"/*}
done`)
}

/**
 * The program that turns a login shell into root's: `sudo` without a password where that is allowed, otherwise with the
 * password that follows on stdin. Prompts are not matched (sudo-rs rewrites them, and they are translated): a prompt only
 * carries the nonce, and the second one means that the password was refused.
 *
 * @param withPassword whether a line with the password follows on stdin
 */
export function becomeProgram(nonce: string, withPassword: boolean): string {
  const boot = rootBootstrap(nonce)
  const drop = withPassword ? 'IFS= read -r t;' : ''
  return strip(`${environment(nonce)}
set -- $SSH_CONNECTION
printf '\\n%s become %s\\n' $N "\${3:--}" || exit
if [ "$(id -u)" = 0 ]; then ${drop} exec /bin/sh -c ${boot}; fi
command -v sudo >/dev/null || { echo 'sudo is not installed' >&2; exit 127; }
${
  withPassword
    ? `if sudo -n -- /bin/sh -c : 2>/dev/null </dev/null; then ${drop} exec sudo -n -- /bin/sh -c ${boot}; fi
exec sudo -S -p "$N " -- /bin/sh -c ${boot}`
    : `exec sudo -n -- /bin/sh -c ${boot}`
}`)
}

function strip(program: string): string {
  return program.replace(/^ *#.*\n/gm, '').replace(/^ +/gm, '')
}
