#!/usr/bin/env bash
# llama3-70b on SGLang, planned by llm-placement.
#
# Plan d24d6137bc6a
# Planned: TP 4, PP 2, 80 layers as 50,30
#   node 0: g6e.24xlarge#0 (4 x NVIDIA L40S), GPUs 0,1,2,3; stage 0: layers 1-50
#   node 1: g5.24xlarge#0 (4 x NVIDIA A10G), GPUs 0,1,2,3; stage 1: layers 51-80
#   32 sequences in flight, 2048 input and 512 output tokens
#   longest request 4,096 tokens: as given, --max-model-len
#   at most 49 sequences at once: 32 planned, 17 for bursts (3 standard deviations of independent arrivals)
#
# Predicted (cost model "reference"):
#   277.6 tokens/s, input and output together, 80 % interval 100 to 1,500
#   TTFT 812.5 ms, 80 % interval 400 to 1,600
#   TPOT 41.25 ms, 80 % interval 30 to 60
#   21.84 USD per hour, 21.86 USD per million tokens
#
# Compare with the log of node 0 at start-up:
#   max_total_num_tokens=N, with N below 643232: the GPUs differ, see the note
#   grep -E 'max_total_num_tokens=' LOG
# Note: predictions are those of vllm: SGLang is not calibrated.
# Note: SGLang sizes the KV cache of every GPU by the least free memory of all; where GPUs differ, it is smaller than predicted.
#
# Hints:
#   g6e.24xlarge has EFA: attach its interfaces, install aws-ofi-nccl, and set FI_PROVIDER=efa (FI_EFA_USE_DEVICE_RDMA=1 on p4d and newer). In pods also ask for vpc.amazonaws.com/efa.
#   g5.24xlarge has EFA: attach its interfaces, install aws-ofi-nccl, and set FI_PROVIDER=efa (FI_EFA_USE_DEVICE_RDMA=1 on p4d and newer). In pods also ask for vpc.amazonaws.com/efa.
#   Where a node has several interfaces: NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME name the one that nodes share; NCCL_DEBUG=INFO prints which is used.
#
# This is node 1: g5.24xlarge#0 (4 x NVIDIA A10G), GPUs 0,1,2,3.
# Usage: MASTER_ADDR=ADDRESS ./launch-node-1.sh, on g5.24xlarge#0, with an address of node 0 that all nodes reach. Further arguments are passed on to the engine.
# PLAN_ID=ID before it checks that the script belongs to the plan that node 0 prints. Nodes of other plans meet at another port.
set -euo pipefail

plan_id='d24d6137bc6a'
if [ "${PLAN_ID:-${plan_id}}" != "${plan_id}" ]; then
  echo "this script is from plan ${plan_id}, not ${PLAN_ID}: export all nodes again" >&2
  exit 1
fi
echo "llm-placement plan ${plan_id}: node 1 of 2" >&2
: "${MASTER_ADDR:?set it to an address of node 0 that all nodes reach}"
export CUDA_DEVICE_ORDER='PCI_BUS_ID'
export CUDA_VISIBLE_DEVICES='0,1,2,3'
export SGLANG_PP_LAYER_PARTITION='50,30'

args=(
  --model-path 'meta-llama/Llama-3.3-70B-Instruct'
  --tp-size '4'
  --pp-size '2'
  --context-length '4096'
  --max-running-requests '49'
  --chunked-prefill-size '8192'
  --mem-fraction-static '0.857'
  --kv-cache-dtype 'auto'
  --host '0.0.0.0'
  --nnodes '2'
  --node-rank '1'
  --dist-init-addr "${MASTER_ADDR}:${MASTER_PORT:-26519}"
)
exec python3 -m sglang.launch_server "${args[@]}" "$@"
