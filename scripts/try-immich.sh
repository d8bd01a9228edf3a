#!/usr/bin/env bash
# Real clients of Immich against a real server: `@immich/cli` sends a folder of photos with albums, twice, and the second time nothing;
# `@immich/sdk` reads everything back and compares the bytes. The clients need Node 22; all of it comes from npm, into a temporary
# folder. Sends the photos of ../shared/photos, where that folder exists, else the pictures of docs/images. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -e dist/cli/main.js ] || npm run --silent build
place=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
  rm -rf "$place"
}
trap cleanup EXIT
fail() {
  tail -n 30 "$place"/*.log >&2 2>/dev/null || true
  echo "try-immich: $*" >&2
  exit 1
}
# Waits up to SECONDS for a command to succeed.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.3; done
}
unset PHOTOSPOOL_HOME
photospool() { node dist/cli/main.js "$@" --home "$place/home"; }

system=$(node -p 'process.platform + "-" + process.arch')
mkdir "$place/clients"
echo '{"private": true, "type": "module"}' >"$place/clients/package.json"
npm install --prefix "$place/clients" --no-audit --no-fund --loglevel=error \
  "node-$system@22" @immich/cli@3.2.2 @immich/sdk@3.2.2 >"$place/install.log" 2>&1 || fail 'the clients do not install'
new_node=$place/clients/node_modules/node-$system/bin/node
immich() { IMMICH_INSTANCE_URL=$url IMMICH_API_KEY=$token "$new_node" "$place/clients/node_modules/.bin/immich" "$@"; }

# Two albums of photos with distinct bytes.
mkdir -p "$place/photos/Rome" "$place/photos/Oslo"
if [ -d ../shared/photos ]; then
  find ../shared/photos/exif-samples/jpg -maxdepth 2 -name '*.jpg' -not -path '*/invalid/*' -not -name 'corrupted*' | sort | sed -n 1,24p >"$place/list"
  find ../shared/photos \( -iname '*.heic' -o -iname '*.mov' -o -iname '*.mp4' \) -size -6M | sort | sed -n 1,6p >>"$place/list"
else
  find docs/images -name '*.webp' | sort | sed -n 1,30p >"$place/list"
fi
n=0
while read -r path; do
  n=$((n + 1))
  album=$([ $((n % 2)) -eq 0 ] && echo Rome || echo Oslo)
  cp "$path" "$place/photos/$album/$n-$(basename "$path")"
done <"$place/list"
expected=$(find "$place/photos" -type f -exec sha256sum {} + | cut -d' ' -f1 | sort -u | wc -l)
[ "$expected" -gt 5 ] || fail 'there are no photos to send'

echo 'a password for this test' | photospool users add ada >/dev/null
token=$(photospool tokens add phone --may edit)
node dist/cli/main.js serve --home "$place/home" --port 0 --settle 0 >"$place/serve.log" 2>"$place/serve.err.log" &
server=$!
until_true 60 grep -q 'http://127.0.0.1:' "$place/serve.log" || fail 'the server does not start'
url=$(grep -o 'http://[^ ]*' "$place/serve.log")

immich server-info >"$place/info.log" 2>&1 || fail 'server-info fails'
grep -q 'Version: 3\.' "$place/info.log" || fail 'the version is not understood'
immich upload --recursive --album --no-progress "$place/photos" >"$place/first.log" 2>&1 || fail 'the upload fails'
grep -q "Successfully uploaded $expected new" "$place/first.log" || fail "not all $expected photos were sent"
stored() { [ "$(photospool list --limit 1000 | wc -l)" -eq "$expected" ]; }
until_true 150 stored || fail 'not all photos were recorded'
echo "@immich/cli sent $expected photos."

in_albums() { [ "$(photospool list 'album:Rome' | wc -l)" -eq "$(ls "$place/photos/Rome" | wc -l)" ]; }
until_true 30 in_albums || fail 'an album lacks photos'
immich upload --recursive --album --no-progress "$place/photos" >"$place/second.log" 2>&1 || fail 'the second upload fails'
grep -q 'All assets were already uploaded' "$place/second.log" || fail 'the second upload sent something'
[ "$(find "$place/home/archive" -type f -not -name '.*' | wc -l)" -eq "$expected" ] || fail 'something is stored twice'
echo 'The second time it sent nothing.'

cp scripts/read-by-immich-sdk.mjs "$place/clients/read.mjs"
"$new_node" "$place/clients/read.mjs" "$url" "$token" "$place/photos" || fail 'the SDK does not read everything back'
photospool verify >"$place/verify.log" || fail 'the archive is not whole'
