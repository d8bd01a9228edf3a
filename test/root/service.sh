#!/usr/bin/env bash
# Services for real: a user's systemd and Debian's cron take photos in, started by nothing but what `service install` sets
# up, in folders whose name is full of what those formats treat specially. All of it in a mount namespace of its own, which
# takes everything away with it. A line per check; ends with 1 where one fails, and says what it can't try.
set -uo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" != inside ]; then
  for program in /usr/lib/systemd/systemd systemctl systemd-analyze setpriv; do
    command -v "$program" >/dev/null || { echo "skipped: there is no $program (Debian: systemd)"; exit 0; }
  done
  unshare --mount true 2>/dev/null || { echo 'skipped: this machine lets root mount nothing'; exit 0; }
  [ -e dist/cli/main.js ] || npm run --silent build || exit 1
  exec unshare --mount bash "$0" inside
fi

failed=0
check() { # a sentence, and a command that must succeed
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then echo "ok: $what"; else echo "FAILED: $what"; failed=1; fi
}
until_true() { # seconds, and a command
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.2; done
}

mount --make-rprivate /
base=$(mktemp -d /var/lib/photospool-service.XXXXXX)
group=/sys/fs/cgroup/photospool-service.$$
pids=()
finish() {
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
  echo $$ >/sys/fs/cgroup/cgroup.procs 2>/dev/null
  find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
  umount -l "$base/app" 2>/dev/null
  rm -rf "$base"
}
trap finish EXIT

# A user of its own, a /run of its own, a cgroup of its own, and the checkout where that user can read it.
id=64123
cp -p /etc/passwd /etc/shadow "$base/"
echo "spooler:x:$id:$id::$base/home:/bin/sh" >>"$base/passwd"
echo 'spooler:*:20000::::::' >>"$base/shadow"
mount --bind "$base/passwd" /etc/passwd
mount --bind "$base/shadow" /etc/shadow
mount -t tmpfs none /run
mkdir -p /run/systemd/system /run/systemd/mount-rootfs /run/systemd/unit-root "/run/user/$id" "$base/app" "$base/home" "$base/crontabs"
mount --bind "$PWD" "$base/app"
chmod 755 "$base"
chown "$id:$id" "/run/user/$id" "$base/home"
chmod 700 "/run/user/$id"

as() {
  (cd "$base/home" && exec setpriv --reuid=$id --regid=$id --clear-groups env -i HOME="$base/home" USER=spooler LOGNAME=spooler \
    PATH="$PATH" XDG_RUNTIME_DIR="/run/user/$id" "$@")
}
photospool() { as node "$base/app/dist/cli/main.js" "$@"; }
# Small distinct photos: names, then what makes them distinct.
photos() { # folder, prefix, how many
  as node --input-type=module -e "
    import sharp from '$base/app/node_modules/sharp/dist/index.mjs';
    const [folder, prefix, many] = process.argv.slice(1);
    for (let n = 0; n < Number(many); n++) {
      let x = n + 1 + prefix.length * 1000 + prefix.charCodeAt(0);
      const raw = Buffer.from(Array.from({ length: 48 * 48 * 3 }, () => (x = (x * 48271) % 2147483647) & 255));
      await sharp(raw, { raw: { width: 48, height: 48, channels: 3 } }).jpeg().toFile(folder + '/' + prefix + n + '.jpg');
    }" "$@"
}
stored() { [ "$(find "$1/archive" -name '*.jpg' -not -path '*/duplicates/*' 2>/dev/null | wc -l)" -eq "$2" ]; }

# cron, first: it needs until the next minute, and the rest goes on meanwhile.
cronhome="$base/home/cron %d \$HOME 'q' \"Q\" b\\s é"
with_cron=no
if command -v cron >/dev/null; then
  with_cron=yes
  chgrp crontab "$base/crontabs" && chmod 1730 "$base/crontabs"
  mount --bind "$base/crontabs" /var/spool/cron/crontabs
  printf '# mine\n7 7 7 7 * echo "a%%b" \\\\ é\n' >"$base/home/crontab"
  as crontab "$base/home/crontab"
  check 'cron: installs' photospool service install cron --home "$cronhome" --sweep 60 --settle 0.1
  before=$(as crontab -l)
  check 'cron: installs again, and changes nothing' photospool service install cron --home "$cronhome" --sweep 60 --settle 0.1
  check 'cron: the crontab is unchanged' [ "$before" = "$(as crontab -l)" ]
  as mkdir -p "$base/home/made"
  photos "$base/home/made" cron 3
  as sh -c 'cp made/cron*.jpg "$1"' sh "$cronhome/incoming/"
  cron -f &
  pids+=($!)
