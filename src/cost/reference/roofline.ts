import type { LayerKind, Outline } from "../../model/outline.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { LimitedBy, TimeBill } from "../cost-model.ts";
import type { ReferenceGpu } from "./gpu-table.ts";
import { type KindCount, kvWidth } from "./layers.ts";

/** Work of one layer on one GPU of a TP group. Source: reference model, "Work of one segment". */
interface LayerWork {
  readonly flops: number;
  readonly bytes: number;
}

/** One forward pass as the roofline sees it. */
interface Pass {
  /** m: tokens in the pass. */
  readonly tokens: number;
  /** c: context length that attention sees, tokens. */
  readonly contextTokens: number;
  /** c of the regime test, which ignores the growth of the cache (a quirk of the model). */
  readonly regimeContextTokens: number;
}

function prefillPass(point: OperatingPoint): Pass {
  const { batch, inputTokens } = point;
  return {
    tokens: batch * inputTokens,
    contextTokens: inputTokens,
    regimeContextTokens: inputTokens,
  };
}

/** c = s + (o − 1)/2 when o > 0, else s: the average cache while o tokens are produced. */
function decodePass(point: OperatingPoint): Pass {
  const { batch, inputTokens, outputTokens } = point;
  return {
    tokens: batch,
    contextTokens: outputTokens > 0 ? inputTokens + (outputTokens - 1) / 2 : inputTokens,
    regimeContextTokens: inputTokens,
  };
}

/**
 * FLOPs = 2·m·D·(2D + 2K)/t + 4·m·c·D/t + 6·m·D·F/t;
 * bytes = (2D² + 2DK + 3DF)·e/t + 2·b·c·K·e/t + m·D·e (the last, activations, is not divided by t).
 * A layer with an attention window sees no more context than that.
 */
function layerWork(
  outline: Outline,
  { dHidden: f, numKvHeads, attentionWindowTokens }: LayerKind,
  tp: number,
  batch: number,
  tokens: number,
  fullContextTokens: number,
): LayerWork {
  const { dModel: d, bytesPerElement: e } = outline;
  const k = kvWidth(outline, numKvHeads);
  const contextTokens = Math.min(fullContextTokens, attentionWindowTokens ?? fullContextTokens);
  const flops =
    (2 * tokens * d * (2 * d + 2 * k) + 4 * tokens * contextTokens * d + 6 * tokens * d * f) / tp;
  const weightBytes = ((2 * d * d + 2 * d * k + 3 * d * f) * e) / tp;
  const cacheBytes = (2 * batch * contextTokens * k * e) / tp;
  return { flops, bytes: weightBytes + cacheBytes + tokens * d * e };
}

/** Share lost to tensor parallelism. Source: reference model, "TP overhead". */
function tpOverhead(tp: number): number {
  switch (tp) {
    case 1:
      return 0;
    case 2:
      return 0.05;
    case 4:
      return 0.1;
    case 8:
      return 0.15;
    case 16:
      return 0.2;
    default:
      return 0.25;
  }
}

const MIN_TP_EFFICIENCY = 0.3;

/** B(b): share of the throughput that a batch reaches. Source: reference model. */
function batchEfficiency(batch: number): number {
  if (batch >= 32) return 1;
  if (batch >= 16) return 0.95;
  if (batch >= 8) return 0.9;
  if (batch >= 4) return 0.8;
  if (batch >= 2) return 0.65;
  return 0.5;
}

/** Seconds of one forward pass through a stage, by cause; roofline times include the TP overhead. */
interface PassTime {
  readonly tokens: number;
  readonly computeSeconds: number;
  readonly memorySeconds: number;
  readonly collectiveSeconds: number;
}

/** A stage's layers and what else runs there. */
export interface SegmentWork {
  readonly kinds: readonly KindCount[];
  readonly hasLmHead: boolean;
}

/**
 * For every kind of layer: base = n·FLOPs/(TFLOPS·10¹²·eff) when compute bound, else n·bytes/(GB/s·10⁹·eff), divided by
 * max(0.30, 1 − x); collectives = n·2·m·D·e/(bw·10⁹)·(t − 1)/t.
 */
function passTime(
  outline: Outline,
  gpu: ReferenceGpu,
  tp: number,
  work: SegmentWork,
  groupGBytesPerSecond: number,
  batch: number,
  pass: Pass,
): PassTime {
  const flopsPerSecond = gpu.tflops * 1e12;
  const bytesPerSecond = gpu.memoryGBytesPerSecond * 1e9;
  const overhead = Math.max(MIN_TP_EFFICIENCY, 1 - tpOverhead(tp));
  let computeSeconds = 0;
  let memorySeconds = 0;
  let layers = 0;
  const add = (count: number, regime: LayerWork, real: LayerWork): void => {
    if (regime.flops / regime.bytes > flopsPerSecond / bytesPerSecond) {
      computeSeconds += (count * real.flops) / (flopsPerSecond * gpu.efficiency) / overhead;
    } else {
      memorySeconds += (count * real.bytes) / (bytesPerSecond * gpu.efficiency) / overhead;
    }
  };
  for (const { kind, layers: count } of work.kinds) {
    const workAt = (contextTokens: number): LayerWork =>
      layerWork(outline, kind, tp, batch, pass.tokens, contextTokens);
    const regime = workAt(pass.regimeContextTokens);
    const isSame = pass.contextTokens === pass.regimeContextTokens;
    add(count, regime, isSame ? regime : workAt(pass.contextTokens));
    layers += count;
  }
  if (work.hasLmHead) {
    const head = lmHeadWork(outline, tp, batch);
    add(1, head, head);
  }
  const collectiveSeconds =
    tp === 1
      ? 0
      : ((layers * 2 * pass.tokens * outline.dModel * outline.bytesPerElement) /
          (groupGBytesPerSecond * 1e9)) *
        ((tp - 1) / tp);
  return { tokens: pass.tokens, computeSeconds, memorySeconds, collectiveSeconds };
}

