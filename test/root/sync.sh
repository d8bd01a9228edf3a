#!/usr/bin/env bash
# The tools that fill a spool, for real: rsync, rclone, scp, sftp, Syncthing (two of them, one the phone), and a writer that
# delivers by rename as Dropbox does. Of each: every photo is stored once, none is lost or doubled, no unfinished file is
# taken, and what is on the other side is as the pages in docs/sync say. A line per check; ends with 1 where one fails. What
# is not installed is skipped, and said.
set -uo pipefail
cd "$(dirname "$0")/../.."
[ -e dist/cli/main.js ] || npm run --silent build || exit 1
check() {
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then echo "ok: $what"; else echo "FAILED: $what"; fi
}
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.2; done
}
has() { command -v "$1" >/dev/null || { echo "skipped: $1 (not installed)"; return 1; }; }

base=$(mktemp -d /var/tmp/photospool-sync.XXXXXX)
other=$(mktemp -d /dev/shm/photospool-sync.XXXXXX)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
  rm -rf "$base" "$other"
}
trap finish EXIT
unset PHOTOSPOOL_HOME
photospool() { node dist/cli/main.js "$@"; }

# Photos of their own for each tool: eight small ones and one of a megabyte and a half.
make() { # folder names
  node --input-type=module -e "
    import { mkdirSync } from 'node:fs';
    import sharp from '$PWD/node_modules/sharp/dist/index.mjs';
    let x = 7;
    for (const folder of process.argv.slice(1)) {
      mkdirSync(folder, { recursive: true });
      const name = folder.slice(folder.lastIndexOf('/') + 1);
      for (let n = 0; n < 9; n++) {
        const side = n < 8 ? 48 : 800;
        const raw = Buffer.alloc(side * side * 3);
        for (let i = 0; i < raw.length; i++) raw[i] = (x = (x * 48271) % 2147483647) >> 7;
        const photo = sharp(raw, { raw: { width: side, height: side, channels: 3 } });
        await photo.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toFile(folder + '/' + name + '-' + n + '.jpg');
      }
    }" "$@"
}
serve() { # a name, then flags; sets $pid
  local home="$base/$1"
  shift
  node dist/cli/main.js serve --home "$home" --port 0 --level error --rescan 5 "$@" >"$home.out" 2>"$home.err" &
  pid=$!
  pids+=("$pid")
  until_true 60 grep -q 'Your library' "$home.out"
}
sums() { (cd "$1" && find . -name '*.jpg' -not -path './duplicates/*' -exec sha256sum {} + | cut -d' ' -f1 | sort); }
# All photos of a tool are in the archive, byte for byte, once each, under their own names.
stored() { # home, tool
  [ "$(find "$base/$1/archive" -name "$2-*" -not -path '*/duplicates/*' -printf '%f\n' | sort)" = "$(ls "$base/made/$2")" ] &&
    comm -23 <(sums "$base/made/$2") <(sums "$base/$1/archive") | wc -l | grep -qx 0
}
doubled() { find "$base/$1/archive/duplicates" -name "$2-*" 2>/dev/null | wc -l; }
has_doubled() { [ "$(doubled "$1" "$2")" -eq "$3" ]; }
# Watches incoming for names that begin so, while a tool works.
seen_begin() { (while :; do find "$base/a/incoming" -type f -printf '%f\n' 2>/dev/null; sleep 0.05; done >"$base/seen-$1") & seen=$!; }
seen_end() { kill $seen; wait $seen 2>/dev/null; }
tool() { # what, tool
  check "$1: all stored once, complete, under their own names" until_true 60 stored a "$2"
  check "$1: no duplicates" [ "$(doubled a "$2")" -eq 0 ]
}

tools=(rsync inplace partial again copy move rcinplace scp slow cut renamed far both synced emptied overridden)
make "${tools[@]/#/$base/made/}"
cp -a "$base/made" "$base/phone"
serve a --settle 0.7
in="$base/a/incoming"

