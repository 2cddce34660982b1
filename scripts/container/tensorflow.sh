#!/bin/sh
# Lays libtensorflow, its C headers and the CUDA libraries that it opens into a folder, from PyPI's wheels.
#   tensorflow.sh FOLDER [REQUIREMENT]
# REQUIREMENT is tensorflow[and-cuda]==2.15.1 unless told otherwise; tensorflow-cpu==2.15.1 does without a GPU.
set -eu
target=$1
requirement=${2:-tensorflow[and-cuda]==2.15.1}
[ -e "$target/libtensorflow_cc.so.2" ] && exit 0
mkdir -p "$target"
work=$(mktemp -d "$target/.partial-XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 -m pip install --quiet --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
  --target "$work" "$requirement"
# What they are given under, TensorFlow's and NVIDIA's terms among it.
for info in "$work"/*.dist-info; do
  [ -d "$info" ] || continue
  find "$info" -type f \( -iname '*licen[cs]e*' -o -iname '*notice*' -o -iname 'copying*' -o -ipath '*/licenses/*' \) |
    while read -r text; do
      kept="$target/licenses/$(basename "$info" .dist-info)"
      mkdir -p "$kept"
      cp "$text" "$kept/"
    done
done
mkdir -p "$target/include/tensorflow/core"
mv "$work/tensorflow/include/tensorflow/c" "$target/include/tensorflow/"
mv "$work/tensorflow/include/tensorflow/core/platform" "$target/include/tensorflow/core/"
mv "$work/tensorflow/include/tsl" "$target/include/"
if [ -d "$work/nvidia" ]; then mv "$work/nvidia" "$target/"; fi
mv "$work/tensorflow/libtensorflow_framework.so.2" "$target/"
# Last: it tells that the others are there.
mv "$work/tensorflow/libtensorflow_cc.so.2" "$target/"
