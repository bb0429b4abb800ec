#!/usr/bin/env bash
# llama3-70b on TensorRT-LLM, planned by llm-placement.
#
# Plan 8efb3a078c31
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
#   max tokens in paged KV cache (643232)
#   grep -E 'max tokens in paged KV cache' LOG
#
# Usage: ./launch-node-0.sh, on g6e.48xlarge#0. Further arguments are passed on to the engine.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
plan_id='8efb3a078c31'
if [ "${PLAN_ID:-${plan_id}}" != "${plan_id}" ]; then
  echo "this script is from plan ${plan_id}, not ${PLAN_ID}: export all nodes again" >&2
  exit 1
fi
echo "llm-placement plan ${plan_id}: node 0" >&2
export CUDA_DEVICE_ORDER='PCI_BUS_ID'
export CUDA_VISIBLE_DEVICES='4,5,6,7,3,2,1,0'

args=(
  'meta-llama/Llama-3.3-70B-Instruct'
  --tp_size '4'
  --pp_size '2'
  --gpus_per_node '8'
  --max_batch_size '25'
  --max_num_tokens '8192'
  --max_seq_len '4096'
  --host '0.0.0.0'
  --config "${here}/trtllm-config.yaml"
)
exec trtllm-serve "${args[@]}" "$@"
