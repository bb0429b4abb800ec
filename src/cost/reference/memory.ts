import { kvWidth, type Model } from "../../model/model.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { SegmentRange } from "../cost-model.ts";

const GIB = 1024 ** 3;

/** Allowance on top of the activations. Source: reference model, "Memory of a stage". */
const ACTIVATION_OVERHEAD = 1.15;

/** Weights of one layer on each GPU, GiB: layer_weight_memory_gb / t. */
export function layerWeightsGib(model: Model, tpDegree: number): number {
  return model.layerWeightGib / tpDegree;
}

/** KV cache of one layer on each GPU, GiB: 2·b·k·(K/t)·e/1024³, k = s for prefill, s + max(o, 0) otherwise. */
export function layerKvCacheGib(model: Model, tpDegree: number, point: OperatingPoint): number {
  const { batch, inputTokens, outputTokens, phase } = point;
  const cached = phase === "prefill" ? inputTokens : inputTokens + Math.max(outputTokens, 0);
  return (2 * batch * cached * (kvWidth(model) / tpDegree) * model.bytesPerElement) / GIB;
}

/**
 * Activations on each GPU, GiB: 1.15 · max(b·q·(D/t + 2K/t)·e + b·q·(4D/t)·e, b·q·D·e)/1024³,
 * q = s for prefill and aggregated, 1 for decode.
 */
export function activationsGib(model: Model, tpDegree: number, point: OperatingPoint): number {
  const { dModel: d, bytesPerElement: e } = model;
  const tokens = point.batch * (point.phase === "decode" ? 1 : point.inputTokens);
  const attention = tokens * (d / tpDegree + (2 * kvWidth(model)) / tpDegree) * e;
  const feedForward = tokens * ((4 * d) / tpDegree) * e;
  const residual = tokens * d * e;
  return (ACTIVATION_OVERHEAD * Math.max(attention + feedForward, residual)) / GIB;
}

/**
 * Largest: the most layers n in 1..L with n·per_layer + activations ≤ capacity (1, and `fits` false, when none fits).
 * Smallest: max(1, ceil((utilization·capacity − activations)/per_layer)), 1 when the activations alone pass the target,
 * never more than the largest.
 */
export function segmentRange(
  model: Model,
  tpDegree: number,
  capacityGib: number,
  point: OperatingPoint,
  minUtilization: number,
): SegmentRange {
  const perLayer = layerWeightsGib(model, tpDegree) + layerKvCacheGib(model, tpDegree, point);
  const activations = activationsGib(model, tpDegree, point);
  let count = Math.floor((capacityGib - activations) / perLayer);
  count = Math.min(model.numLayers, Math.max(0, count));
  // The quotient can be one off where the sum is exactly at the limit; the inequality is what counts.
  while (count < model.numLayers && (count + 1) * perLayer + activations <= capacityGib) count++;
  while (count > 0 && count * perLayer + activations > capacityGib) count--;
  const largest = Math.max(1, count);
  const target = minUtilization * capacityGib - activations;
  const smallest = target <= 0 ? 1 : Math.max(1, Math.ceil(target / perLayer));
  return { smallest: Math.min(smallest, largest), largest, fits: count > 0 };
}
