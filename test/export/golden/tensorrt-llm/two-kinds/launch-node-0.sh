#!/usr/bin/env bash
# llama3-70b on TensorRT-LLM, planned by llm-placement.
#
# Plan eb8d99a84bfd
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
#   max tokens in paged KV cache (643232)
#   grep -E 'max tokens in paged KV cache' LOG
#
# Hints:
#   g6e.24xlarge has EFA: attach its interfaces, install aws-ofi-nccl, and set FI_PROVIDER=efa (FI_EFA_USE_DEVICE_RDMA=1 on p4d and newer). In pods also ask for vpc.amazonaws.com/efa.
#   g5.24xlarge has EFA: attach its interfaces, install aws-ofi-nccl, and set FI_PROVIDER=efa (FI_EFA_USE_DEVICE_RDMA=1 on p4d and newer). In pods also ask for vpc.amazonaws.com/efa.
#   Where a node has several interfaces: NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME name the one that nodes share; NCCL_DEBUG=INFO prints which is used.
#
# This is node 0: g6e.24xlarge#0 (4 x NVIDIA L40S), GPUs 0,1,2,3.
# Started by launch.sh, once for every GPU of the node.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
plan_id='eb8d99a84bfd'
if [ "${PLAN_ID:-${plan_id}}" != "${plan_id}" ]; then
  echo "this script is from plan ${plan_id}, not ${PLAN_ID}: export all nodes again" >&2
  exit 1
fi
echo "llm-placement plan ${plan_id}: node 0" >&2
export CUDA_DEVICE_ORDER='PCI_BUS_ID'
export CUDA_VISIBLE_DEVICES='0,1,2,3'

args=(
  'meta-llama/Llama-3.3-70B-Instruct'
  --tp_size '4'
  --pp_size '2'
  --gpus_per_node '4'
  --max_batch_size '25'
  --max_num_tokens '8192'
  --max_seq_len '4096'
  --host '0.0.0.0'
  --config "${here}/trtllm-config.yaml"
)
exec trtllm-llmapi-launch trtllm-serve "${args[@]}" "$@"
