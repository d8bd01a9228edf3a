# What the scripts here share that try a real spool on real disks: checks, homes, servers, photos, an end that leaves nothing.
# Sourced, not run. Each server and each mount is undone at the end, whatever happened.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
main=$root/dist/cli/main.js
scratch=$(mktemp -d /tmp/photospool-root-XXXXXX)
chmod 755 "$scratch"
failed=0

ok() { printf 'ok    %s\n' "$*"; }
wrong() {
  printf 'WRONG %s\n' "$*"
  failed=1
}
# check TEXT COMMAND…: says whether the command succeeds.
check() {
  local text=$1
  shift
  if "$@"; then ok "$text"; else wrong "$text"; fi
}

# Ends the servers that this shell started, takes away its mounts, and what is below its folder.
servers=()
end() {
  local pid point
  for pid in ${servers[@]+"${servers[@]}"}; do kill -KILL "$pid" 2>/dev/null; done
  wait 2>/dev/null
  for point in $(awk -v at="$1/" 'index($2, at) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$point"; done
  rm -rf "${1:?}"
}

needs() {
  [ "$(id -u)" -eq 0 ] || { echo "$0 needs root"; exit 1; }
  (cd "$root" && npm run --silent build) || exit 1
}

# photos FOLDER FIRST COUNT: distinct noisy pictures of some 150 KB, each put in its place by one rename.
photos() {
  (cd "$root" && node --input-type=module -e '
    import { renameSync, writeFileSync } from "node:fs";
    import sharp from "sharp";
    const [folder, first, count] = process.argv.slice(1);
    for (let n = Number(first); n < Number(first) + Number(count); n++) {
      const pixels = Buffer.alloc(480 * 320 * 3);
      for (let i = 0, x = n + 1; i < pixels.length; i++) pixels[i] = (x = (x * 1103515245 + 12345) % 2147483648) >> 16;
      const picture = sharp(pixels, { raw: { width: 480, height: 320, channels: 3 } });
      const path = `${folder}/photo-${n}.jpg`;
      writeFileSync(`${folder}/.${n}`, await picture.jpeg({ quality: 92 }).toBuffer());
      renameSync(`${folder}/.${n}`, path);
    }' "$@")
}

# serve HOME [AS…]: starts a server and waits until it says where the album is. Its id is in $server, its log in HOME.log.
# AS… is a command that runs it as somebody else.
serve() {
  local home=$1
  shift
  : >"$home.out"
  PHOTOSPOOL_HOME=$home PHOTOSPOOL_SETTLE=0.2 PHOTOSPOOL_POLL=1 \
    "$@" node "$main" serve --port 0 >"$home.out" 2>"$home.log" &
  server=$!
  servers+=("$server")
  within 60 grep -q http "$home.out" || { wrong "the server starts: $(tail -n 1 "$home.log")"; return 1; }
}
verified() { PHOTOSPOOL_HOME=$1 node "$main" verify >/dev/null 2>&1; }
status() { PHOTOSPOOL_HOME=$1 node "$main" status --json; }

# within SECONDS COMMAND…: waits until the command succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# What lies where: files, but for Photospool's own.
count() { find "$@" -type f ! -name '.*' ! -name item.json 2>/dev/null | wc -l; }
holds() { [ "$(count "$1")" -eq "$2" ]; }
hashes() { find "$@" -type f -name '*.jpg' ! -path '*/.photospool/*' -exec sha256sum {} + 2>/dev/null | cut -c 1-64 | sort -u; }
# The hundredths of seconds of processor time that a process has used (proc(5)).
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }
# How many lines of a log, from `warn` on, hold a text.
said() { grep -E '"level":(40|50|60)' "$1" | grep -c "$2"; }
