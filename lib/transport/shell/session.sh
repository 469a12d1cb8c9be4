#!/bin/sh
# The program of a shell on a host: a loop that runs batches and replies in frames. Short names, because it is sent for
# every shell; comments and indentation are not sent. What the functions are called with is in batch.ts, what they print
# is read in replies.ts. Sent before it, by shell-program.ts:
#   N  a nonce, begins every frame; scripts cannot know it
#   S  the name of the stop file
#   A  1 in a shell that sudo or su started
#   J K  bytes kept of each output of a step and of a probe
# shellcheck disable=SC2154 # N, S, A, J and K: see above
# shellcheck disable=SC2086 # words are split on purpose: C, F, B, G and T are lists
# shellcheck disable=SC3045,SC3013 # of dash, bash and busybox, each knows the options used here

umask 077
for t in /tmp /run /var/tmp /dev/shm; do
  D=$(mktemp -d $t/run-playbook.XXXXXXXXXX 2>/dev/null) || continue
  # Where nothing can be written, what a script prints would be lost.
  { printf %65536s x >"$D/w" && : >"$D/w"; } 2>/dev/null && break
  rm -rf "$D"
  D=''
done
[ -n "$D" ] || { echo 'no folder for temporary files is writable and has room' >&2; exit 1; }
B='' L=''
trap 'rm -rf "$D" $B' EXIT
# A trapped signal waits for the running step; without the traps dash would die and leave the folder behind.
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 141' PIPE; trap 'exit 143' TERM
for t in dd timeout wc cp tail rm cat; do
  command -v $t >/dev/null || { echo "$t is missing" >&2; exit 127; }
done
# coreutils' timeout kills the whole process group. busybox's kills one process, and before 1.34 has no -k: there
# each script leads a session of its own (setsid) and the rest of it is killed below.
if timeout --version >/dev/null 2>&1; then T='timeout -k 5' G=''; else T='setsid timeout -s KILL' G=1; fi
U=$(id -u)
if [ -n "$A" ]; then
  # What belongs to the login user's session, and how sudo was called.
  unset XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS MAIL SUDO_COMMAND
  [ ! -d "/run/user/$U" ] || export XDG_RUNTIME_DIR="/run/user/$U"
fi
mkdir "$D/s" || exit
cd || cd / || exit
unset OLDPWD
set -- $SSH_CONNECTION
printf '\n%s hello %s %s\n' $N "$U" "${3:--}" || exit

# The operator asked that no further step begins. Costs no process.
stopped() { [ -e "/tmp/$S" ] || [ -e "/var/tmp/$S" ] || [ -e "/dev/shm/$S" ]; }

# Seconds in $y, without a process.
now() { { read -r y _ </proc/uptime || y=$((Z + 9)); } 2>/dev/null; y=${y%.*}; }

# run SECONDS ARGUMENTS-OF-SH…: leaves the exit code in $c
run() {
  s=$1; shift
  now
  a=$y
  (umask 022; [ -z "$G" ] || { read -r p _ </proc/self/stat; echo "$p" >"$D/p"; }
  exec $T "$s" /bin/sh "$@") <"$I" >"$D/o$i" 2>"$D/e$i" 9>&-
  c=$?
  now
  case $c in 137|143)
    if [ $((y - a)) -ge "$s" ]; then
      c=124
      [ -z "$G" ] || { read -r p <"$D/p"; kill -9 -- "-$p"; } 2>/dev/null
    fi
  esac
  sign
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
    sign
    dd bs=1048576 count=1 iflag=fullblock >>"$I" 2>/dev/null || bad=1
    n=$((n + 1))
  done
  [ "$2" = 0 ] || dd bs="$2" count=1 iflag=fullblock >>"$I" 2>/dev/null || bad=1
  IFS= read -r m || exit
  case $m in "$N") ;; changed) bad=1 ;; *) exit 1 ;; esac
}

