import { type EngineSettings, longestRequestTokens } from "../../engines/engine-settings.ts";
import { ENGINE_TABLE } from "../../engines/engines.ts";
import type { GpuSpec } from "../../hardware/gpu-specs.ts";
import type { Architecture } from "../../model/architecture.ts";
import type { Layout } from "../../model/layout.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { MemoryBill, SegmentRange } from "../cost-model.ts";
import type { LayerCounts } from "./layer-counts.ts";
import {
  BYTES_PER_GIB,
  longestSequenceTokens,
  type MemorySettings,
  memoryErrorBytes,
  type StageContent,
  type StaticMemory,
  sequenceKvBytes,
  staticMemory,
} from "./memory.ts";
import type { CommonParameters } from "./parameters.ts";

/** Sequences that vLLM's sampler is sized for when nothing is said. Source: vLLM's max_num_seqs on data-centre GPUs. */
const MAX_SEQUENCES = 1024;

/** Memory of the stages of one TP group at one operating point. */
export class GroupMemory {
  private readonly settings: MemorySettings;
  /** Tokens of KV cache that a sequence holds on average. */
  private readonly heldTokens: number;
  /** Tokens of the longest request that the engine is to take. */
  private readonly longestTokens: number;
  /** What a layer with a window keeps of the longest request beyond the window, tokens. */
  private readonly windowSlackTokens: number;
  private readonly hasWindows: boolean;
  private readonly capacityBytes: number;

  constructor(
    private readonly architecture: Architecture,
    private readonly gpu: GpuSpec,
    private readonly layout: Layout,
    private readonly point: OperatingPoint,
    engine: EngineSettings,
    common: CommonParameters,
  ) {
    const traits = ENGINE_TABLE[engine.engine];
    this.settings = {
      traits,
      utilization: engine.gpuMemoryUtilization,
      maxBatchedTokens: engine.maxBatchedTokens,
      maxSequences: Math.min(MAX_SEQUENCES, Math.max(point.batch, LEAST_SEQUENCES)),
    };
    this.heldTokens = heldTokens(point, engine, common);
    this.longestTokens = longestRequestTokens(engine, point);
    this.windowSlackTokens =
      traits.memoryRule === "share_of_total" ? engine.maxBatchedTokens - 1 : 0;
    this.hasWindows = architecture.kinds.some(({ attention }) => attention.windowTokens !== null);
    this.capacityBytes = gpu.usableMemoryGib * BYTES_PER_GIB;
  }

  bill(content: StageContent): MemoryBill {
    const fixed = this.fixed(content);
    const kv = this.neededKvBytes(content);
    const total = fixed.weights + fixed.activations + fixed.runtime + fixed.reserve + kv;
    return {
      weightsGib: fixed.weights / BYTES_PER_GIB,
      kvCacheGib: kv / BYTES_PER_GIB,
      activationsGib: fixed.activations / BYTES_PER_GIB,
      runtimeGib: fixed.runtime / BYTES_PER_GIB,
      reserveGib: fixed.reserve / BYTES_PER_GIB,
      totalGib: total / BYTES_PER_GIB,
      capacityGib: this.capacityBytes / BYTES_PER_GIB,
      embeddingGib: fixed.embedding / BYTES_PER_GIB,
      lmHeadGib: fixed.head / BYTES_PER_GIB,
      kvCapacityTokens: Math.max(
        0,
        Math.floor(this.kvSequencesOf(fixed, content) * this.heldTokens),
      ),
      errorGib: memoryErrorBytes(fixed, this.settings.traits) / BYTES_PER_GIB,
    };
  }

  /** Sequences whose KV cache fits beside the weights; negative when not even the weights fit. */
  kvSequences(content: StageContent): number {
    return this.kvSequencesOf(this.fixed(content), content);
  }

  /** @see CostModel.longestRequestTokens */
  longestRequestTokens(content: StageContent): number | null {
    const { kvSpace } = this.fixed(content);
    if (this.point.batch * this.sequenceBytes(content) > kvSpace) return null;
    return longestSequenceTokens(
      this.architecture,
      content,
      this.layout.tp,
      kvSpace,
      this.windowSlackTokens,
    );
  }

  /** @see CostModel.segmentRange */
  segmentRange(
    counts: LayerCounts,
    startLayer: number,
    numLayers: number,
    minUtilization: number,
  ): SegmentRange {
    const most = numLayers - startLayer + 1;
    const target = minUtilization * this.capacityBytes;
    let largest = 0;
    let smallest = 0;
    for (let layers = 1; layers <= most; layers++) {
      const content = counts.content(startLayer, layers);
      const fixed = this.fixed(content);
      const kv = this.neededKvBytes(content);
      if (kv > fixed.kvSpace) {
        // The last stage holds the LM head besides: one layer fewer may still have fitted, more never will.
        break;
      }
      largest = layers;
      const total = fixed.weights + fixed.activations + fixed.runtime + fixed.reserve + kv;
      if (smallest === 0 && total >= target) smallest = layers;
    }
    if (largest === 0) return { smallest: 1, largest: 1, fits: false };
    return { smallest: smallest === 0 ? largest : smallest, largest, fits: true };
  }

  private fixed(content: StageContent): StaticMemory {
    return staticMemory(this.architecture, content, this.gpu, this.layout, this.settings);
  }

  /**
   * KV cache that has to be there, bytes: that of the sequences of the operating point, or of one request as long as the engine is to
   * take, whichever is more. Engines refuse to start where the longest request does not fit. Sources: vLLM, kv_cache_utils
   * (check_enough_kv_cache_memory) and kv_cache_interface (a layer with a window keeps window − 1 tokens and those of a step).
   */
  private neededKvBytes(content: StageContent): number {
    const served = this.point.batch * this.sequenceBytes(content);
    const isLonger = this.longestTokens > this.point.batch * this.heldTokens;
    if (!isLonger && !this.hasWindows) return served;
    const longest = sequenceKvBytes(
      this.architecture,
      content,
      this.layout.tp,
      this.longestTokens,
      this.windowSlackTokens,
    );
    return Math.max(served, longest);
  }

  private sequenceBytes(content: StageContent): number {
    return sequenceKvBytes(this.architecture, content, this.layout.tp, this.heldTokens);
  }

  private kvSequencesOf({ kvSpace }: StaticMemory, content: StageContent): number {
    return kvSpace / this.sequenceBytes(content);
  }
}

/** Sequences that buffers are sized for at least. Source: vLLM's smaller default of max_num_seqs. */
const LEAST_SEQUENCES = 256;

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
