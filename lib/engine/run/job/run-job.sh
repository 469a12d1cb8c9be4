#!/bin/sh
# Runs the steps of a job, one after the other, detached from whoever started it. The folder it is started in takes its
# final name when its process can be found, so a folder without ".new" is a job that was begun.
# run-job.sh NEW-FOLDER FOLDER SECONDS…: for each step N how long it may take. Of each step there is
#   N.sh    the script
#   N.in    its standard input, removed when it is opened
# and comes to be
#   N.out   N.err   N.code   what it printed and its exit code, 124 when it ran out of time
# and for the job
#   pid     the process and when it was started
#   step    the same of the step that runs or ran last, which leads a process group
#   boot    the boot of the host that it runs in
#   end     when nothing is left to do
umask 077
n=$1 d=$2
shift 2
start_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
echo "$$ $(start_of $$)" >"$n/pid"
BOOT_ID >"$n/boot"
mv "$n" "$d" || exit
i=0
for s in "$@"; do
  exec 3<"$d/$i.in"
  rm -f "$d/$i.in"
  (
    umask 022
    exec setsid /bin/sh "$d/$i.sh"
  ) <&3 3<&- >"$d/$i.out" 2>"$d/$i.err" &
  p=$!
  exec 3<&-
  t=$(start_of "$p")
  echo "$p $t" >"$d/step"
  # Whoever kills this process leaves the watchman: he must not kill another one of the same number.
  # shellcheck disable=SC2016 # for the other shell
  setsid /bin/sh -c 'sleep "$1"
t=$(sed "s/.*) //" "/proc/$3/stat" | cut -d " " -f 20)
[ "$t" = "$4" ] || exit
: >"$2"; kill -TERM "-$3"; sleep 5; kill -KILL "-$3"' - "$s" "$d/$i.late" "$p" "$t" </dev/null >/dev/null 2>&1 &
  w=$!
  wait "$p"
  c=$?
  { kill -KILL "$w"; kill -KILL "-$w"; } 2>/dev/null
  if [ -e "$d/$i.late" ]; then
    kill -KILL "-$p" 2>/dev/null
    c=124
  fi
  echo "$c" >"$d/code" && mv "$d/code" "$d/$i.code"
  [ "$c" = 0 ] || break
  i=$((i + 1))
done
: >"$d/end"