# script KIND SECONDS BLOCKS REST ARGUMENTS-OF-SH…: KIND is probe, step, or whole for a step whose output is kept whole;
# a step that ends with -on continues a change: whoever stops the run lets it finish
script() {
  k=$1 s=$2 q=$3$4 bad='' I=''
  case $k in
    *-on) k=${k%-on} ;;
    probe) ;;
    *) [ -n "$X" ] || ! stopped || X=steps ;;
  esac
  if [ "$X" = all ] || { [ -n "$X" ] && [ $k != probe ]; }; then I=/dev/null k=skip; fi
  if [ $q = 00 ]; then I=/dev/null; else take "$3" "$4"; fi
  shift 4
  if [ $k = skip ]; then
    flush
    printf '%s skipped\n' $N || exit
  else
    [ "$1" != -f ] || {
      printf %s "$2" 2>&- >"$D/x$i" || bad=1
      set -- "$D/x$i"
    }
    if [ -n "$bad" ]; then
      c=1
      true >"$D/o$i"
      echo 'run-playbook: the script or its input could not be stored on the host (disk full?) or changed while it was sent' >"$D/e$i"
    else
      run "$s" "$@"
    fi
    [ $q = 00 ] || [ "$I" = /dev/null ] || true >"$I"
    C=$C,$c F="$F $D/o$i $D/e$i"
    if [ $k != probe ]; then
      [ $c = 0 ] || X=steps
      # Of one whose output is needed whole, more than can be kept is a failure.
      if [ $k = step ]; then M=$J; elif [ "$(wc -c <"$D/o$i")" -gt "$M" ]; then X=steps; fi
      flush
    # Probes are answered together, but not later than those who wait for them are told.
    elif [ $((y - Z)) -ge 5 ]; then
      flush
    fi
  fi
  i=$((i + 1)) M=$K
}

