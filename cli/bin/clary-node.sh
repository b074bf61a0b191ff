#!/bin/sh
# Runs a program on the pinned Node of node_modules, whatever Node this machine has. npm's own link to it cannot be relied on: where packages for two
# processors offer one command, npm 10 removes the link when it skips the package of the other processor.
here=$(dirname -- "$(readlink -f -- "$0")")
for node in "$here"/../../node_modules/node-*/bin/node; do
  [ -x "$node" ] && exec "$node" "$@"
done
if node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 24)' 2>/dev/null; then
  exec node "$@"
fi
echo "clary: Node 24 is missing: there is no node_modules/node-*/bin/node, and \`node\` is older or missing." >&2
echo "Run \`npm ci\` (without --omit=optional), or install Node 24 where there is no package of it for this processor." >&2
exit 1