rsync_part() {
  has rsync || return
  seen_begin rsync
  rsync -a --bwlimit=1500 "$base/phone/rsync/" "$in/"
  seen_end
  check 'rsync: an unfinished file was seen (.name.XXXXXX)' grep -qE '^\.rsync-8\.jpg\.[A-Za-z0-9]{6}$' "$base/seen-rsync"
  tool rsync rsync
  rsync -a --inplace --bwlimit=700 "$base/phone/inplace/" "$in/"
  tool 'rsync --inplace, slowly' inplace
  rsync -a --partial-dir=.rsync-partial --delay-updates --bwlimit=1500 --remove-source-files "$base/phone/partial/" "$in/"
  tool 'rsync --partial-dir --delay-updates' partial
  check 'rsync --remove-source-files: the other side is empty' [ -z "$(ls "$base/phone/partial")" ]
  rsync -a "$base/phone/again/" "$in/"
  tool 'rsync, a first time' again
  rsync -a "$base/phone/again/" "$in/"
  check 'rsync again, without --remove-source-files: all arrive again, and are recognised as duplicates' \
    until_true 60 has_doubled a again 9
  check 'rsync again: none is in the archive twice' stored a again
}

rclone_part() {
  has rclone || return
  export RCLONE_CONFIG="$base/rclone.conf"
  : >"$RCLONE_CONFIG"
  seen_begin copy
  rclone copy --bwlimit 1500k "$base/phone/copy" "$in"
  seen_end
  if rclone help flags | grep -q -- --inplace; then
    check 'rclone copy: an unfinished file was seen (name.xxxxxxxx.partial)' grep -qE '^copy-8\.jpg\.[0-9a-f]{8}\.partial$' "$base/seen-copy"
    rclone copy --inplace --bwlimit 1000k "$base/phone/rcinplace" "$in"
    tool 'rclone copy --inplace, slowly' rcinplace
  else
    echo "skipped: rclone's unfinished names ($(rclone version | sed -n 1p) writes in place; 1.63 and later have them)"
  fi
  tool 'rclone copy, slowly' copy
  rclone move --bwlimit 3000k "$base/phone/move" "$in"
  tool 'rclone move' move
  check 'rclone move: the other side is empty' [ -z "$(ls "$base/phone/move")" ]
  rclone copy "$base/phone/copy" "$in"
  check 'rclone copy again: all arrive again, and are recognised as duplicates' until_true 60 has_doubled a copy 9
  check 'rclone copy again: none is in the archive twice' stored a copy
}

