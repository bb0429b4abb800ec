#!/usr/bin/env bash
# llama3-70b on Ray Serve with vLLM, planned by llm-placement.
#
# Plan 427fece15859
# Planned: TP 2, PP 3, 80 layers as 30,20,30
#   node 0: g6e.24xlarge#0 (4 x NVIDIA L40S), GPUs 0,1,2,3; stage 0: layers 1-30; stage 2: layers 51-80
#   node 1: g5.24xlarge#0 (4 x NVIDIA A10G), GPUs 0,1; stage 1: layers 31-50
#   32 sequences in flight, 2048 input and 512 output tokens
#   longest request 4,096 tokens: as given, --max-model-len
#   at most 49 sequences at once: 32 planned, 17 for bursts (3 standard deviations of independent arrivals)
#
# Predicted (cost model "reference"):
#   187.7 tokens/s, input and output together, 80 % interval 100 to 1,500
#   TTFT 812.5 ms, 80 % interval 400 to 1,600
#   TPOT 41.25 ms, 80 % interval 30 to 60
#   21.84 USD per hour, 32.33 USD per million tokens
#
# Compare with the log of node 0 at start-up:
#   GPU KV cache size: 643,232 tokens
#   Maximum concurrency for 4,096 tokens per request: 157.04x
#   grep -E 'GPU KV cache size|Maximum concurrency' LOG
#
# Hints:
#   Not set, because not every chat template supports them: --enable-auto-tool-choice --tool-call-parser llama3_json
#   g6e.24xlarge has EFA: attach its interfaces, install aws-ofi-nccl, and set FI_PROVIDER=efa (FI_EFA_USE_DEVICE_RDMA=1 on p4d and newer). In pods also ask for vpc.amazonaws.com/efa.
#   g5.24xlarge has EFA: attach its interfaces, install aws-ofi-nccl, and set FI_PROVIDER=efa (FI_EFA_USE_DEVICE_RDMA=1 on p4d and newer). In pods also ask for vpc.amazonaws.com/efa.
#   Where a node has several interfaces: NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME name the one that nodes share; NCCL_DEBUG=INFO prints which is used.
#
# This is node 1: g5.24xlarge#0 (4 x NVIDIA A10G), GPUs 0,1.
# Usage: HEAD_ADDR=ADDRESS ./ray-start-node-1.sh, on g5.24xlarge#0, with an address of node 0 that all nodes reach. Further arguments are passed on to ray start.
set -euo pipefail

plan_id='427fece15859'
if [ "${PLAN_ID:-${plan_id}}" != "${plan_id}" ]; then
  echo "this script is from plan ${plan_id}, not ${PLAN_ID}: export all nodes again" >&2
  exit 1
fi
echo "llm-placement plan ${plan_id}: node 1" >&2
: "${HEAD_ADDR:?set it to an address of node 0}"
export CUDA_DEVICE_ORDER='PCI_BUS_ID'
export CUDA_VISIBLE_DEVICES='0,1'
exec ray start --address "${HEAD_ADDR}:6379" --num-gpus '2' --resources '{"llm_placement_427fece15859_node_1":2}' "$@"
