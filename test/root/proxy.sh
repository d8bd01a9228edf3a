#!/usr/bin/env bash
# The album behind nginx and behind Caddy, by HTTPS, as docs/remote.md sets them up: large uploads stream through, live events
# are not held back, ranges work, and the server knows who asks. Needs nginx, caddy, openssl and curl.
set -euo pipefail
cd "$(dirname "$0")/../.."
for tool in nginx caddy openssl curl; do
  command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 0; }
done
npm run --silent build
folder=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
fail() { echo "FAILED: $*"; tail -5 "$folder"/*.log; exit 1; }
soon() { # soon WHAT COMMAND…: the command succeeds within 20 seconds
  local what=$1; shift
  for _ in $(seq 200); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done
  fail "$what"
}
free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }

home=$folder/home
node dist/cli/main.js serve --home "$home" --port 0 --settle 0 --level debug --trustProxy loopback --names album.test \
  >"$folder/serve.log" 2>"$folder/server.log" &
server=$!
pids+=("$server")
soon 'the server starts' test -s "$home/.photospool/server.json"
record() { node -p "JSON.parse(require('fs').readFileSync('$home/.photospool/server.json'))['$1']"; }
port=$(record url | sed 's/.*://')
token=$(record secret)

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=album.test \
  -addext subjectAltName=DNS:album.test -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
nginx_port=$(free_port)
mkdir -p "$folder/nginx/bodies"
cat >"$folder/nginx.conf" <<NGINX
daemon off; master_process off; pid $folder/nginx/pid; error_log $folder/nginx.log;
events {}
http {
  access_log off;
  client_body_temp_path $folder/nginx/bodies; proxy_temp_path $folder/nginx/proxy;
  fastcgi_temp_path $folder/nginx/f; uwsgi_temp_path $folder/nginx/u; scgi_temp_path $folder/nginx/s;
  server {
    listen 127.0.0.1:$nginx_port ssl;
    server_name album.test;
    ssl_certificate $folder/cert.pem;
    ssl_certificate_key $folder/key.pem;
    location / {
      proxy_pass http://127.0.0.1:$port;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host \$host;
      proxy_set_header X-Forwarded-For \$remote_addr;
      proxy_set_header X-Forwarded-Proto \$scheme;
      proxy_set_header X-Forwarded-Host \$http_host;
      client_max_body_size 0;
      proxy_request_buffering off;
      proxy_read_timeout 1h;
    }
  }
}
NGINX
nginx -c "$folder/nginx.conf" -p "$folder" 2>>"$folder/nginx.log" &
pids+=("$!")

caddy_port=$(free_port)
cat >"$folder/Caddyfile" <<CADDY
{
  admin off
  auto_https disable_redirects
  skip_install_trust
  storage file_system $folder/caddy
}
https://album.test:$caddy_port {
  bind 127.0.0.1
  tls internal
  reverse_proxy 127.0.0.1:$port
}
CADDY
HOME=$folder caddy run --config "$folder/Caddyfile" --adapter caddyfile >/dev/null 2>"$folder/caddy.log" &
pids+=("$!")
soon 'Caddy makes its certificate' test -s "$folder/caddy/pki/authorities/local/root.crt"

head -c 200M /dev/zero | tr '\0' 'p' >"$folder/large.bin"
most() { awk '/VmHWM/ {print $2}' "/proc/$server/status"; }

try() { # try NAME PORT ROOT-CERTIFICATE
  local name=$1 at=$2 base=https://album.test:$2
  ask() { curl -sS --fail --max-time 60 --cacert "$root" --resolve "album.test:$at:127.0.0.1" "$@"; }
  local root=$3 auth="Authorization: Bearer $token" before
  status() { curl -sS -o /dev/null -w '%{http_code}' --cacert "$root" --resolve "album.test:$at:127.0.0.1" "$@"; }
  soon "$name answers" ask "$base/healthz"
  [ "$(status "$base/api/photos")" = 401 ] || fail "$name: nobody gets $(status "$base/api/photos") for the photos"
  [ "$(status -H "$auth" "$base/api/photos")" = 200 ] || fail "$name: a token does not reach the server"
  [ "$(status -H "$auth" -H 'Origin: https://evil.example' -X POST "$base/api/samples")" = 403 ] ||
    fail "$name: another site may write"
  [ "$(status -H "$auth" -H "Origin: $base" -H 'Content-Type: application/json' -d '{"names":"all"}' "$base/api/spool/retry")" = 200 ] ||
    fail "$name: our own page may not write"
  echo "ok: $name tells who asks and under which name"

  ask --interface 127.0.0.9 "$base/healthz" -H 'X-Forwarded-For: 192.0.2.1' >/dev/null
  soon "$name: the address of the client reaches the log" grep -q '"ip":"127.0.0.9"' "$folder/server.log"
  grep -q '"ip":"192.0.2.1"' "$folder/server.log" && fail "$name: a client can claim an address"
  echo "ok: $name tells the client's address, and the client can't claim another"

  before=$(most)
  ask -H "$auth" -F "file=@$folder/large.bin;filename=$name.bin" "$base/api/upload" >/dev/null
  cmp -s "$folder/large.bin" "$home/incoming/$name.bin" || fail "$name: 200 MB did not arrive whole"
  [ $(($(most) - before)) -lt 150000 ] || fail "$name: the server took $(($(most) - before)) kB of memory for 200 MB"
  [ -z "$(find "$folder/nginx/bodies" -type f)" ] || fail "$name keeps uploads"
  rm "$home/incoming/$name.bin"
  echo "ok: 200 MB through $name, $(($(most) - before)) kB of memory"

  curl -sSN --cacert "$root" --resolve "album.test:$at:127.0.0.1" -H "$auth" "$base/api/events" >"$folder/$name.events" &
  local events=$!
  pids+=("$events")
  soon "$name: the greeting comes at once" grep -q '"hello"' "$folder/$name.events"
  node -e "require('sharp')({create:{width:640,height:480,channels:3,background:'#$4'}}).jpeg().toFile('$folder/$name.jpg')"
  ask -H "$auth" -F "file=@$folder/$name.jpg" "$base/api/upload" >/dev/null
  soon "$name: an event comes while the stream is open" grep -q '"type":"photos"' "$folder/$name.events"
  kill "$events"
  echo "ok: $name lets live events through as they come"

  local id
  id=$(sha256sum "$folder/$name.jpg" | cut -d' ' -f1)
  # The event tells of the document, which is stored before the file moves to its place.
  soon "$name: the original is in the archive" ask -H "$auth" -I "$base/originals/$id"
  ask -H "$auth" -r 10-99 "$base/originals/$id" -o "$folder/part"
  cmp -s "$folder/part" <(tail -c +11 "$folder/$name.jpg" | head -c 90) || fail "$name: ranges are broken"
  echo "ok: $name lets ranges through"
}
try nginx "$nginx_port" "$folder/cert.pem" 335577
try caddy "$caddy_port" "$folder/caddy/pki/authorities/local/root.crt" 775533
grep -q "$token" "$folder"/*.log && fail 'a secret is in a log'
echo 'ok: no secret in any log'
