#!/usr/bin/env bash
# llama3-70b on vLLM, planned by llm-placement.
#
# Plan 4394abefdb66
# Planned: TP 4, PP 2, 80 layers as 42,38
#   node 0: g6e.48xlarge#0 (8 x NVIDIA L40S), GPUs 4,5,6,7,3,2,1,0; stage 0: layers 1-42; stage 1: layers 43-80
#   32 sequences in flight, 2048 input and 512 output tokens
#   longest request 4,096 tokens: as given, --max-model-len
#   at most 49 sequences at once: 32 planned, 17 for bursts (3 standard deviations of independent arrivals)
#
# Predicted (cost model "reference"):
#   427.1 tokens/s, input and output together, 80 % interval 100 to 1,500
#   TTFT 812.5 ms, 80 % interval 400 to 1,600
#   TPOT 41.25 ms, 80 % interval 30 to 60
#   27.39 USD per hour, 17.81 USD per million tokens
#
# Compare with the log of node 0 at start-up:
#   GPU KV cache size: 643,232 tokens
#   Maximum concurrency for 4,096 tokens per request: 157.04x
#   grep -E 'GPU KV cache size|Maximum concurrency' LOG
#
# Hints:
#   Not set, because not every chat template supports them: --enable-auto-tool-choice --tool-call-parser llama3_json
#
# Usage: ./launch-node-0.sh, on g6e.48xlarge#0. Further arguments are passed on to the engine.
set -euo pipefail

plan_id='4394abefdb66'
if [ "${PLAN_ID:-${plan_id}}" != "${plan_id}" ]; then
  echo "this script is from plan ${plan_id}, not ${PLAN_ID}: export all nodes again" >&2
  exit 1
fi
echo "llm-placement plan ${plan_id}: node 0 of 1" >&2
export CUDA_DEVICE_ORDER='PCI_BUS_ID'
export CUDA_VISIBLE_DEVICES='4,5,6,7,3,2,1,0'
export VLLM_PP_LAYER_PARTITION='42,38'

args=(
  'meta-llama/Llama-3.3-70B-Instruct'
  --tensor-parallel-size '4'
  --pipeline-parallel-size '2'
  --max-model-len '4096'
  --max-num-seqs '49'
  --max-num-batched-tokens '8192'
  --gpu-memory-utilization '0.92'
  --kv-cache-dtype 'auto'
  --distributed-executor-backend 'mp'
)
exec vllm serve "${args[@]}" "$@"
