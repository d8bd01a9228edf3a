#!/usr/bin/env bash
# Disks that go away or may not be written, under a running server: mounted read-only, unmounted, removed, not permitted.
# Nothing is lost, nothing is taken for a deletion, the trouble is said once, and all goes on by itself afterwards.
# `work` and `.photospool` are not among what is mounted read-only: the system refuses that while files in them are open.
# The trials run beside one another, for most of it is waiting.
source "$(dirname "$0")/spool.bash"
needs

# begin NAME FOLDER: a home with a filesystem of its own at FOLDER, and a server that has stored two photos.
begin() {
  name=$1 home=$scratch/$1 disk=$scratch/$1/$2
  trap "end '$home'" EXIT
  mkdir -p "$home" "$disk"
  chmod 700 "$disk"
  mount -t tmpfs -o size=64m none "$disk"
  mkdir -p "$home/incoming" "$home/new"
  serve "$home" || exit 1
  photos "$home/incoming" 0 2
  within 20 holds "$home/archive" 2 || wrong "$name: photos come in"
  photos "$home/new" 2 4
  bytes=$(hashes "$home")
}
# finish: all six are in, each once; the server has done nothing in vain.
finish() {
  check "$name: all files are imported without a restart" within 30 holds "$home/archive" 6
  check "$name: each once" [ "$(hashes "$home/archive")" = "$bytes" ]
  check "$name: nothing remains" [ "$(count "$home/incoming" "$home/work")" -eq 0 ]
  kill "$server"
  wait "$server"
  check "$name: verify finds no difference" verified "$home"
  [ "$failed" -eq 0 ] || cut -c 1-300 "$home.log" | tail -n 20
  exit "$failed"
}
# troubled TEXT: the log says TEXT once, the processor rests for some seconds, all bytes are there.
troubled() {
  local spent
  check "$name: the log reports: $1" within 15 grep -q "$1" "$home.log"
  spent=$(ticks "$server")
  sleep 4
  spent=$(($(ticks "$server") - spent))
  check "$name: it is logged once ($(said "$home.log" "$1") lines)" [ "$(said "$home.log" "$1")" -eq 1 ]
  check "$name: nothing else is logged" [ "$(grep -cE '"level":(40|50|60)' "$home.log")" -eq 1 ]
  check "$name: the CPU is idle ($spent hundredths of a second in 4 s)" [ "$spent" -lt 150 ]
  check "$name: all bytes are present" [ "$(hashes "$home")" = "$bytes" ]
}

read_only() {
  begin "read-only-$1" "$1"
  mount -o remount,ro "$disk"
  mv "$home/new"/*.jpg "$home/incoming"
  troubled 'read-only'
  mount -o remount,rw "$disk"
  finish
}
read_only_incoming() {
  begin read-only-incoming incoming
  mv "$home/new"/*.jpg "$home/incoming"
  within 5 mount -o remount,ro "$disk"
  check "$name: files that can't be imported are reported" within 15 grep -qE 'read-only|permission' "$home.log"
  mount -o remount,rw "$disk"
  finish
}
archive_away() {
  begin archive-away archive
  mkdir "$home/aside"
  mount --bind "$disk" "$home/aside"
  umount -l "$disk"
  mv "$home/new"/*.jpg "$home/incoming"
  troubled 'does not exist'
  check "$name: nothing is put into the empty mount point" [ "$(find "$disk" -mindepth 1 | wc -l)" -eq 0 ]
  mount --bind "$home/aside" "$disk"
  umount "$home/aside"
  finish
}
incoming_away() {
  begin incoming-away incoming
  mkdir "$home/aside"
  mount --bind "$disk" "$home/aside"
  umount -l "$disk"
  sleep 2
  check "$name: imported photos stay" holds "$home/archive" 2
  mv "$home/new"/*.jpg "$home/aside"
  mount --bind "$home/aside" "$disk"
  umount "$home/aside"
  finish
}
incoming_removed() {
  begin incoming-removed other
  rm -r "$home/incoming"
  troubled 'incoming does not exist'
  mkdir "$home/incoming"
  mv "$home/new"/*.jpg "$home/incoming"
  finish
}
# Root may do everything, so the server runs as nobody here.
not_permitted() {
  begin_as_nobody "not-permitted-$1"
  local folders
  mapfile -t folders < <(find "$home/$1" -type d)
  chown root "${folders[@]}"
  chmod 755 "${folders[@]}"
  mv "$home/new"/*.jpg "$home/incoming"
  troubled 'permission denied'
  chown nobody "${folders[@]}"
  finish
}
begin_as_nobody() {
  name=$1 home=$scratch/$1
  trap "end '$home'" EXIT
  mkdir -p "$home/incoming" "$home/work" "$home/archive" "$home/new"
  chown -R nobody "$home"
  serve "$home" setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$home" || exit 1
  photos "$home/incoming" 0 2
  within 20 holds "$home/archive" 2 || wrong "$name: photos come in"
  photos "$home/new" 2 4
  chown nobody "$home/new"/*.jpg
  bytes=$(hashes "$home")
}

trap 'end "$scratch"' EXIT
for trial in 'read_only archive' read_only_incoming archive_away incoming_away incoming_removed 'not_permitted work' \
  'not_permitted archive'; do
  ($trial) &
  jobs+=("$!")
  sleep 1
done
for job in "${jobs[@]}"; do wait "$job" || failed=1; done
exit "$failed"
