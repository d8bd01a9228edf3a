#!/usr/bin/env bash
# Real WebDAV clients against a real server: litmus, the test suite of WebDAV servers; then 1,000 photos by rclone, curl, cadaver and a
# davfs2 mount, rclone’s over a connection that is cut again and again, while the server and rclone are killed. Every photo is stored
# once, none is lost, doubled or truncated, and a second rclone copy sends nothing. A line per check; ends with 1 where one fails.
# What is not installed is skipped, and said.
set -uo pipefail
cd "$(dirname "$0")/../.."
[ -e dist/cli/main.js ] || npm run --silent build || exit 1
failed=0
check() {
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then echo "ok: $what"; else echo "FAILED: $what"; failed=1; fi
}
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.2; done
}
has() { command -v "$1" >/dev/null || { echo "skipped: $1 (not installed)"; return 1; }; }

base=$(mktemp -d /var/tmp/photospool-webdav.XXXXXX)
pids=()
finish() {
  umount -l "$base/mount" 2>/dev/null
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  wait 2>/dev/null
  rm -rf "$base"
}
trap finish EXIT
unset PHOTOSPOOL_HOME
photospool() { node dist/cli/main.js "$@" --home "$base/home"; }

# Distinct photos of some kilobytes: FOLDER COUNT SEED.
make() {
  node --input-type=module -e "
    import { mkdirSync } from 'node:fs';
    import sharp from '$PWD/node_modules/sharp/dist/index.mjs';
    const [folder, count, seed] = process.argv.slice(1);
    mkdirSync(folder, { recursive: true });
    let x = Number(seed);
    for (let n = 0; n < Number(count); n++) {
      const raw = Buffer.alloc(64 * 64 * 3);
      for (let i = 0; i < raw.length; i++) raw[i] = (x = (x * 48271) % 2147483647) >> 7;
      await sharp(raw, { raw: { width: 64, height: 64, channels: 3 } }).jpeg({ quality: 95 }).toFile(folder + '/' + seed + '-' + n + '.jpg');
    }" "$@"
}
port=0
serve() { # sets $server, and $port at the first start
  : >"$base/out"
  node dist/cli/main.js serve --home "$base/home" --port "$port" --level error --settle 0.2 >"$base/out" 2>>"$base/err" &
  server=$!
  pids+=("$server")
  until_true 60 grep -q 'Your library' "$base/out" || { cat "$base/err"; exit 1; }
  port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$base/out" | head -1)
}
sums() { find "$@" -name '*.jpg' -not -path '*/duplicates/*' -exec sha256sum {} + | cut -d' ' -f1 | sort; }
count() { find "$base/home" -name '*.jpg' | wc -l; }
has_more() { [ "$(count)" -gt "$1" ]; }
stored() { [ "$(find "$base/home/archive" -name '*.jpg' | wc -l)" -ge "$1" ]; }

mkdir -p "$base/home"
echo 'seven green ladders' | photospool users add Owner --role owner >/dev/null || exit 1
token=$(photospool tokens add Phone --may upload)
edit=$(photospool tokens add Litmus --may edit)
reader=$(photospool tokens add Reader --may read)
serve
dav() { echo "http://127.0.0.1:$port/dav"; }

if has litmus; then
  (cd "$base" && litmus -k "$(dav)/incoming/" me "$edit") >"$base/litmus" 2>&1
  for suite in basic copymove props locks http; do
    check "litmus $suite passes" grep -q "summary for .$suite': .* 0 failed. 100.0%" "$base/litmus"
  done
  [ $failed -eq 0 ] || grep -aE 'FAIL|summary' "$base/litmus"
fi

# A forwarder that cuts each connection after 50 to 450 KB, in either direction.
cutter() {
  node -e "
    const net = require('node:net');
    let x = 7;
    const server = net.createServer((from) => {
      const to = net.connect(Number(process.argv[1]), '127.0.0.1');
      let left = 50_000 + (x = (x * 48271) % 2147483647) % 400_000;
      const end = () => (from.destroy(), to.destroy());
      for (const one of [from, to]) {
        one.on('error', end).on('close', end);
        one.on('data', (bytes) => { if ((left -= bytes.length) < 0) end(); });
      }
      from.pipe(to);
      to.pipe(from);
    });
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  " "$port" >"$base/cutter" &
  pids+=("$!")
  until_true 10 test -s "$base/cutter"
}