/** Logits of one token a sequence: 2·b·D·V/t FLOPs, (D·V + b·V)·e/t bytes. A linear layer, counted like the others. */
function lmHeadWork(outline: Outline, tp: number, batch: number): LayerWork {
  const { dModel: d, vocabSize: v, bytesPerElement: e } = outline;
  return {
    flops: (2 * batch * d * v) / tp,
    bytes: ((d * v + batch * v) * e) / tp,
  };
}

function secondsOf(time: PassTime): number {
  return time.computeSeconds + time.memorySeconds + time.collectiveSeconds;
}

/** Throughput of a segment and what takes most of its time. */
export interface SegmentRate {
  readonly tokensPerSecond: number;
  readonly limitedBy: LimitedBy;
}

/**
 * tokens/s of a segment on one TP group.
 *
 * prefill and decode: m / (base + collectives) · B(b). aggregated: (s + o) / (s/P + o/Q) · interference, with P the prefill
 * and Q the decode rate. Not multiplied by t: tensor parallelism is not data parallelism.
 */
export function segmentRate(
  outline: Outline,
  gpu: ReferenceGpu,
  tp: number,
  work: SegmentWork,
  groupGBytesPerSecond: number,
  point: OperatingPoint,
  interferenceFactor: number,
): SegmentRate {
  const { batch, inputTokens, outputTokens, phase } = point;
  const time = (pass: Pass): PassTime =>
    passTime(outline, gpu, tp, work, groupGBytesPerSecond, batch, pass);
  const efficiency = batchEfficiency(batch);
  if (phase !== "aggregated") {
    const only = time(phase === "prefill" ? prefillPass(point) : decodePass(point));
    return {
      tokensPerSecond: (only.tokens / secondsOf(only)) * efficiency,
      limitedBy: limit(only, 1, only, 0, efficiency),
    };
  }
  const prefill = time(prefillPass(point));
  const decode = time(decodePass(point));
  const prefillRate = (prefill.tokens / secondsOf(prefill)) * efficiency;
  const decodeRate = (decode.tokens / secondsOf(decode)) * efficiency;
  return {
    tokensPerSecond:
      ((inputTokens + outputTokens) / (inputTokens / prefillRate + outputTokens / decodeRate)) *
      interferenceFactor,
    limitedBy: limit(
      prefill,
      inputTokens / prefill.tokens,
      decode,
      outputTokens / decode.tokens,
      efficiency * interferenceFactor,
    ),
  };
}

/**
 * What 1 / tokens per second of a segment goes into, seconds per token: the times of the passes, and as overhead what B(b) and
 * the interference of prefill and decode add to them. Links are no part of a segment here.
 */
export function segmentTimeBill(
  outline: Outline,
  gpu: ReferenceGpu,
  tp: number,
  work: SegmentWork,
  groupGBytesPerSecond: number,
  point: OperatingPoint,
  interferenceFactor: number,
): TimeBill {
  const { batch, inputTokens, outputTokens, phase } = point;
  const passes: readonly (readonly [pass: Pass, tokens: number])[] = [
    ...(phase === "decode" ? [] : [[prefillPass(point), inputTokens] as const]),
    // A decode without output still produces tokens, one at a time.
    ...(phase === "prefill" ? [] : [[decodePass(point), Math.max(outputTokens, 1)] as const]),
  ];
  const allTokens = passes.reduce((sum, [, tokens]) => sum + tokens, 0);
  let computeSeconds = 0;
  let memorySeconds = 0;
  let collectivesSeconds = 0;
  for (const [pass, tokens] of passes) {
    const time = passTime(outline, gpu, tp, work, groupGBytesPerSecond, batch, pass);
    const times = tokens / allTokens / time.tokens;
    computeSeconds += times * time.computeSeconds;
    memorySeconds += times * time.memorySeconds;
    collectivesSeconds += times * time.collectiveSeconds;
  }
  const passesSeconds = computeSeconds + memorySeconds + collectivesSeconds;
  const efficiency = batchEfficiency(batch) * (phase === "aggregated" ? interferenceFactor : 1);
  return {
    computeSeconds,
    memorySeconds,
    collectivesSeconds,
    linksSeconds: 0,
    overheadSeconds: passesSeconds * (1 / efficiency - 1),
  };
}

/**
 * The cause with the largest time when pass `a` runs `timesA` and pass `b` runs `timesB` times and all of it is slowed down by
 * an efficiency: the largest item of `segmentTimeBill`.
 */
function limit(
  a: PassTime,
  timesA: number,
  b: PassTime,
  timesB: number,
  efficiency: number,
): LimitedBy {
  const collectives = a.collectiveSeconds * timesA + b.collectiveSeconds * timesB;
  const compute = a.computeSeconds * timesA + b.computeSeconds * timesB;
  const memory = a.memorySeconds * timesA + b.memorySeconds * timesB;
  const overhead = (collectives + compute + memory) * (1 / efficiency - 1);
  if (overhead > Math.max(collectives, compute, memory)) return "overhead";
  if (collectives > compute && collectives > memory) return "collectives";
  return compute > memory ? "compute" : "memory_bandwidth";
}