ssh_part() {
  has sshd || return
  mkdir -p /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f "$base/key"
  cp "$base/key.pub" "$base/authorized"
  local port=$((10000 + RANDOM % 8000))
  "$(command -v sshd)" -D -e -f /dev/null -p $port -h "$base/key" -o ListenAddress=127.0.0.1 -o UsePAM=no -o StrictModes=no \
    -o AuthorizedKeysFile="$base/authorized" -o PidFile="$base/sshd.pid" -o Subsystem='sftp internal-sftp' 2>"$base/sshd.err" &
  local ssh=(-q -P $port -i "$base/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes)
  until_true 60 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
  scp "${ssh[@]}" "$base/phone/scp"/* "127.0.0.1:$in/"
  tool scp scp
  echo "put $base/phone/slow/* $in/" | sftp "${ssh[@]}" -l 4000 -b - 127.0.0.1 >/dev/null
  tool 'sftp, slowly: a file that grows for seconds' slow
  timeout 1.2 scp "${ssh[@]}" -l 4000 "$base/phone/cut/cut-8.jpg" "127.0.0.1:$in/"
  check 'scp cut off in the middle: the part is not stored, with a reason' until_true 60 sh -c \
    'node dist/cli/main.js status --json --home "$1" | grep -q "\"name\":\"cut-8.jpg\".*\"code\":\"truncated\""' sh "$base/a"
  scp "${ssh[@]}" "$base/phone/cut"/* "127.0.0.1:$in/"
  tool 'scp again: the whole ones' cut
}

# Dropbox: downloads grow in its cache beside the folders, with their old times, and come by rename.
dropbox_part() {
  mkdir -p "$base/Dropbox/.dropbox.cache" "$base/Dropbox/Camera Uploads"
  serve b --settle 0 --incoming "$base/Dropbox/Camera Uploads"
  for photo in "$base/phone/renamed"/*; do
    cp "$photo" "$base/Dropbox/.dropbox.cache/part"
    touch -d '2019-07-01' "$base/Dropbox/.dropbox.cache/part"
    mv "$base/Dropbox/.dropbox.cache/part" "$base/Dropbox/Camera Uploads/$(basename "$photo")"
  done
  check 'renamed into place (Dropbox), settle 0: all stored once, complete' until_true 60 stored b renamed
  check 'renamed into place: no duplicates' [ "$(doubled b renamed)" -eq 0 ]
}

# Another disk, as an external drive or another user's home may be.
far_part() {
  mkdir "$other/in"
  serve c --settle 0.5 --incoming "$other/in"
  cp "$base/phone/far"/* "$other/in/"
  check 'from another disk: all stored once, complete' until_true 60 stored c far
  check 'from another disk: no duplicates' [ "$(doubled c far)" -eq 0 ]
  check 'from another disk: nothing remains there' until_true 60 sh -c '[ -z "$(find "$1" -type f)" ]' sh "$other"
}

# Copy mode: a folder that is synced both ways.
copy_part() {
  mkdir "$base/both"
  serve d --settle 0.5 --mode copy --incoming "$base/both"
  cp -p "$base/phone/both"/* "$base/both/"
  check 'copy mode: all stored once, complete' until_true 60 stored d both
  ! command -v rsync >/dev/null || rsync -a "$base/phone/both/" "$base/both/"
  touch -d '2020-01-01' "$base/both/both-1.jpg"
  photospool process --home "$base/d" --incoming "$base/both" --mode copy >&2
  check 'copy mode: no duplicates, when the tool runs again or sets another time' [ "$(doubled d both)" -eq 0 ]
  check 'copy mode: every file is unchanged' diff -r "$base/made/both" "$base/both"
}

# Syncthing: two of them, that know nothing but each other. Phone's photos, and what each side is told to be.
syncthing_part() {
  has syncthing || return
  export STNOUPGRADE=1 STNORESTART=1 STNODEFAULTFOLDER=1
  local gui=$((20000 + RANDOM % 10000)) side
  for side in server phone; do
    syncthing generate --home="$base/st/$side" >/dev/null 2>&1
    sed -n 's/.*<device id="\([A-Z0-9-]*\)".*/\1/p' "$base/st/$side/config.xml" | head -1 >"$base/st/$side.id"
  done
  local server phone
  read -r server <"$base/st/server.id"
  read -r phone <"$base/st/phone.id"
  folders() { # side: its folders, with their types
    local row
    for row in synced:sendonly:receiveonly emptied:sendreceive:sendreceive overridden:sendonly:sendreceive; do
      IFS=: read -r name at_phone at_server <<<"$row"
      [ "$1" = phone ] && echo "<folder id=\"$name\" path=\"$base/phone/$name\" type=\"$at_phone\" fsWatcherEnabled=\"true\" fsWatcherDelayS=\"1\">"
      [ "$1" = server ] && echo "<folder id=\"$name\" path=\"$base/st/in/$name\" type=\"$at_server\" fsWatcherEnabled=\"true\" fsWatcherDelayS=\"1\">"
      echo "<device id=\"$server\"/><device id=\"$phone\"/></folder>"
    done
  }
  for side in server phone; do
    local own=$((gui + 2)) their=$((gui + 3)) web=$gui
    [ $side = phone ] && own=$((gui + 3)) their=$((gui + 2)) web=$((gui + 1))
    {
      echo "<configuration version=\"37\">$(folders $side)"
      for id in "$server" "$phone"; do
        echo "<device id=\"$id\" compression=\"never\"><address>tcp://127.0.0.1:$([ "$id" = "${!side}" ] && echo $own || echo $their)</address></device>"
      done
      echo "<gui enabled=\"true\" tls=\"false\"><address>127.0.0.1:$web</address><apikey>key</apikey></gui><options>"
      echo "<listenAddress>tcp://127.0.0.1:$own</listenAddress><globalAnnounceEnabled>false</globalAnnounceEnabled>"
      echo "<localAnnounceEnabled>false</localAnnounceEnabled><relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled>"
      echo "<reconnectionIntervalS>1</reconnectionIntervalS><startBrowser>false</startBrowser><urAccepted>-1</urAccepted>"
      echo "<crashReportingEnabled>false</crashReportingEnabled><autoUpgradeIntervalH>0</autoUpgradeIntervalH></options></configuration>"
    } >"$base/st/$side/config.xml"
  done
  serve s --settle 0.5 --incoming "$base/st/in"
  for side in server phone; do
    syncthing serve --home="$base/st/$side" --no-browser >"$base/st/$side.log" 2>&1 &
  done
  folder_is() { # side, folder, key, value
    rest "$gui" "$1" GET "/rest/db/status?folder=$2" | grep -qE "\"$3\": ?$4\b"
  }
  for name in synced emptied overridden; do
    check "Syncthing, $name: all stored once, complete" until_true 60 stored s $name
  done
  check 'Syncthing: its marker stays' ls "$base/st/in/synced/.stfolder" "$base/st/in/emptied/.stfolder"
  check 'Syncthing, both two-way: the photos are gone from the phone' until_true 60 sh -c '! ls "$1" | grep -q jpg' sh "$base/phone/emptied"
  check 'Syncthing, phone sends only, server receives only: the server has noticed' until_true 60 folder_is server synced receiveOnlyChangedDeletes 9
  check 'Syncthing, phone sends only, server receives only: the photos stay on the phone' same "$base/phone/synced" "$base/made/synced"
  check 'Syncthing, phone sends only, server two-way: the phone has noticed' until_true 60 folder_is phone overridden needDeletes 9
  check 'Syncthing, phone sends only, server two-way: the photos stay on the phone' same "$base/phone/overridden" "$base/made/overridden"
  check 'Syncthing: no duplicates until now' [ $(($(doubled s synced) + $(doubled s emptied) + $(doubled s overridden))) -eq 0 ]
  rest "$gui" server POST '/rest/db/revert?folder=synced'
  rest "$gui" phone POST '/rest/db/override?folder=overridden'
  for name in synced overridden; do
    check "Syncthing, Revert or Override pressed ($name): all arrive again, and are recognised as duplicates" until_true 60 has_doubled s $name 9
    check "Syncthing, Revert or Override pressed ($name): none is in the archive twice" stored s $name
  done
}
same() { diff -r -x .stfolder "$1" "$2"; }
rest() { # port of the server's, side, method, path: asks one of the two; prints what it answers
  node -e "
    const [port, side, method, path] = process.argv.slice(1);
    const url = 'http://127.0.0.1:' + (Number(port) + (side === 'phone' ? 1 : 0)) + path;
    fetch(url, { method, headers: { 'x-api-key': 'key' } }).then(async (response) => {
      process.stdout.write((await response.text()).replaceAll('\n', ' '));
      process.exitCode = response.ok ? 0 : 1;
    }, () => (process.exitCode = 1));" "$@"
}

# All at the same time: the tools with the same spool, the others with one of their own.
parts=(rsync_part rclone_part ssh_part dropbox_part far_part copy_part syncthing_part)
for part in "${parts[@]}"; do
  (
    trap 'kill $(jobs -p) 2>/dev/null' EXIT
    trap exit TERM INT
    $part
  ) >"$base/$part.log" 2>"$base/$part.err" &
  pids+=($!)
done
for pid in "${pids[@]:1}"; do wait "$pid"; done
for part in "${parts[@]}"; do cat "$base/$part.log"; done
if grep -q ^FAILED "$base"/*.log; then
  tail -n 5 "$base"/*.err
  for home in a b c d s; do photospool status --home "$base/$home"; done
  exit 1
fi
