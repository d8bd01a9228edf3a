#!/usr/bin/env bash
# Real servers on real networks, one network namespace each: a home, a laptop behind a router that lets nobody in, a cabin, and
# a public server. Links are cut and healed, a server is killed in the middle of a picture, what is published is taken back
# while the public server is out of reach. Everything ends equal, and nothing is fetched twice. Needs ip (iproute2), nft and curl.
source "$(dirname "$0")/spool.bash"
for tool in ip nft curl; do command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 0; }; done
ip netns add "mesh-$$" 2>/dev/null || { echo 'skipped: network namespaces are not allowed here'; exit 0; }
ip netns del "mesh-$$"
needs

# Networks: all machines are on one (192.0.2.0/24), but the laptop, which is behind the router.
within_net() { ip netns exec "mesh-$$-$1" "${@:2}"; }
machines=(wan home cabin vps router laptop)
undo() {
  end "$scratch"
  local machine
  for machine in "${machines[@]}"; do ip netns del "mesh-$$-$machine" 2>/dev/null; done
}
trap undo EXIT
cable() { # cable MACHINE DEVICE ADDRESS MACHINE DEVICE: a cable between two machines; the first has the address
  ip -n "mesh-$$-$1" link add "$2" type veth peer name "$5" netns "mesh-$$-$4"
  ip -n "mesh-$$-$1" address add "$3" dev "$2"
  ip -n "mesh-$$-$1" link set "$2" up
  ip -n "mesh-$$-$4" link set "$5" up
}
for machine in "${machines[@]}"; do
  ip netns add "mesh-$$-$machine"
  ip -n "mesh-$$-$machine" link set lo up
done
ip -n "mesh-$$-wan" link add bridge type bridge
ip -n "mesh-$$-wan" link set bridge up
address() { case $1 in home) echo 192.0.2.1 ;; cabin) echo 192.0.2.2 ;; vps) echo 192.0.2.3 ;; router) echo 192.0.2.4 ;; esac; }
for machine in home cabin vps router; do
  cable "$machine" out "$(address "$machine")/24" wan "$machine"
  ip -n "mesh-$$-wan" link set "$machine" master bridge
done
cable laptop out 10.0.0.2/24 router in
ip -n "mesh-$$-router" address add 10.0.0.1/24 dev in
ip -n "mesh-$$-laptop" route add default via 10.0.0.1
within_net router sysctl -qw net.ipv4.ip_forward=1
within_net router nft 'table ip router { chain out { type nat hook postrouting priority 100; oifname "out" masquerade; }; }'
unplug() { ip -n "mesh-$$-$1" link set out down; }
plug() { ip -n "mesh-$$-$1" link set out up; }

