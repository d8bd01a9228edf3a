#!/usr/bin/env bash
# Tests this version in a mesh with another one, as real servers on this machine: each as the connecting side and as the other one,
# as the publishing home and as the public server; and lets each open a home that the other one wrote:
#   scripts/try-former.sh COMMIT
# The other version is built in a separate folder from the same repository, with the packages of this one if both want the same,
# otherwise with its own, which requires a package registry. Prints a line per check; exits with 1 if one
# fails. Leaves nothing behind.
commit=${1:?a commit or tag of the other version}
source "$(dirname "$0")/../test/root/spool.bash"
former=$scratch/former
trap 'end "$scratch"; git -C "$root" worktree prune' EXIT
(cd "$root" && npm run --silent build) || exit 1
git -C "$root" worktree add --quiet --detach "$former" "$commit" || exit 1
if cmp -s "$root/package-lock.json" "$former/package-lock.json"; then
  ln -s "$root/node_modules" "$former/node_modules"
else
  (cd "$former" && npm ci --silent --no-audit --no-fund) || exit 1
fi
(cd "$former" && if [ -e tsconfig.build.json ]; then node node_modules/typescript/bin/tsc -p tsconfig.build.json; else node scripts/build.mjs server; fi) || exit 1
cp -r "$root/dist/web" "$former/dist/web"
this=$main
other=$former/dist/cli/main.js

url_of() { grep -o 'http://[^ ]*' "$1.out" | head -n 1 | sed 's|/$||'; }
# ask HOME PATH…: sends a request as the owner of a server.
ask() {
  local secret
  secret=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).secret' "$1/.photospool/server.json")
  curl -sS --max-time 20 -H "Authorization: Bearer $secret" -H 'Content-Type: application/json' "$(url_of "$1")$2" "${@:3}"
}
edit() { ask "$1" "/api/photos/$2" -X PATCH -d "$3" >/dev/null; }
# The response of both versions for all photos, including those in the trash.
told() {
  for query in '' '&q=is:trashed'; do
    ask "$1" "/api/photos?limit=500$query" | node -p 'const { photos } = JSON.parse(require("fs").readFileSync(0));
      photos.map(({ id, title, rating, audience }) => [id, title, rating, audience].join(" ")).sort().join("\n")'
  done
}
same() { [ "$(told "$1")" = "$(told "$2")" ] && [ "$(told "$1" | grep -c .)" -eq "$3" ]; }
originals() { [ "$(hashes "$1/archive")" = "$(hashes "$2/archive")" ]; }
stands() { PHOTOSPOOL_HOME=$1 node "$2" peers list | grep 'up to date' | grep -vq refused; }
public() { curl -sS --max-time 20 "$1/api/photos" | grep -o '"id":' | wc -l; }
is_public() { [ "$(public "$1")" -eq "$2" ]; }

# begin NAME MAIN FIRST: a home of one of the versions, with four photos.
begin() {
  home=$scratch/$1
  mkdir -p "$home/incoming"
  main=$2 serve "$home" || exit 1
  photos "$home/incoming" "$3" 4
}

