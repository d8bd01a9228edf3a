#!/usr/bin/env bash
# Runs the tests of the parts with native code (SQLite, libvips, ExifTool) on other versions of Node:
#   scripts/try-node.sh 22 24
# Each Node comes from npm (the package for this system behind the package `node`), so this requires a package registry.
# Leaves nothing behind. A test that fails is run once more: what differs in that Node fails both times, and `npm test` has run
# the same tests without a second try.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
system=$(node -p 'process.platform + "-" + process.arch')
[ $# -gt 0 ] || set -- 22 24
for version in "$@"; do
  mkdir "$place/$version"
  npm install --prefix "$place/$version" --no-audit --no-fund --loglevel=error "node-$system@$version" >/dev/null
  bin=$place/$version/node_modules/node-$system/bin
  echo "Node $("$bin/node" --version)"
  PATH="$bin:$PATH" node node_modules/vitest/vitest.mjs run --retry 1 --project node test/base test/library test/catalog test/photo
done