# What a person does.
pool() { within_net "$1" env PHOTOSPOOL_HOME="$scratch/$1" node "$main" "${@:2}"; }
start() { # start MACHINE FLAGS…: a server that listens to its network; its id is in pid_MACHINE
  local machine=$1 home=$scratch/$1
  shift
  mkdir -p "$home/incoming"
  : >"$home.out"
  PHOTOSPOOL_HOME=$home PHOTOSPOOL_SETTLE=0.2 \
    ip netns exec "mesh-$$-$machine" node "$main" serve --host 0.0.0.0 --port 4780 "$@" >"$home.out" 2>>"$home.log" &
  servers+=("$!")
  printf -v "pid_$machine" %s "$!"
}
ready() { within 60 grep -q http "$scratch/$1.out" || { wrong "$1 starts: $(tail -n 1 "$scratch/$1.log")"; exit 1; }; }
# ask MACHINE PATH…: asks its server as its owner.
ask() {
  local secret
  secret=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).secret' "$scratch/$1/.photospool/server.json")
  within_net "$1" curl -sS --max-time 10 -H "Authorization: Bearer $secret" -H 'Content-Type: application/json' \
    "http://127.0.0.1:4780$2" "${@:3}"
}
edit() { ask "$1" "/api/photos/$2" -X PATCH -d "$3" >/dev/null; }
shows() { ask "$1" "/api/photos/$2" | grep -q "$3"; }
photos_of() { ask "$1" '/api/photos?limit=500' | node -p 'const { photos } = JSON.parse(require("fs").readFileSync(0));
  photos.map(({ id, title, rating, audience }) => [id, title, rating, audience].join(" ")).sort().join("\n")'; }
counted() { [ "$(photos_of "$1" | wc -w)" -ge 1 ] && [ "$(photos_of "$1" | wc -l)" -eq "$2" ]; }
equal() { local first; first=$(photos_of home) && [ "$first" = "$(photos_of laptop)" ] && [ "$first" = "$(photos_of cabin)" ]; }
originals() { [ "$(hashes "$scratch/home/archive")" = "$(hashes "$scratch/$1/archive")" ]; }
public() { within_net "$1" curl -sS --max-time 10 http://192.0.2.3:4780/api/photos; }
is_public() { [ "$(public vps | grep -o '"id":' | wc -l)" -eq "$1" ]; }
can_reach() { within_net "$1" curl -s -o /dev/null --max-time 1 "http://$2:4780/healthz"; }
# The bytes that a machine has received since its network began.
received() { ip netns exec "mesh-$$-$1" cat /sys/class/net/out/statistics/rx_bytes; }
# The bytes that are there of what is on its way.
part_of() { find "$scratch/$1/.photospool/blobs" -name '*.part' -printf '%s\n' 2>/dev/null | sort -n | tail -n 1; }
part_has() { [ "$(part_of "$1")" -gt "$2" ] 2>/dev/null; }

mkdir -p "$scratch"/{home,laptop,cabin}/incoming
photos "$scratch/home/incoming" 0 4
photos "$scratch/laptop/incoming" 10 4
# Whoever listens beyond this machine needs an owner.
for machine in home laptop cabin; do
  echo "a password for $machine" | pool "$machine" users add owner >/dev/null &
  jobs+=("$!")
done
wait "${jobs[@]}"
start home
start laptop
start cabin --bandwidth 4M
for machine in home laptop cabin; do ready "$machine"; done

check 'the home can not reach the laptop behind its router' eval '! can_reach home 10.0.0.2 && ! can_reach home 192.0.2.4'
for machine in laptop cabin; do
  token=$(pool home tokens add "$machine" --may replicate)
  pool "$machine" peers add http://192.0.2.1:4780 --token "$token" >/dev/null
done
check 'each has the photos of all' within 30 eval 'counted home 8 && counted laptop 8 && counted cabin 8'
check 'and their originals' within 30 eval 'originals laptop && originals cabin'
id=$(photos_of home | head -n 1 | cut -d ' ' -f 1)
edit laptop "$id" '{"title":"Written on the laptop"}'
check 'an edit on the laptop appears in the cabin' within 10 shows cabin "$id" 'Written on the laptop'

unplug router
edit laptop "$id" '{"title":"Written on the road"}'
edit home "$id" '{"rating":4}'
photos "$scratch/laptop/incoming" 20 1
photos "$scratch/home/incoming" 30 1
within 20 counted laptop 9 || wrong 'the laptop takes photos in while it is alone'
check 'while disconnected nothing is transferred' eval 'counted home 9 && ! shows home "$id" "on the road"'
plug router
# The router forgot its connections and tells nobody: that is found out within half a minute.
check 'after reconnecting both edits and both photos are everywhere' \
  within 75 eval 'shows cabin "$id" "on the road" && shows laptop "$id" "\"rating\":4" && counted cabin 10 && equal'

# A picture of some 30 MB, so that the cabin, which takes 4 MB in a second, can be killed in the middle of it.
(cd "$root" && node --input-type=module -e '
  import { renameSync } from "node:fs";
  import { randomFillSync } from "node:crypto";
  import sharp from "sharp";
  const raw = { width: 3600, height: 2400, channels: 3 };
  const picture = sharp(randomFillSync(Buffer.alloc(3600 * 2400 * 3)), { raw });
  await picture.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toFile(`${process.argv[1]}/.large`);
  renameSync(`${process.argv[1]}/.large`, `${process.argv[1]}/large.jpg`);' "$scratch/home/incoming")
within 30 part_has cabin 6000000 || wrong "a large picture is on its way to the cabin"
kill -KILL "$pid_cabin"
wait "$pid_cabin" 2>/dev/null
kept=$(part_of cabin)
before=$(received cabin)
start cabin
ready cabin
check 'the picture arrives complete after a kill during its transfer' within 40 originals cabin
size=$(stat -c %s "$scratch/home/archive/"*/*/large.jpg)
came=$(($(received cabin) - before))
check "received bytes are not fetched again ($((kept / 1000)) of $((size / 1000)) kB were kept, $((came / 1000)) kB transferred)" \
  [ "$came" -lt $((size - kept + size / 4)) ]

mkdir -p "$scratch/vps"
token=$(pool vps tokens add home --may publish)
start vps --role public
ready vps
pool home peers add http://192.0.2.3:4780 --token "$token" --publish >/dev/null
check 'nothing is public at first' is_public 0
edit laptop "$id" '{"audience":"public"}'
check 'photos published by the laptop are on the public server' within 20 is_public 1
media=$(public laptop | grep -o '"id":"[^"]*' | head -n 1 | cut -c 7-)
check 'with its picture, seen from behind the router' \
  within 20 within_net laptop curl -sf -o "$scratch/seen" "http://192.0.2.3:4780/media/$media/thumb"
check 'and without its id' [ "$media" != "$id" ]
unplug vps
edit laptop "$id" '{"audience":"private"}'
within 10 shows home "$id" '"audience":"private"' || wrong 'the home hears that it is private'
check 'the public server still shows the photo while unreachable' \
  [ "$(within_net vps curl -s http://127.0.0.1:4780/api/photos | grep -o '"id":' | wc -l)" -eq 1 ]
plug vps
check 'after reconnecting it is removed' within 70 is_public 0
check 'and its pictures are removed from the disk' \
  within 10 eval '[ "$(find "$scratch/vps/.photospool/blobs" -type f | wc -l)" -eq 0 ]'

check 'at the end all three are equal' within 20 equal
for machine in home laptop cabin; do
  kill "$(eval "echo \$pid_$machine")"
  wait "$(eval "echo \$pid_$machine")" 2>/dev/null
  check "$machine: verify finds no difference" verified "$scratch/$machine"
done
[ "$failed" -eq 0 ] || for machine in home laptop cabin vps; do cut -c 1-300 "$scratch/$machine.log" | tail -n 10; done
echo "$SECONDS s"
exit "$failed"
