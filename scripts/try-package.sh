#!/usr/bin/env bash
# Tests the package as a person gets it: packs it, installs it into an empty folder, starts `npx photospool serve`, puts
# a photo in, finds it in the archive and in the album, then one of each format, and stops it with SIGTERM, which must exit with 0.
# Requires a package registry. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
npx_pid=
cleanup() {
  [ -z "$npx_pid" ] || kill "$npx_pid" 2>/dev/null || true
  rm -rf "$place"
}
trap cleanup EXIT
fail() {
  tail -n 30 "$place"/*.log >&2 2>/dev/null || true
  echo "try-package: $*" >&2
  exit 1
}
# Waits up to 60 s for a command to succeed.
until_true() {
  local n
  for n in $(seq 300); do "$@" >/dev/null 2>&1 && return 0; sleep 0.2; done
  return 1
}

npm pack --silent --pack-destination "$place" >/dev/null
mkdir "$place/app"
cd "$place/app"
echo '{"private": true}' >package.json # so that npm installs here, whatever a folder above holds
# A registry may fail once.
for attempt in 1 2 3; do
  installed=0
  npm install --no-audit --no-fund --loglevel=error "$place"/photospool-*.tgz >"$place/install.log" 2>&1 || installed=$?
  [ "$installed" -ne 0 ] || break
  sleep $((attempt * 10))
done
[ "$installed" -eq 0 ] || fail 'the package does not install'

node "$OLDPWD/scripts/check-budgets.mjs" --installed "$place/app/node_modules" || fail 'the installed package is too large'

home=$place/home
npx photospool serve --home "$home" --port 0 --settle 0 >"$place/serve.log" 2>"$place/serve.err.log" &
npx_pid=$!
until_true grep -q 'http://127.0.0.1:' "$place/serve.log" || fail 'the server does not start'
until_true grep -q "$home/incoming" "$place/serve.log" || fail 'the server does not say where to put photos'
url=$(grep -o 'http://[^ ]*' "$place/serve.log")

node -e "
  require('sharp')({ create: { width: 900, height: 600, channels: 3, background: '#38a' } })
    .jpeg().toFile(process.argv[1])" "$place/photo.jpg"
mv "$place/photo.jpg" "$home/incoming/IMG_20240701_120000.jpg"
until_true test -f "$home/archive/2024/07/IMG_20240701_120000.jpg" || fail 'the photo does not arrive in the archive'
shows() { node -e "
  fetch(process.argv[1] + '/api/photos').then((answer) => answer.json())
    .then(({ photos }) => process.exit(photos.length === 1 && photos[0].original.here ? 0 : 1))" "${url%/}"; }
until_true shows || fail 'the photo is not in the album'
node -e "fetch(process.argv[1]).then(async (answer) => process.exit(/<script/.test(await answer.text()) ? 0 : 1))" "$url" ||
  fail 'the album page is not served'

[ "$(wc -l <"$place/serve.log")" -eq 2 ] || fail 'the server does not print exactly two lines'

# The built decoders of every format: sharp's, the WebAssembly ones, and their programs of their own.
node -e "
  const made = require('sharp')({ create: { width: 90, height: 60, channels: 3, background: '#a83' } });
  for (const format of ['png', 'webp', 'tiff', 'gif', 'avif'])
    made.clone().toFormat(format).toFile(process.argv[1] + '/made.' + format).catch(() => process.exit(1));" "$place"
cp "$OLDPWD"/test/photo/heic/{plain.heic,scene-hlg.avif} "$OLDPWD"/test/photo/jxl/{plain,deep}.jxl "$place"
mv "$place"/*.{png,webp,tiff,gif,avif,heic,jxl} "$home/incoming"
all_shown() { node -e "
  const ask = (path) => fetch(new URL(path, process.argv[1]));
  (async () => {
    const { photos } = await (await ask('/api/photos')).json();
    for (const { id } of photos) if (!(await ask('/media/' + id + '/preview')).ok) process.exit(1);
    process.exit(photos.length === 10 ? 0 : 1);
  })();" "$url"; }
until_true all_shown || fail 'a format is not shown'

kill -TERM "$(node -p "JSON.parse(require('fs').readFileSync('$home/.photospool/server.json')).pid")"
code=0
wait "$npx_pid" || code=$?
npx_pid=
[ "$code" -eq 0 ] || fail "SIGTERM ends it with $code"
npx photospool verify --home "$home" >"$place/verify.log" || fail 'the archive is not whole'
echo 'The package installs into an empty folder and runs.'
