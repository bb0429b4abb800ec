import { HIDDEN_BYTES } from "./hop.ts";
import type { HeadWork, LayerWork } from "./layer-work.ts";

/** What one step does. A step carries decoding sequences, prompt tokens, or both. */
export interface StepLoad {
  /** Md: decoding sequences, one token each. */
  readonly decodeTokens: number;
  /** x: mean tokens of context of a decoding sequence. */
  readonly contextTokens: number;
  /** Mp: prompt tokens. */
  readonly promptTokens: number;
  /** S: tokens of the prompts that the prompt tokens belong to. */
  readonly promptLength: number;
  /** Sequences that need logits. */
  readonly logitSequences: number;
}

/** The kernels of one layer, seconds; where compute and memory overlap, by what each alone would take. */
export interface LayerKernels {
  readonly linearCompute: number;
  readonly linearMemory: number;
  readonly ffnCompute: number;
  readonly ffnMemory: number;
  readonly kvCompute: number;
  readonly kvMemory: number;
  readonly prefillAttention: number;
  readonly elementwise: number;
  readonly gaps: number;
  readonly collectives: number;
}

/** The kernels of the LM head, seconds: its matrix by what compute and memory alone would take, sampling, gathering logits. */
export interface HeadKernels {
  readonly compute: number;
  readonly memory: number;
  readonly sampling: number;
  readonly gather: number;
}

/** (aᵖ + bᵖ)^(1/p): two resources that overlap almost fully. */
export function overlap(a: number, b: number, p: number): number {
  if (a === 0) return b;
  if (b === 0) return a;
  const large = Math.max(a, b);
  const ratio = Math.min(a, b) / large;
  return large * (1 + ratio ** p) ** (1 / p);
}

/** Expected distinct experts that M tokens touch when each picks k of E alike: E·(1 − (1 − k/E)^M). */
function distinctExperts(
  { experts, expertsPerToken }: Pick<LayerWork, "experts" | "expertsPerToken">,
  tokens: number,
): number {
  if (experts === 0) return 1;
  return experts * (1 - (1 - expertsPerToken / experts) ** tokens);
}

/** Context that attention sees on average where it looks back at most `windowTokens`. */
function seenContext(contextTokens: number, windowTokens: number | null): number {
  return windowTokens === null ? contextTokens : Math.min(contextTokens, windowTokens);
}

/**
 * Time of one decoder layer on one GPU of a TP group, seconds. Each kernel is a smooth maximum of its compute time and its
 * memory time, (aᵖ + bᵖ)^(1/p).
 */
export function layerSeconds(work: LayerWork, load: StepLoad): number {
  const k = layerKernels(work, load);
  const p = work.overlapPower;
  return (
    overlap(k.linearCompute, k.linearMemory, p) +
    overlap(k.ffnCompute, k.ffnMemory, p) +
    overlap(k.kvCompute, k.kvMemory, p) +
    k.prefillAttention +
    k.elementwise +
    k.gaps +
    k.collectives
  );
}

/**
 * The kernels of one decoder layer: attention linears, feed-forward network, decode attention, prefill attention,
 * element-wise kernels, two all-reduces, launch gaps, with a ramp of M0 tokens on compute.
 */
export function layerKernels(work: LayerWork, load: StepLoad): LayerKernels {
  const { decodeTokens, promptTokens, promptLength } = load;
  const tokens = decodeTokens + promptTokens;
  const ramped = tokens + work.rampTokens;
  const distinct = distinctExperts(work, tokens);
  const decodeContext = seenContext(load.contextTokens, work.windowTokens);
  const promptContext = seenContext(promptLength / 2, work.windowTokens);
  return {
    linearCompute: (work.linearFlops * ramped) / work.linearFlopsPerSecond,
    linearMemory: work.linearReadSeconds,
    ffnCompute:
      (work.expertFlops * (tokens * work.activeExperts + distinct * work.rampTokens)) /
        work.expertFlopsPerSecond +
      (work.sharedFlops * ramped) / work.sharedFlopsPerSecond,
    ffnMemory:
      (work.expertElements * distinct * work.expertElementBytes) / work.expertBytesPerSecond +
      work.sharedReadSeconds,
    kvCompute:
      (decodeTokens * decodeContext * work.queryHeads * 2 * work.absorbedWidth) /
      work.prefillFlopsPerSecond,
    kvMemory:
      (decodeTokens * decodeContext * work.kvElements * work.kvBytes * work.kvReads) /
      work.kvBytesPerSecond,
    prefillAttention:
      promptTokens === 0
        ? 0
        : (work.prefillFlops * promptTokens * promptContext) /
          (work.prefillFlopsPerSecond * (promptLength / (promptLength + work.attentionRampTokens))),
    elementwise: (work.elementwiseFactor * tokens * work.elements) / work.elementwiseBytesPerSecond,
    gaps: work.gapsSeconds,
    collectives: work.collectives
      ? 2 * work.collectives.allReduceSeconds(tokens * work.hidden * HIDDEN_BYTES)
      : 0,
  };
}

/** Time of the LM head, seconds. */
export function headSeconds(work: HeadWork, sequences: number): number {
  const { compute, memory, sampling, gather } = headKernels(work, sequences);
  return overlap(compute, memory, work.overlapPower) + sampling + gather;
}

/** The kernels of the LM head: the matrix, sampling, and gathering logits over the TP group. */
export function headKernels(work: HeadWork, sequences: number): HeadKernels {
  const { collectives } = work;
  return {
    compute: (work.flops * (sequences + work.rampTokens)) / work.flopsPerSecond,
    memory: work.readSeconds,
    sampling: (work.samplingBytes * sequences) / work.samplingBytesPerSecond,
    gather: collectives
      ? (work.gatheredBytes * sequences) / collectives.bytesPerSecond + collectives.latencySeconds
      : 0,
  };
}
