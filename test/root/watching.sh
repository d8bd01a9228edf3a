#!/usr/bin/env bash
# Watching where events are missing: the system's limit on watches is reached, a disk is mounted over `incoming`, and (where
# there are FUSE and bindfs) `incoming` is on a filesystem that gives no events. All photos come in, with rescans that would
# come too late.
source "$(dirname "$0")/spool.bash"
needs

limit() {
  local home=$scratch/limit
  trap "end '$home'" EXIT
  mkdir -p "$home"/incoming/{1,2,3,4,5,6}
  # The limit of a user namespace of its own: nothing else on this machine notices it.
  if ! unshare --user --map-root-user sh -c 'echo 3 >/proc/sys/user/max_inotify_watches' 2>/dev/null; then
    echo 'skip  limit: user namespaces are not allowed here'
    exit 0
  fi
  serve "$home" unshare --user --map-root-user sh -c 'echo 3 >/proc/sys/user/max_inotify_watches; exec "$@"' sh || exit 1
  check 'limit: the log names the setting' within 20 grep -q 'fs.inotify.max_user_watches' "$home.log"
  photos "$home/incoming/6" 0 3
  check 'limit: photos are imported by polling' within 30 holds "$home/archive" 3
  check 'limit: it is logged once' [ "$(said "$home.log" max_user_watches)" -eq 1 ]
  exit "$failed"
}
mounted_over() {
  local home=$scratch/over
  trap "end '$home'" EXIT
  mkdir -p "$home/incoming"
  serve "$home" || exit 1
  mkdir "$home/disk"
  mount -t tmpfs none "$home/disk"
  photos "$home/disk" 0 3
  mount --bind "$home/disk" "$home/incoming"
  check 'a disk mounted over incoming is detected' within 30 holds "$home/archive" 3
  photos "$home/incoming" 3 1
  check 'and watched from then on' within 30 holds "$home/archive" 4
  umount "$home/incoming"
  photos "$home/incoming" 4 1
  check 'and the folder below it after unmounting' within 30 holds "$home/archive" 5
  exit "$failed"
}
fuse() {
  local home=$scratch/fuse
  trap "end '$home'" EXIT
  mkdir -p "$home/incoming" "$home/elsewhere"
  if ! command -v bindfs >/dev/null || ! bindfs "$home/elsewhere" "$home/incoming" 2>/dev/null; then
    echo 'skip  fuse: there is no bindfs, or no /dev/fuse'
    exit 0
  fi
  serve "$home" || exit 1
  check 'fuse: that it gives no events is detected and logged' within 10 grep -q 'is on FUSE' "$home.log"
  photos "$home/elsewhere" 0 3
  check 'fuse: files added behind it are imported by polling' within 30 holds "$home/archive" 3
  exit "$failed"
}

trap 'end "$scratch"' EXIT
for trial in limit mounted_over fuse; do
  ($trial) &
  jobs+=("$!")
done
for job in "${jobs[@]}"; do wait "$job" || failed=1; done
exit "$failed"
