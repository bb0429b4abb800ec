import { type EngineSettings, longestRequestTokens } from "../../engines/engine-settings.ts";
import { ENGINE_TABLE } from "../../engines/engines.ts";
import { firstThat } from "../../first-that.ts";
import type { Architecture } from "../../model/architecture.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { MemoryBill, SegmentRange } from "../cost-model.ts";
import { BYTES_PER_GIB, type GpuMemory } from "./gpu-memory.ts";
import type { LayerCounts } from "./layer-counts.ts";
import {
  embeddingBytes,
  headBytes,
  heldBytes,
  kvSpaceBytes,
  longestSequenceTokens,
  memoryErrorBytes,
  reserveBytes,
  runtimeBytes,
  type StageContent,
  sequenceKvBytes,
  stageActivations,
  stageWeights,
} from "./memory.ts";
import type { CommonParameters } from "./parameters.ts";

/** Sequences that vLLM's sampler is sized for when nothing is said. Source: vLLM's max_num_seqs on data-centre GPUs. */
const MAX_SEQUENCES = 1024;

/** Sequences that buffers are sized for at least. Source: vLLM's smaller default of max_num_seqs. */
const LEAST_SEQUENCES = 256;

/** What an operating point asks of the memory of any group. */
export class PointMemory {
  /** b: sequences in flight. */
  readonly batch: number;
  /** Sequences that the sampler's buffers are sized for. */
  readonly maxSequences: number;
  /** Tokens of KV cache that a sequence holds on average. */
  readonly heldTokens: number;
  /** Tokens of the longest request that the engine is to take. */
  readonly longestTokens: number;

  constructor(point: OperatingPoint, engine: EngineSettings, common: CommonParameters) {
    this.batch = point.batch;
    this.maxSequences = Math.min(MAX_SEQUENCES, Math.max(point.batch, LEAST_SEQUENCES));
    this.heldTokens = heldTokens(point, engine, common);
    this.longestTokens = longestRequestTokens(engine, point);
  }
}

/** Memory of the stages of one TP group at one operating point. */
export class GroupMemory {
  constructor(
    private readonly architecture: Architecture,
    private readonly tp: number,
    private readonly gpu: GpuMemory,
    private readonly point: PointMemory,
  ) {}

  bill(content: StageContent): MemoryBill {
    const { gpu } = this;
    const weights = stageWeights(gpu, content);
    const activations = this.activations(content);
    const kv = this.neededKvBytes(content);
    const kvSpace = kvSpaceBytes(gpu, weights, activations);
    const sequences = kvSpace / this.sequenceBytes(content);
    return {
      weightsGib: weights / BYTES_PER_GIB,
      kvCacheGib: kv / BYTES_PER_GIB,
      activationsGib: activations / BYTES_PER_GIB,
      runtimeGib: runtimeBytes(gpu) / BYTES_PER_GIB,
      reserveGib: reserveBytes(gpu, weights, activations) / BYTES_PER_GIB,
      totalGib: (heldBytes(gpu, weights, activations) + kv) / BYTES_PER_GIB,
      capacityGib: gpu.capacity / BYTES_PER_GIB,
      embeddingGib: embeddingBytes(gpu, content) / BYTES_PER_GIB,
      lmHeadGib: headBytes(gpu, content) / BYTES_PER_GIB,
      kvCapacityTokens: Math.max(0, Math.floor(sequences * this.point.heldTokens)),
      errorGib: memoryErrorBytes(weights, kvSpace, gpu.settings.traits) / BYTES_PER_GIB,
    };
  }

  /** Sequences whose KV cache fits beside the weights; negative when not even the weights fit. */
  kvSequences(content: StageContent): number {
    return this.kvSpace(content) / this.sequenceBytes(content);
  }

  /** @see CostModel.longestRequestTokens */
  longestRequestTokens(content: StageContent): number | null {
    const kvSpace = this.kvSpace(content);
    if (this.point.batch * this.sequenceBytes(content) > kvSpace) return null;
    return longestSequenceTokens(
      this.architecture,
      content,
      this.tp,
      kvSpace,
      this.gpu.windowSlackTokens,
    );
  }

  /**
   * Memory rises with the layers, so that the range is found by halving. The last stage holds the LM head besides: one layer
   * fewer may still have fitted, more never will.
   * @see CostModel.segmentRange
   */
  segmentRange(
    counts: LayerCounts,
    startLayer: number,
    numLayers: number,
    minUtilization: number,
  ): SegmentRange {
    const contentOf = (index: number): StageContent => counts.content(startLayer, index + 1);
    const largest = firstThat(numLayers - startLayer + 1, (index) => {
      const content = contentOf(index);
      return this.neededKvBytes(content) > this.kvSpace(content);
    });
    if (largest === 0) return { smallest: 1, largest: 1, fits: false };
    const target = minUtilization * this.gpu.capacity;
    const smaller = firstThat(largest - 1, (index) => this.totalBytes(contentOf(index)) >= target);
    return { smallest: smaller + 1, largest, fits: true };
  }

  private totalBytes(content: StageContent): number {
    const weights = stageWeights(this.gpu, content);
    return heldBytes(this.gpu, weights, this.activations(content)) + this.neededKvBytes(content);
  }

  private activations(content: StageContent): number {
    return stageActivations(this.gpu, content, this.point.maxSequences);
  }

  private kvSpace(content: StageContent): number {
    return kvSpaceBytes(this.gpu, stageWeights(this.gpu, content), this.activations(content));
  }

  /**
   * KV cache that has to be there, bytes: that of the sequences of the operating point, or of one request as long as the engine is to
   * take, whichever is more. Engines refuse to start where the longest request does not fit. Sources: vLLM, kv_cache_utils
   * (check_enough_kv_cache_memory) and kv_cache_interface (a layer with a window keeps window − 1 tokens and those of a step).
   */
  private neededKvBytes(content: StageContent): number {
    const served = this.point.batch * this.sequenceBytes(content);
    const isLonger = this.point.longestTokens > this.point.batch * this.point.heldTokens;
    if (!isLonger && !this.gpu.hasWindows) return served;
    const longest = sequenceKvBytes(
      this.architecture,
      content,
      this.tp,
      this.point.longestTokens,
      this.gpu.windowSlackTokens,
    );
    return Math.max(served, longest);
  }

  private sequenceBytes(content: StageContent): number {
    return sequenceKvBytes(this.architecture, content, this.tp, this.point.heldTokens);
  }
}

/**
 * Tokens of KV cache that a running sequence holds on average: S + φ·E[O²]/E[O] with blocks taken as it grows (vLLM), S + O where
 * they are reserved from the start (TensorRT-LLM), or the longest request where that is stated.
 */
function heldTokens(
  { phase, inputTokens, outputTokens, outputMeanSquareTokens }: OperatingPoint,
  { engine, maxModelLenTokens }: EngineSettings,
  { pagedOutputShare }: CommonParameters,
): number {
  if (phase === "prefill" || outputTokens === 0) return inputTokens;
  if (ENGINE_TABLE[engine].memoryRule === "share_of_free") {
    return Math.max(maxModelLenTokens ?? 0, inputTokens + outputTokens);
  }
  const longest = (outputMeanSquareTokens ?? outputTokens ** 2) / outputTokens;
  return inputTokens + pagedOutputShare * longest;
}
