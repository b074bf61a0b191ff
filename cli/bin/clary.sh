#!/bin/sh
# The command `clary`: main.ts on the pinned Node.
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/clary-node.sh" "$here/../src/main.ts" "$@"
