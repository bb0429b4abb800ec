import { alikeKind, type LayerKind, type Outline } from "../../model/outline.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { SegmentRange } from "../cost-model.ts";
import { kvWidth } from "./layers.ts";

const GIB = 1024 ** 3;

/** Allowance on top of the activations. Source: reference model, "Memory of a stage". */
const ACTIVATION_OVERHEAD = 1.15;

/** Weights of one layer on each GPU, GiB: layer_weight_memory_gb / t. */
export function layerWeightsGib(kind: LayerKind, tp: number): number {
  return kind.weightGib / tp;
}

/**
 * KV cache of one layer on each GPU, GiB: 2·b·k·(K/t)·e/1024³, k = s for prefill, s + max(o, 0) otherwise, never more than
 * the layer's attention window.
 */
export function layerKvCacheGib(
  outline: Outline,
  kind: LayerKind,
  tp: number,
  point: OperatingPoint,
): number {
  const { batch, inputTokens, outputTokens, phase } = point;
  const all = phase === "prefill" ? inputTokens : inputTokens + Math.max(outputTokens, 0);
  const cached = Math.min(all, kind.attentionWindowTokens ?? all);
  const width = kvWidth(outline, kind.numKvHeads) / tp;
  return (2 * batch * cached * width * outline.bytesPerElement) / GIB;
}

/**
 * Activations on each GPU, GiB: 1.15 · max(b·q·(D/t + 2K/t)·e + b·q·(4D/t)·e, b·q·D·e)/1024³,
 * q = s for prefill and aggregated, 1 for decode.
 */
export function activationsGib(outline: Outline, tp: number, point: OperatingPoint): number {
  const { dModel: d, bytesPerElement: e } = outline;
  const tokens = point.batch * (point.phase === "decode" ? 1 : point.inputTokens);
  const attention = tokens * (d / tp + (2 * kvWidth(outline, outline.numKvHeads)) / tp) * e;
  const feedForward = tokens * ((4 * d) / tp) * e;
  const residual = tokens * d * e;
  return (ACTIVATION_OVERHEAD * Math.max(attention + feedForward, residual)) / GIB;
}

/** Embedding and LM head on each GPU of the stage that holds them, GiB; none where layers are not described one by one. */
export function endWeightsGib(
  outline: Outline,
  tp: number,
  isFirst: boolean,
  isLast: boolean,
): number {
  if (!outline.layers) return 0;
  const { embeddingGib, lmHeadGib } = outline.layers;
  return ((isFirst ? embeddingGib : 0) + (isLast ? lmHeadGib : 0)) / tp;
}

/**
 * Largest: the most layers n in 1..L with n·per_layer + activations ≤ capacity (1, and `fits` false, when none fits).
 * Smallest: max(1, ceil((utilization·capacity − activations)/per_layer)), 1 when the activations alone pass the target,
 * never more than the largest.
 */
export function segmentRange(
  outline: Outline,
  tp: number,
  capacityGib: number,
  point: OperatingPoint,
  minUtilization: number,
): SegmentRange {
  const kind = alikeKind(outline);
  const perLayer = layerWeightsGib(kind, tp) + layerKvCacheGib(outline, kind, tp, point);
  const activations = activationsGib(outline, tp, point);
  let count = Math.floor((capacityGib - activations) / perLayer);
  count = Math.min(outline.numLayers, Math.max(0, count));
  // The quotient can be one off where the sum is exactly at the limit; the inequality is what counts.
  while (count < outline.numLayers && (count + 1) * perLayer + activations <= capacityGib) count++;
  while (count > 0 && count * perLayer + activations > capacityGib) count--;
  const largest = Math.max(1, count);
  const target = minUtilization * capacityGib - activations;
  const smallest = target <= 0 ? 1 : Math.max(1, Math.ceil(target / perLayer));
  return { smallest: Math.min(smallest, largest), largest, fits: count > 0 };
}

/**
 * The same for layers that are not alike, from one layer on: `gibOf(n)` is the memory of the n layers from there, rising in
 * n, and at most `mostLayers` are left.
 */
export function unevenSegmentRange(
  gibOf: (layers: number) => number,
  mostLayers: number,
  capacityGib: number,
  minUtilization: number,
): SegmentRange {
  let fitting = 0;
  while (fitting < mostLayers && gibOf(fitting + 1) <= capacityGib) fitting++;
  const largest = Math.max(1, fitting);
  let smallest = 1;
  while (smallest < largest && gibOf(smallest) < minUtilization * capacityGib) smallest++;
  return { smallest, largest, fits: fitting > 0 };
}