total=0
if has rclone; then
  make "$base/rclone" 700 11
  total=$((total + 700))
  cutter
  export RCLONE_CONFIG=$base/rclone.conf
  secret=$(rclone obscure "$token")
  for name in cut direct; do
    at=$port
    [ $name = direct ] || at=$(cat "$base/cutter")
    printf '[%s]\ntype = webdav\nurl = http://127.0.0.1:%s/dav/incoming\nvendor = nextcloud\nuser = me\npass = %s\n' \
      $name "$at" "$secret" >>"$RCLONE_CONFIG"
  done
  for round in 1 2 3; do
    before=$(count)
    rclone copy "$base/rclone" cut:Trip --retries 1 --low-level-retries 3 --transfers 8 --timeout 20s >/dev/null 2>&1 &
    copy=$!
    until_true 20 has_more $((before + 40))
    kill -KILL "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    [ $round -ne 2 ] || kill -KILL $copy 2>/dev/null
    serve
    wait $copy 2>/dev/null
  done
  for _ in 1 2 3 4 5 6 7 8; do
    rclone copy "$base/rclone" cut:Trip --retries 3 --transfers 8 --timeout 20s >/dev/null 2>&1 && break
  done
  check 'rclone copies over cuts and kills to the end' rclone copy "$base/rclone" direct:Trip --retries 1
  rclone copy "$base/rclone" direct:Trip --retries 1 -v >"$base/again" 2>&1
  check 'a second rclone copy transfers nothing' grep -q 'There was nothing to transfer' "$base/again"
  check 'what rclone lists has the sizes of what it sent' rclone check --size-only "$base/rclone" direct:Trip
  check 'what rclone reads back has the same bytes' rclone check --download "$base/rclone" direct:Trip
fi

if has curl; then
  make "$base/curl" 100 12
  total=$((total + 100))
  for file in "$base"/curl/*.jpg; do
    # Cut on the first try, now and then; and sent without a length.
    [[ $file != *3.jpg ]] || timeout -s INT 0.05 curl -s -u "me:$token" --limit-rate 1k -T "$file" "$(dav)/incoming/" 2>/dev/null
    if [[ $file == *7.jpg ]]; then curl -sf -u "me:$token" -H 'Transfer-Encoding: chunked' -T "$file" "$(dav)/incoming/" >/dev/null
    else curl -sf -u "me:$token" -T "$file" "$(dav)/incoming/" >/dev/null; fi || echo "FAILED: curl $file"
  done
fi

if has cadaver; then
  make "$base/cadaver" 100 13
  total=$((total + 100))
  printf 'machine 127.0.0.1\nlogin me\npassword %s\n' "$token" >"$base/.netrc"
  { echo 'mkcol Cadaver'; echo 'cd Cadaver'; for file in "$base"/cadaver/*.jpg; do echo "put $file"; done; echo 'ls'; } |
    HOME=$base cadaver "$(dav)/incoming/" >"$base/cadaver.out" 2>&1
  check 'cadaver lists what it sent' grep -q '13-99.jpg' "$base/cadaver.out"
fi

if has mount.davfs && [ -e /dev/fuse ]; then
  make "$base/davfs" 100 14
  mkdir -p "$base/mount" "$base/cache"
  # davfs2 gives up root.
  chmod 755 "$base"
  chgrp davfs2 "$base/cache"
  chmod 775 "$base/cache"
  printf 'delay_upload 0\ncache_dir %s\nask_auth 1\n' "$base/cache" >"$base/davfs.conf"
  if printf 'me\n%s\n' "$token" | mount -t davfs -o "conf=$base/davfs.conf" "$(dav)/incoming/" "$base/mount" >/dev/null 2>"$base/davfs.err"; then
    total=$((total + 100))
    mkdir "$base/mount/Mounted"
    cp "$base"/davfs/*.jpg "$base/mount/Mounted/"
    check 'a davfs2 mount is unmounted after all is sent' umount "$base/mount"
  else
    echo "skipped: davfs2 (it can't be mounted here: $(head -1 "$base/davfs.err"))"
    rm -r "$base/davfs"
  fi
elif [ ! -e /dev/fuse ]; then
  echo 'skipped: davfs2 (there is no /dev/fuse)'
fi

folders=()
for one in rclone curl cadaver davfs; do [ ! -d "$base/$one" ] || folders+=("$base/$one"); done
until_true 120 stored "$total"
until_true 60 sh -c "[ -z \"\$(find '$base/home/incoming' '$base/home/work' -name '*.jpg')\" ]"
sums "${folders[@]}" >"$base/sent"
sums "$base/home/archive" >"$base/kept"
check "all $total photos are stored, once each, byte for byte" cmp "$base/sent" "$base/kept"
# A client whose answer was cut off may remove what it sent and send it again. The spool then sets the copy aside.
find "$base/home/archive" -path '*/duplicates/*' -name '*.jpg' -exec sha256sum {} + | cut -d' ' -f1 | sort -u >"$base/again"
check 'what was sent twice is a copy of a photo that is stored' test -z "$(comm -13 "$base/kept" "$base/again")"
check 'nothing is stuck' sh -c "node dist/cli/main.js status --json --home '$base/home' | grep -q '\"stuck\":\\[\\]'"
if has rclone; then
  secret=$(rclone obscure "$reader")
  printf '[photos]\ntype = webdav\nurl = http://127.0.0.1:%s/dav/photos\nvendor = other\nuser = me\npass = %s\n' "$port" "$secret" >>"$RCLONE_CONFIG"
  check 'rclone copies the originals from /dav/photos' rclone copy photos: "$base/back" --transfers 8
  sums "$base/back" >"$base/back.sums"
  check 'and gets all of them' cmp "$base/sent" "$base/back.sums"
fi
exit $failed
