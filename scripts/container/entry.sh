#!/bin/sh
# The container's entry point: `goodnet` with the CUDA libraries in reach. Node.js takes the shell's place, so that
# SIGTERM (a spot machine is taken away) reaches it.
set -eu
goodnet=${GOODNET_HOME:-/opt/goodnet}
tensorflow=${GOODNET_TENSORFLOW_DIR:-/opt/tensorflow}
for folder in "$tensorflow"/nvidia/*/lib; do
  [ -d "$folder" ] && LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
[ -d "$tensorflow/nvidia/cuda_nvcc/bin" ] && PATH="$tensorflow/nvidia/cuda_nvcc/bin:$PATH"
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}" PATH TF_CPP_MIN_LOG_LEVEL="${TF_CPP_MIN_LOG_LEVEL:-1}"
# Scores are held against those of float32 (wasm, which serves): TF32 on g5 and g6 has ten bits of them.
export NVIDIA_TF32_OVERRIDE=0
export TF_FORCE_GPU_ALLOW_GROWTH="${TF_FORCE_GPU_ALLOW_GROWTH:-true}"
exec node "$goodnet/dist/goodnet.js" "$@"