else
  echo 'skipped: cron (there is none; Debian: cron)'
fi

# systemd: is this machine able to?
systemd=yes
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup && mkdir "$group" && chown -R $id:$id "$group" || systemd=no
home="$base/home/one %d \$HOME 'q' \"Q\" b\\s é"
incoming="$base/home/Sync %i \${HOME} 'q' \"Q\" end\\"
units="$base/home/.config/systemd/user"
flags=(--home "$home" --incoming "$incoming" --settle 0.1)
mkdir "$base/verify"
photospool service print systemd "${flags[@]}" | (cd "$base/verify" && awk '/^# .*\.(path|timer|service)$/ { file = $2; next } { print > file }')
check 'systemd: systemd-analyze verifies the units of passes' as systemd-analyze --user verify "$base/verify"/*
check 'systemd: and reports nothing about them' [ -z "$(as systemd-analyze --user verify "$base/verify"/* 2>&1)" ]
photospool service print systemd --serve --home "$home" | sed 1d >"$base/verify/photospool-serve.service"
check 'systemd: and nothing about the server' [ -z "$(as systemd-analyze --user verify "$base/verify/photospool-serve.service" 2>&1)" ]

ctl() { as systemctl --user "$@"; }
run_id() { ctl show -P InvocationID "$1"; }
has_run() { [ -n "$(run_id "$1")" ] && idle "$1" && [ "$(ctl show -P Result "$1")" = success ]; }
idle() { [ "$(ctl show -P ActiveState "$1")" != activating ]; }
# Waits until nothing has run for 3 s; fails where that does not come: something spins.
still() {
  local end=$((SECONDS + 90)) last='' since=$SECONDS now
  while [ $SECONDS -lt $end ]; do
    now=$(run_id "$1")
    if [ "$now" != "$last" ] || ! idle "$1"; then last=$now since=$SECONDS; fi
    [ $((SECONDS - since)) -lt 3 ] || return 0
    sleep 0.2
  done
  return 1
}

if [ $systemd = yes ]; then
  (echo $BASHPID >"$group/cgroup.procs" && exec setpriv --reuid=$id --regid=$id --clear-groups env -i HOME="$base/home" USER=spooler \
    PATH="$PATH" XDG_RUNTIME_DIR="/run/user/$id" /usr/lib/systemd/systemd --user --log-target=console --log-level=info) >"$base/log" 2>&1 &
  pids+=($!)
  until_true 60 ctl show-environment || { echo 'skipped: no systemd for a user can be run here'; tail -3 "$base/log"; systemd=no; }
fi
if [ $systemd = yes ]; then
  name=$(photospool service print systemd "${flags[@]}" | sed -n 's/^# \(.*\)\.timer$/\1/p')
  check 'systemd: installs' photospool service install systemd "${flags[@]}" --sweep 86400
  check 'systemd: a first pass runs at once and succeeds' until_true 60 has_run "$name.service"
  still "$name.service"
  as mkdir -p "$base/home/made"
  photos "$base/home/made" a 40
  # One at a time, for longer than a pass takes: some of them come in while one ends.
  for n in $(seq 0 39); do as cp "$base/home/made/a$n.jpg" "$incoming/"; sleep 0.12; done
  check 'systemd: 40 photos that arrive during and between passes are all stored without a sweep' until_true 60 stored "$home" 40
  check 'systemd: then it is idle' still "$name.service"
  # The worst moment: the pass has looked for the last time, and systemd does not look yet.
  photos "$base/home/made" late 2
  as sh -c 'mkdir "$1" && printf "[Service]\nExecStartPost=-mv %s/late1.jpg \"%s\"\n" "$2" "$3" >"$1/late.conf"' sh \
    "$units/$name.service.d" "$base/home/made" "$(printf %s "$incoming/" | sed 's/[\\"]/\\&/g; s/%/%%/g; s/\$/$$/g')"
  ctl daemon-reload
  as mv "$base/home/made/late0.jpg" "$incoming/"
  check 'systemd: a photo that arrives after the last scan of a pass is stored without a sweep' until_true 60 stored "$home" 42
  as rm -r "$units/$name.service.d"
  ctl daemon-reload
  check 'systemd: then it is idle again' still "$name.service"
  as sh -c 'printf x >"$1/.DS_Store"; echo note >"$1/note.txt"; mkdir "$1/sub"; echo note >"$1/sub/n.txt"; mkfifo "$1/pipe"' sh "$incoming"
  check 'systemd: a .DS_Store, texts and a FIFO stay, without busy loops' still "$name.service"
  last=$(run_id "$name.service")
  sleep 3
  check 'systemd: without new files nothing runs' [ "$last" = "$(run_id "$name.service")" ]
  printf '\377\330\377\340 no photo at all' >"$base/home/made/broken.jpg"
  as cp "$base/home/made/broken.jpg" "$incoming/"
  failed_unit() { [ "$(ctl show -P ExecMainStatus "$name.service")" = 1 ]; }
  check 'systemd: a photo that is stuck makes the pass end with 1' until_true 60 failed_unit
  check 'systemd: and does not loop' still "$name.service"
  check 'systemd: installs again, and changes nothing' sh -c '! grep -v unchanged "$1" | grep -q wrote' sh \
    <(photospool service install systemd "${flags[@]}" --sweep 86400)
  still "$name.service"

  check 'systemd: copy mode' photospool service install systemd "${flags[@]}" --sweep 86400 --mode copy
  still "$name.service"
  photos "$incoming" copied 2
  check 'systemd: copies are stored' until_true 60 stored "$home" 44
  check 'systemd: and stay, without busy loops' still "$name.service"
  check 'systemd: they are unchanged' [ -e "$incoming/copied1.jpg" ]

  as sh -c 'mkdir -p .ssh && echo secret >.ssh/key && echo mine >mine'
  check 'systemd: the server instead of passes' photospool service install systemd "${flags[@]}" --serve --port 0
  check 'systemd: no unit of passes is left' sh -c '[ "$(ls "$1" | grep -c "^$2")" -eq 1 ]' sh "$units" "$name"
  check 'systemd: the server answers' until_true 60 [ -s "$home/.photospool/server.json" ]
  pid=$(ctl show -P MainPID "$name.service")
  check 'systemd: it runs in the sandbox (no new privileges, system calls filtered)' grep -qE 'Seccomp:\s*2' "/proc/$pid/status"
  inside() { nsenter -t "$pid" -m -- "$@"; }
  check 'systemd: it can write to its home' inside touch "$home/archive/written"
  check 'systemd: and to nothing outside' sh -c '! "$@"' sh nsenter -t "$pid" -m -- touch "$base/written"
  check 'systemd: it reads files beside its home' inside cat "$base/home/mine"
  check 'systemd: but sees no keys' sh -c '! "$@"' sh nsenter -t "$pid" -m -- cat "$base/home/.ssh/key"
  photos "$base/home/made" served 1
  inode=$(stat -c %i "$base/home/made/served0.jpg")
  as mv "$base/home/made/served0.jpg" "$incoming/"
  check 'systemd: it imports photos' until_true 60 stored "$home" 45
  check 'systemd: by renaming: the archived file is the same inode' [ -n "$(find "$home/archive" -inum "$inode")" ]
  rmdir /run/systemd/mount-rootfs
  check 'systemd: without user namespaces it reports so' sh -c 'grep -q "need user namespaces" "$1"' sh \
    <(photospool service install systemd "${flags[@]}" --sweep 86400)
  photos "$incoming" bare 1
  check 'systemd: and still imports photos' until_true 60 stored "$home" 46
  check 'systemd: uninstalls' photospool service uninstall systemd --home "$home"
  check 'systemd: the server ended' sh -c "! kill -0 $pid"
  check 'systemd: nothing is left' [ -z "$(find "$units" -name 'photospool*')" ]
  [ $failed -eq 0 ] || tail -40 "$base/log"
fi

if [ $with_cron = yes ]; then
  check 'cron: a minute later the photos are stored' until_true 90 stored "$cronhome" 3
  check 'cron: uninstalls' photospool service uninstall cron --home "$cronhome"
  check 'cron: the other lines are unchanged' cmp <(as crontab -l) "$base/home/crontab"
fi
exit $failed
