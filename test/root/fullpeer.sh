#!/usr/bin/env bash
# A disk that fills up at one side of a link between two real servers: at the one that made it, and at the one that it was made
# to. Pictures wait while documents go on; with no byte left it goes on serving; with room again it catches up by itself. The two
# trials run beside one another, for most of it is waiting.
source "$(dirname "$0")/spool.bash"
needs
command -v curl >/dev/null || { echo "skipped: there is no curl"; exit 0; }

url_of() { grep -o 'http://[^ ]*' "$1.out" | head -n 1 | sed 's|/$||'; }
# ask HOME PATH…: asks a server as its owner.
ask() {
  local secret
  secret=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).secret' "$1/.photospool/server.json")
  curl -sS --max-time 20 -H "Authorization: Bearer $secret" -H 'Content-Type: application/json' "$(url_of "$1")$2" "${@:3}"
}
pool() { PHOTOSPOOL_HOME=$1 node "$main" "${@:2}"; }
ids() { ask "$1" '/api/photos?limit=500' | grep -o '"id":"[0-9a-f]\{64\}"' | sort; }
knows() { [ "$(ids "$1" | wc -l)" -eq "$2" ]; }
shows() { ask "$1" "/api/photos/$2" | grep -q "$3"; }
edit() { ask "$1" "/api/photos/$2" -X PATCH -d "$3" >/dev/null; }
says() { pool "$1" peers list | grep -q "$2"; }
# The kilobytes that a disk has left.
left() { df --output=avail -k "$1" | tail -n 1; }
same() { [ "$(hashes "$1/archive")" = "$(hashes "$2/archive")" ] && [ "$(hashes "$1/archive" | wc -l)" -eq "$3" ]; }

# try NAME: a server NAME whose disk is small, and another one, roomy; `caller` makes the link, `called` is the one it is made to.
try() {
  local name=$1 small=$scratch/$1/small roomy=$scratch/$1/roomy caller called id token spent n one
  trap "end '$scratch/$name'" EXIT
  mkdir -p "$small" "$roomy/incoming"
  mount -t tmpfs -o size=320m none "$small"
  mkdir -p "$small/incoming"
  if [ "$name" = caller ]; then caller=$small called=$roomy; else caller=$roomy called=$small; fi
  serve "$small" || return 1
  local small_server=$server
  serve "$roomy" || return 1
  token=$(pool "$called" tokens add other --may replicate)
  pool "$caller" peers add "$(url_of "$called")" --token "$token" >/dev/null
  photos "$roomy/incoming" 0 2
  within 60 same "$small" "$roomy" 2 || wrong "$name: photos and originals go over while there is room"

  id=$(ids "$small" | head -n 1 | cut -c 7-70)

  # Little is left: more than the library needs, less than the pictures.
  fallocate -l $(($(left "$small") - 24000))K "$small/ballast"
  photos "$roomy/incoming" 2 60
  check "$name: all documents arrive without space for all pictures" within 90 knows "$small" 62
  check "$name: the connection reports waiting pictures" within 60 says "$caller" 'pictures waiting: '
  check "$name: it is connected" says "$caller" 'up to date\|catching up'
  edit "$roomy" "$id" '{"title":"While pictures wait"}'
  check "$name: an edit arrives while pictures wait" within 30 shows "$small" "$id" 'While pictures wait'
  edit "$small" "$id" '{"rating":4}'
  check "$name: and one is sent" within 30 shows "$roomy" "$id" '"rating":4'
  check "$name: the remaining space is left to the library ($(left "$small") kB)" [ "$(left "$small")" -gt 8000 ]
  check "$name: it is logged once ($(cat "$small.log" "$roomy.log" | grep -c 'Pictures are waiting') lines)" \
    [ "$(cat "$small.log" "$roomy.log" | grep -c 'Pictures are waiting')" -eq 1 ]
  spent=$(ticks "$small_server")
  sleep 5
  spent=$(($(ticks "$small_server") - spent))
  check "$name: the CPU is idle ($spent hundredths of a second in 5 s)" [ "$spent" -lt 200 ]

  # Nothing is left at all.
  dd if=/dev/zero of="$small/more" bs=4k 2>/dev/null
  for n in 1 2 3; do edit "$roomy" "$id" "{\"description\":\"$(printf '%02000d' "$n")\"}"; done
  for n in $(seq 40); do edit "$roomy" "$id" "{\"tags\":{\"add\":[\"tag $n\"]}}"; done
  check "$name: without any space it continues serving" knows "$small" 62
  check "$name: also a picture" ask "$small" "/media/$id/thumb" -f -o "$scratch/$name.thumb"
  check "$name: and so does the other side" knows "$roomy" 62

  for one in "$caller" "$called"; do
    n=$(grep -cE '"level":(40|50|60)' "$one.log")
    check "$name: and neither side repeats itself ($([ "$one" = "$caller" ] && echo caller || echo called): $n lines)" [ "$n" -le 8 ]
  done

  rm "$small/more" "$small/ballast"
  mount -o remount,size=640m "$small"
  check "$name: with space again all edits arrive without a restart" within 120 shows "$small" "$id" 'tag 40'
  check "$name: and all originals" within 120 same "$small" "$roomy" 62
  check "$name: the connection no longer reports waiting" within 60 eval '! says "$caller" "pictures waiting"'
  kill "${servers[@]}"
  wait "${servers[@]}" 2>/dev/null
  check "$name: verify finds no difference" verified "$small"
  check "$name: the other one, too" verified "$roomy"
  [ "$failed" -eq 0 ] || for one in "$small" "$roomy"; do cut -c 1-300 "$one.log" | tail -n 12; done
  return "$failed"
}

trap 'end "$scratch"' EXIT
for one in caller called; do
  (try "$one") &
  jobs+=("$!")
done
for job in "${jobs[@]}"; do wait "$job" || failed=1; done
echo "$SECONDS s"
exit "$failed"
