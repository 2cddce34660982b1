#!/bin/sh
# Installs what the built GoodNet in a folder needs: its packages, and tfjs-node on the libtensorflow of another folder.
#   goodnet.sh GOODNET TENSORFLOW
set -eu
cd "$1"
npm ci --omit=dev --ignore-scripts --no-audit --no-fund
GOODNET_TENSORFLOW_DIR=$2 node scripts/setup-native.mjs tensorflow
