/** Shares of a GPU class's datasheet rates that kernels reach. */
export interface ClassParameters {
  /** Of the matrix rate, by weight format. */
  readonly compute16: number;
  readonly compute8: number;
  readonly compute4: number;
  /** Of the memory bandwidth when reading weights, by format. */
  readonly read16: number;
  readonly read8: number;
  readonly read4: number;
  /** Of the 16-bit matrix rate, in prefill attention. */
  readonly attentionCompute: number;
  /** Of the memory bandwidth, when reading the KV cache. */
  readonly attentionRead: number;
}

/** How single GPU types differ from their class: factors near 1. */
export interface TypeParameters {
  /** On the matrix rates. */
  readonly typeCompute: number;
  /** On the memory bandwidth. */
  readonly typeRead: number;
}

/** What an engine adds to the kernels, and how well it uses them. */
export interface EngineParameters {
  /** CPU time per step, ms. */
  readonly stepMs: number;
  /** Gaps between the kernels of a layer, us. */
  readonly layerUs: number;
  /** CPU time for each sequence of a step, us. */
  readonly sequenceUs: number;
  /** Least time of a layer without CUDA graphs, us. */
  readonly launchFloorUs: number;
  /** How far the engine fails to share one read of the KV cache among the query heads of a group: 0 shares fully. */
  readonly groupedQueryExponent: number;
  /** Factors on the class's matrix rate, weight reads and KV cache reads. */
  readonly computeFactor: number;
  readonly readFactor: number;
  readonly attentionReadFactor: number;
  /** Request handling before the first token, ms. */
  readonly httpMs: number;
  /** Fixed part of a prompt measured inside the engine, ms. */
  readonly promptMs: number;
  /** Share of a cycle that a long pipeline loses: bubbles, unequal steps, waiting for messages. */
  readonly pipelineLoss: number;
}

/** What is common to all GPUs and engines. */
export interface CommonParameters {
  /** p of (aᵖ + bᵖ)^(1/p), how compute and memory time of a kernel overlap. */
  readonly overlapPower: number;
  /** Tokens' worth of ramp in a matrix multiplication. */
  readonly rampTokens: number;
  /** Prompt tokens at which prefill attention reaches half of its rate. */
  readonly attentionRampTokens: number;
  readonly elementwise: number;
  readonly quantizeActivations: number;
  readonly moeLayerUs: number;
  readonly moeCompute: number;
  readonly moeRead: number;
  readonly dequantize4: number;
  readonly dequantize8: number;
  readonly llamaCppRead4: number;
  readonly llamaCppAttention: number;
  /** llama.cpp on data-centre cards, whose kernels are tuned for consumer cards. */
  readonly llamaCppDataCentre: number;
  /** Share of a sequence's output that holds KV cache blocks on average when they are taken as it grows. */
  readonly pagedOutputShare: number;
  /** Share of one batch's time lost when the last requests of a finite run drain. */
  readonly drainTail: number;
  /** Sequences that a scheduler really keeps running at maximum load. */
  readonly schedulerCap: number;
  /** Exponent of the power rule; no measured row has a card that it slows. */
  readonly powerExponent: number;
  readonly prefillInterference: number;
  readonly burstInterference: number;
  /** Share of prompts that is computed where most of it comes from a prefix cache. */
  readonly cachedPromptShare: number;
  readonly waveRandom: number;
  readonly waveFixed: number;
  readonly waveBurst: number;
  readonly waveExponent: number;
  readonly tokenizeUs: number;
  readonly queueWeight: number;
  /** On everything that collectives take. */
  readonly collectiveFactor: number;
  readonly hopInsideUs: number;
  readonly hopOutsideUs: number;
  readonly ethernetShare: number;
  /** Slopes of the collectives' bandwidth with the number of GPUs. */
  readonly pciePeerSlope: number;
  readonly pcieHostSlope: number;
}

/** Everything the physics needs for one GPU type and one engine. */
export interface Parameters {
  readonly gpu: ClassParameters;
  readonly type: TypeParameters;
  readonly engine: EngineParameters;
  readonly common: CommonParameters;
}

/** Values by full name: "compute16.hopper", "stepMs.vllm", "rampTokens". */
export type ParameterValues = Readonly<Record<string, number>>;
