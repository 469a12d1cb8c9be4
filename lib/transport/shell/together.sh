#!/bin/sh
# Runs brief scripts in one process. Sent in the batches that need it, to a shell that runs session.sh, whose names it uses.
# E is the text of each.sh.
# shellcheck disable=SC2034,SC2154,SC2086 # see session.sh

V=''

# put NUMBER TEXT, get NUMBER BLOCKS REST: the input of a script, from the batch or from the stream
put() { printf %s "$2" >"$D/i$1" || V=$1; }
get() {
  I='' bad='' q=$i i=$1
  [ -z "$X" ] || I=/dev/null
  take "$2" "$3"
  [ -z "$bad" ] || V=$i
  i=$q
}

# together SECONDS TURN [KIND SCRIPT]…: all of them steps, or all of them probes
together() {
  l=$(($1 + $2)) t=$2 k=$3
  shift 2
  while [ $# -gt 0 ]; do
    if [ "$X" = all ] || { [ -n "$X" ] && [ $k != probe ]; }; then
      flush
      printf '%s skipped\n' $N || exit
      i=$((i + 1))
      shift 2
      continue
    fi
    : >"$D/k"
    if [ $k = probe ]; then
      each '' "$@"
    elif [ -p "$D/g" ] || mkfifo "$D/g" 2>/dev/null; then
      each go "$@" 5>&1 | told || exit
    else
      each '' "$1" "$2"
    fi
    c=1 v=''
    { read -r c <"$D/c"; read -r v <"$D/k"; } 2>/dev/null
    for n in $v; do
      # What was told already is not told again.
      if [ $k = probe ] || [ ! -p "$D/g" ]; then C=$C,$n F="$F $D/o$i $D/e$i"; fi
      i=$((i + 1))
      shift 2
      [ "$n" = 0 ] || [ $k = probe ] || X=steps
    done
    # The one that ran when time was up, or that took the process with it.
    if [ "$c" != 0 ] && [ $# -gt 0 ]; then
      true >>"$D/o$i" 2>>"$D/e$i"
      C=$C,$c F="$F $D/o$i $D/e$i" i=$((i + 1))
      shift 2
      [ $k = probe ] || X=steps
    elif [ -z "$v" ] && [ $k != probe ] && stopped; then
      X=steps
    fi
    now
    if [ $k != probe ]; then
      M=$J
      flush
      M=$K
    elif [ $((y - Z)) -ge 5 ]; then
      flush
    fi
  done
  V=''
}

# each GO [KIND SCRIPT]…: leaves the exit code in the file c
each() {
  g=$1
  shift
  q=$i I=/dev/null i=q
  run $l -c "$E" /bin/sh "$D" "$S" "$U" $q "$V" $t "$g" "$@"
  i=$q
  echo "$c" >"$D/c"
  # Not the end of the pipe: busybox's timeout keeps it open for up to a second more.
  [ -z "$g" ] || echo end >&5
}

# Replies for each step as it ends, and lets the next one begin.
told() {
  exec 6<>"$D/g"
  while read -r n && [ "$n" != end ]; do
    C=,$n F=" $D/o$i $D/e$i" M=$J
    flush
    sign
    i=$((i + 1))
    echo >&6
  done
}