# Replies for all in $C. From a copy: something a step left running may still write to the files.
flush() {
  [ -n "$C" ] || return
  z=''
  for f in $F; do [ -s "$f" ] && z=1 && break; done
  if [ -z "$z" ]; then
    printf '%s replies %s\n' $N "$C" || exit
  else
    cp $F "$D/s/" || exit
    set --
    for f in $F; do set -- "$@" "$D/s/${f##*/}"; done
    F="$*" z=''
    # shellcheck disable=SC2046 # pairs of a size and a name
    set -- $(wc -c "$@")
    while [ $# -gt 2 ]; do
      z=$z,$1
      [ "$1" -le "$M" ] || { tail -c "$M" "$2" >"$D/t" && cp "$D/t" "$2"; } || exit
      shift 2
    done
    printf '%s replies %s %s\n' $N "$C" "$z" && cat $F || exit
  fi
  C='' F='' Z=$y
}

# lock SECONDS RUN OWNER: on descriptor 9, which scripts do not inherit, so that a daemon left behind by one cannot hold it.
# This shell waits for its running script even when the connection is gone, and until then the lock is held.
# The lock is shared among the shells of one run: the first line of the file says which run has it, when it was last heard of,
# and whose it is. With fewer than 0 SECONDS it is taken only if it is free.
lock() {
  [ -z "$L" ] || return 0
  n=$1 r=$2 o=$3
  set -- "${XDG_RUNTIME_DIR:-/run/user/$U}/run-playbook-$U.lock" "/tmp/run-playbook-$U.lock"
  # Not in /run/lock: anyone may create files there, and so hold the lock or plant a link.
  [ "$U" != 0 ] || set -- /run/run-playbook.lock /var/run/run-playbook.lock /tmp/run-playbook.lock
  for L in "$@" ''; do
    if [ -L "$L" ] || { [ -e "$L" ] && ! [ -O "$L" ]; }; then
      foreign
      return
    fi
    [ -z "$L" ] || ! (umask 077 && true 9<>"$L") 2>/dev/null || break
  done
  [ -n "$L" ] || { unlockable 'no writable folder for the lock'; return; }
  command -v flock >/dev/null || { unlockable 'flock is not installed'; return; }
  exec 9<>"$L"
  # Once more: a link could have been made meanwhile.
  if [ -L "$L" ] || ! [ -O "$L" ]; then
    exec 9>&-
    foreign
    return
  fi
  # Who can read it can lock it.
  chmod 600 "$L"
  t='' g=''
  until hold; do
    if [ "$n" -lt 0 ] || stopped; then
      exec 9>&-
      L=''
      break
    fi
    t=1
    if [ "$n" -le 0 ]; then
      exec 9>&-
      L='' X=all
      printf '%s locked %s\n' $N "${w#* * }" || exit
      return
    fi
    printf '%s waiting %s\n' $N "${w#* * }" || exit
    n=$((n - 1))
    lost
    sleep 1
  done
  # Whoever waited may be gone: the write fails then, and nothing is run for nobody.
  [ -z "$t" ] || printf '%s granted\n' $N || exit
}

# Takes the lock alone, says whose it is, and shares it; or joins those of the same run. Both times the line is read when
# the lock is held: between the two another run may have come first.
hold() {
  if flock -n 9; then sign || return 0; fi
  ours && flock -n -s 9 && ours && return 0
  flock -u 9
  return 1
}

# The run is there: with each payload and script, and every 10 s when nothing is asked of this shell. Whoever shares the lock
# leaves that to the shell that took it. The file keeps its size: nothing is truncated, only the first line counts. By its
# descriptor, because somebody may have removed it and made a link.
sign() {
  case $L in
    /*) now; printf '%s %s %s\n' "$r" "$y" "$o" 1<>/proc/self/fd/9 ;;
  esac
}

# Ends the shells of a run whose connection was lost without a word to this host: no sign of it for 50 s, and no script of it
# runs. Seen twice, because another run may just have taken the lock. Costs no process until then.
lost() {
  u=${w#* } u=${u%% *}
  case $u in '' | *[!0-9]*) return ;; esac
  now
  [ $((y - u)) -ge 50 ] || return
  h=' '
  for p in /proc/[0-9]*; do
    [ "$p/fd/9" -ef "$L" ] || continue
    while read -r q; do case $q in lock:*) h="$h${p#/proc/} " ;; esac; done <"$p/fdinfo/9"
  done 2>/dev/null
  for p in /proc/[0-9]*; do
    read -r _ k _ q _ <"$p/stat" || continue
    # A part of such a shell is no script.
    case $h in *" ${p#/proc/} "*) continue ;; esac
    case $h in
      *" $q "*) case $k in '(dd)' | '(cat)' | '(cp)' | '(wc)' | '(tail)' | '(rm)') ;; *) return ;; esac ;;
    esac
  done 2>/dev/null
  if [ "$h" = ' ' ] || [ "$h" != "$g" ]; then g=$h; return; fi
  kill $h 2>/dev/null
  sleep 1
  kill -9 $h 2>/dev/null
  printf '%s ended %s\n' $N "${w#* * }" || exit
}

ours() {
  w=''
  IFS= read -r w <"$L"
  case $w in "$r "*) return 0 ;; esac
  return 1
}

# Holds root's lock too, which another shell of this connection has, over the descriptor that become.sh left open.
share() {
  [ -z "$L" ] || return 0
  if flock -n -s 9 2>/dev/null; then L=9; else unlockable 'the lock of root was lost'; fi
}

# Whoever made it could hold the lock for ever, or have us write elsewhere.
foreign() { unlockable "$L is a link or belongs to somebody else: see who made it, and remove it"; }

unlockable() {
  printf '%s unlockable %s\n' $N "$1" || exit
  L='' X=all
}

while IFS= read -r n; do
  [ "$n" != + ] || { sign; continue; }
  b=$(dd bs="$n" count=1 iflag=fullblock 2>/dev/null)
  case $b in *"#$N") ;; *) exit 1 ;; esac
  X='' C='' F='' i=0 M=$K Z=0
  now
  Z=$y
  eval "$b"
  rm -f "$D"/[ceikox]* "$D"/s/* ${B:+"$B"/*}
done
