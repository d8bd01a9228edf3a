#!/usr/bin/env bash
# Disks that are full, for a while, under a running server: `work`, the archive, and `.photospool`, each on a small
# filesystem of its own. Nothing is lost, the trouble is said and not repeated, the processor rests meanwhile, and all goes
# on by itself when there is room again. The three run beside one another, for most of it is waiting.
source "$(dirname "$0")/spool.bash"
needs

fill() { dd if=/dev/zero of="$1/ballast" bs=4k 2>/dev/null; [ -s "$1/ballast" ]; }

# try NAME FOLDER: a home whose FOLDER is a small filesystem.
try() {
  local name=$1 home=$scratch/$1 small=$scratch/$1/$2 before photos spent
  trap "end '$home'" EXIT
  mkdir -p "$home/incoming" "$small"
  chmod 700 "$small"
  mount -t tmpfs -o size=6m none "$small"
  serve "$home" || return 1
  photos "$home/incoming" 0 2
  within 20 holds "$home/archive" 2 || wrong "$name: photos come in while there is room"
  check "$name: the disk is full" fill "$small"
  photos "$scratch/new-$name" 2 6
  photos=$(hashes "$scratch/new-$name" "$home")
  mv "$scratch/new-$name"/*.jpg "$home/incoming"
  within 15 grep -q 'disk is full' "$home.log" || wrong "$name: the log says that the disk is full"
  spent=$(ticks "$server")
  sleep 6
  spent=$(($(ticks "$server") - spent))
  check "$name: it is logged once, not at each retry ($(said "$home.log" 'disk is full') lines)" \
    [ "$(said "$home.log" 'disk is full')" -le 2 ]
  check "$name: nothing else is logged" [ "$(grep -cE '"level":(40|50|60)' "$home.log")" -eq "$(said "$home.log" 'disk is full')" ]
  check "$name: the CPU is idle ($spent hundredths of a second in 6 s)" [ "$spent" -lt 200 ]
  check "$name: all bytes are present" [ "$(hashes "$home")" = "$photos" ]
  check "$name: the status reports the disk error" grep -q 'disk is full' <(status "$home")
  rm "$small/ballast"
  check "$name: with space again all files are imported without a restart" within 40 holds "$home/archive" 8
  check "$name: each once" [ "$(hashes "$home/archive")" = "$photos" ]
  check "$name: nothing remains" [ "$(count "$home/incoming" "$home/work")" -eq 0 ]
  kill "$server"
  wait "$server"
  check "$name: verify finds no difference" verified "$home"
  [ "$failed" -eq 0 ] || cut -c 1-300 "$home.log" | tail -n 20
  return "$failed"
}

trap 'end "$scratch"' EXIT
for one in work=work archive=archive library=.photospool; do
  mkdir -p "$scratch/new-${one%=*}"
  (try "${one%=*}" "${one#*=}") &
  jobs+=("$!")
done
for job in "${jobs[@]}"; do wait "$job" || failed=1; done
exit "$failed"