# try NAME CALLER CALLED FIRST: a connection from one version to the other.
try() {
  local name=$1 caller=$scratch/$1-caller called=$scratch/$1-called program=$2 token id vps
  begin "$name-caller" "$2" "$4"
  begin "$name-called" "$3" $(($4 + 10))
  token=$(PHOTOSPOOL_HOME=$called node "$3" tokens add other --may replicate)
  PHOTOSPOOL_HOME=$caller node "$2" peers add "$(url_of "$called")" --token "$token" >/dev/null
  check "$name: both have all photos" within 60 same "$caller" "$called" 8
  check "$name: and their originals" within 60 originals "$caller" "$called"
  id=$(told "$called" | head -n 1 | cut -d ' ' -f 1)
  edit "$caller" "$id" '{"title":"From the caller","tags":{"add":["one"]},"albums":{"add":["Harbour"]}}'
  edit "$called" "$id" '{"rating":4,"tags":{"add":["two"]}}'
  edit "$called" "$(told "$called" | sed -n 2p | cut -d ' ' -f 1)" '{"trashed":true}'
  check "$name: edits of both are on both" \
    within 60 eval 'same "$caller" "$called" 8 && told "$caller" | grep -q "From the caller 4"'
  photos "$caller/incoming" $(($4 + 20)) 2
  check "$name: what comes later, too" within 60 eval 'same "$caller" "$called" 10 && originals "$caller" "$called"'
  check "$name: the link stands, and nothing was refused" stands "$caller" "$program"

  # The caller publishes to a public server of the other version.
  vps=$scratch/$name-vps
  mkdir -p "$vps"
  token=$(PHOTOSPOOL_HOME=$vps node "$3" tokens add home --may publish)
  PHOTOSPOOL_HOME=$vps node "$3" serve --role public --port 0 >"$vps.out" 2>"$vps.log" &
  servers+=("$!")
  within 60 grep -q http "$vps.out" || wrong "$name: the public server starts"
  PHOTOSPOOL_HOME=$caller node "$2" peers add "$(url_of "$vps")" --token "$token" --publish >/dev/null
  edit "$caller" "$id" '{"audience":"public"}'
  check "$name: what is made public is on the public server" within 60 is_public "$(url_of "$vps")" 1
  check "$name: with its picture" within 60 eval 'find "$vps/.photospool/blobs" -type f | grep -q .'
  edit "$caller" "$id" '{"audience":"private"}'
  check "$name: what is taken back is gone" within 60 is_public "$(url_of "$vps")" 0
}

# Stops the server that `begin` started, as a person would.
finish() { kill -TERM "$server" && wait "$server"; }
refused() { [ "$1" -eq 3 ] && grep -q 'newer version' <<<"$2"; }
unchanged() { [ "$(sha256sum <"$1/.photospool/library.sqlite")" = "$2" ]; }

# reopen NAME WRITER READER FIRST: the home of one version, opened by the other, which finds everything in it, or rejects it
# with a sentence and changes nothing.
reopen() {
  local name=$1 writer=$2 reader=$3 home=$scratch/$1 before said code library id
  begin "$name" "$writer" "$4"
  check "$name: photos come in" within 60 same "$home" "$home" 4
  id=$(told "$home" | head -n 1 | cut -d ' ' -f 1)
  edit "$home" "$id" '{"title":"Written before","rating":4,"tags":{"add":["one"]},"albums":{"add":["Harbour"]},"audience":"family"}'
  edit "$home" "$(told "$home" | sed -n 2p | cut -d ' ' -f 1)" '{"trashed":true}'
  echo 'a password of some length' | PHOTOSPOOL_HOME=$home node "$writer" users add Ada >/dev/null
  before=$(told "$home")
  finish
  library=$(sha256sum <"$home/.photospool/library.sqlite")
  said=$(PHOTOSPOOL_HOME=$home node "$reader" verify 2>&1)
  code=$?
  if [ "$code" -ne 0 ]; then
    check "$name: it refuses with a sentence ($said)" refused "$code" "$said"
    check "$name: and changes nothing" unchanged "$home" "$library"
    return
  fi
  ok "$name: everything is sound"
  main=$reader serve "$home" || return
  check "$name: and told as before" within 60 eval '[ "$(told "$home")" = "$before" ]'
  check "$name: people are known" eval 'PHOTOSPOOL_HOME=$home node "$reader" users list | grep -q Ada'
  photos "$home/incoming" $(($4 + 5)) 1
  check "$name: and photos come in" within 60 same "$home" "$home" 5
  finish
}

reopen this-then-other "$this" "$other" 200
reopen other-then-this "$other" "$this" 220
try this-to-other "$this" "$other" 0
try other-to-this "$other" "$this" 100
for log in "$scratch"/*.log; do
  [ "$(grep -cE '"level":(50|60)' "$log")" -eq 0 ] || wrong "an error is logged: $(grep -E '"level":(50|60)' "$log" | head -n 1 | cut -c 1-300)"
done
exit "$failed"
