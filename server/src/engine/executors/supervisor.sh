#!/bin/sh
# The parent of one run: `supervisor.sh <run folder> <program> [argument …]`. Outlives the server that started it, tells by files what became of the run.
# A shell, because it costs a megabyte and a millisecond for each job and each model replica, where a Node process costs forty of both.
#
#   claim/      made by whoever runs it first: a second supervisor for the same folder ends at once, so a run never starts twice
#   supervisor  "<pid> <start time> <boot id>" of this shell
#   pid         the same of the program
#   log         what the program prints
#   exit        the program's exit status (128 + n for signal n); there only when the program has ended
#
# The server signals the process group; this shell must survive that to write `exit`.
set -u
PATH=${PATH:-/usr/bin:/bin}
export PATH
folder=$1
shift
mkdir "$folder/claim" 2>/dev/null || exit 0
exec >>"$folder/log" 2>&1 </dev/null
trap : TERM INT HUP

start_time() {
  read -r stat <"/proc/$1/stat" || return 1
  # After the name in parentheses come fields 3, 4, …: the start time, field 22, is the 20th of them.
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  shift 19
  printf %s "$1"
}

record() {
  read -r boot </proc/sys/kernel/random/boot_id
  printf '%s %s %s\n' "$2" "$(start_time "$2")" "$boot" >"$folder/$1.new" && mv "$folder/$1.new" "$folder/$1"
}

record supervisor $$
"$@" &
child=$!
record pid "$child"
# A signal interrupts `wait`; the program goes on until it ends by itself.
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2>/dev/null || break
done
printf '%s\n' "$status" >"$folder/exit.new"
sync "$folder/exit.new" 2>/dev/null
mv "$folder/exit.new" "$folder/exit"
# Whatever the program left behind in its process group ends with it, and this shell too.
trap - TERM
kill -KILL 0
