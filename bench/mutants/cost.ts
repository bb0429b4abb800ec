/** Faults in what the cost models predict. */
import { type Mutant, mutantsOf } from "./mutant.ts";

const BY_HAND = "test/cost/calibrated-by-hand.test.ts";
const KERNELS = "test/cost/calibrated-kernels-by-hand.test.ts";
const MEMORY = ["test/cost/calibrated-memory.test.ts", BY_HAND];

export const COST_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(
    "src/cost/calibrated/composition.ts",
    [BY_HAND, "test/cost/calibrated-in-flight.test.ts", "test/cost/calibrated-invariants.test.ts"],
    [
      { name: "TTFT without the step under way", find: "    decodeSeconds / 2 +\n", replace: "" },
      { name: "TTFT without the queue", find: "(queue * mixedSeconds) / 2", replace: "0 * queue" },
      {
        name: "the queue holds the request itself",
        find: "* (others / Math.max(terms.running, 1))",
        replace: "",
      },
      {
        name: "a prompt of several steps pays one",
        find: "Math.ceil(S / steps.promptTokens - 1e-9)",
        replace: "Math.min(1, S / steps.promptTokens)",
      },
      {
        name: "TTFT below what Little's law asks",
        find: "ttftSeconds: Math.max(ttftSeconds, cycle * terms.bubble - O * tpotSeconds)",
        replace: "ttftSeconds",
      },
      {
        name: "TPOT forgets that its own prompt is no other's",
        find: "- O * decode - own) / O",
        replace: "- O * decode - 0 * own) / O",
      },
      {
        name: "all steps decode, those with prompts besides",
        find: "decodeSteps: Math.max(O - promptSteps, 0)",
        replace: "decodeSteps: O",
      },
      {
        name: "context of a decoding sequence is all of its output",
        find: "outputMeanSquareTokens / (2 * outputTokens)",
        replace: "outputMeanSquareTokens / outputTokens",
      },
      {
        name: "a step takes more prompt tokens than a chunk",
        find: "merged * Math.min(S, chunkTokens)",
        replace: "merged * S",
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/calibrated/pipeline-steps.ts",
    [KERNELS, BY_HAND, "test/cost/calibrated-in-flight.test.ts"],
    [
      {
        name: "every stage runs the whole batch",
        find: "return Math.max(1, batch / stages);",
        replace: "return Math.max(1, batch / Math.min(1, stages));",
      },
      {
        name: "the loss of a pipeline counts every stage",
        find: "(engine.pipelineLoss * (stages - 1)) / stages",
        replace: "engine.pipelineLoss * (stages - 1)",
      },
      {
        name: "tokens of a decoding pipeline include its prompts",
        find: '(point.phase === "decode" ? 0 : inputTokens)',
        replace: "inputTokens",
      },
      {
        name: "a step's messages carry no decoded tokens",
        find: "steps.promptTokens + steps.mixed.decodeTokens;",
        replace: "steps.promptTokens;",
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/calibrated/group-hardware.ts",
    [KERNELS],
    [
      {
        name: "a message leaves over the network of the whole instance",
        find: "externalShareGBytesPerSecond(instance) * group.gpus",
        replace: "externalShareGBytesPerSecond(instance) * instance.gpuCount",
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/calibrated/rates.ts",
    [BY_HAND],
    [
      {
        name: "MXFP4 read like FP8",
        find: "dequantize4;\n      ffnRead = bandwidth * share.read4;",
        replace: "dequantize4;\n      ffnRead = bandwidth * share.read8;",
      },
      {
        name: "a stronger card than its class's is sped up",
        find: "Math.min(1, ratio) ** exponent",
        replace: "ratio ** exponent",
      },
      {
        name: "the LM head is multiplied in the weights' format",
        find: "headFlops: flops16",
        replace: "headFlops: linearFlops",
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/calibrated/layer-time.ts",
    [KERNELS, "test/cost/calibrated-kernels.test.ts", "test/cost/calibrated-shipped.test.ts"],
    [
      {
        name: "one all-reduce a layer",
        find: "? 2 * work.collectives.allReduceSeconds",
        replace: "? work.collectives.allReduceSeconds",
      },
      {
        name: "windows are looked beyond",
        find: "windowTokens === null ? contextTokens : Math.min(contextTokens, windowTokens)",
        replace: "windowTokens === null ? contextTokens : Math.max(contextTokens, windowTokens)",
      },
      {
        name: "every expert is read in every step",
        find: "experts * (1 - (1 - expertsPerToken / experts) ** tokens)",
        replace: "experts",
      },
      {
        name: "a prompt attends to all of itself",
        find: "seenContext(promptLength / 2, work.windowTokens)",
        replace: "seenContext(promptLength, work.windowTokens)",
      },
    ],
  ),
  ...mutantsOf("src/cost/calibrated/memory.ts", MEMORY, [
    {
      name: "no buffers of the sampler",
      find: "Math.max(memory.forward, sampler)",
      replace: "Math.max(memory.forward, 0 * sampler)",
    },
    {
      name: "tied embeddings are kept twice",
      find: "hasHead && !sharesEmbedding",
      replace: "hasHead && (!sharesEmbedding || true)",
    },
    {
      name: "windowed layers keep all tokens",
      find: "Math.min(tokens, windowTokens + windowSlackTokens)",
      replace: "tokens",
    },
    {
      name: "TensorRT-LLM's share is one of all memory",
      find: "return settings.utilization * (capacity - weights - activations - runtime);",
      replace: "return settings.utilization * capacity - weights - activations - runtime;",
    },
  ]),
  ...mutantsOf("src/cost/calibrated/gpu-memory.ts", MEMORY, [
    {
      name: "shared experts of a layer are free",
      find: " + kind.sharedFfnWidth * attentionBytes)",
      replace: ")",
    },
  ]),
  ...mutantsOf(
    "src/cost/calibrated/group-memory.ts",
    [...MEMORY, "test/placement/longest-request.test.ts"],
    [
      {
        name: "the KV cache of the longest request is not asked for",
        find: "return Math.max(served, longest);",
        replace: "return Math.max(served, 0 * longest);",
      },
      {
        name: "TensorRT-LLM's sequences grow as vLLM's",
        find: "return Math.max(maxModelLenTokens ?? 0, inputTokens + outputTokens);",
        replace: "return Math.max(maxModelLenTokens ?? 0, inputTokens);",
      },
      {
        name: "the smallest size with enough utilisation is the largest with too little",
        find: "this.totalBytes(contentOf(index)) >= target",
        replace: "this.totalBytes(contentOf(index + 1)) >= target",
        tests: ["test/cost/calibrated-invariants.test.ts"],
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/calibrated/calibrated-model.ts",
    ["test/cost/same-name.test.ts", "test/cost/axioms.test.ts"],
    [
      {
        name: "as many micro-batches as stages, however few sequences there are",
        find: "microBatches: Math.min(point.batch, stages)",
        replace: "microBatches: stages",
        tests: [KERNELS],
      },
      {
        name: "decoding has a TTFT",
        find: 'point.phase === "decode"\n            ? null',
        replace: 'point.phase === "decode"\n            ? 0',
        tests: [KERNELS],
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/calibrated/machines.ts",
    [KERNELS],
    [
      {
        name: "groups are remembered whatever their bandwidth",
        find: "const { gBytesPerSecond } = group;",
        replace: "const gBytesPerSecond = 1;",
      },
      {
        name: "machines are told apart by name",
        find: "const key = servingKey(instance);",
        replace: "const key = instance.name;",
        tests: ["test/cost/same-name.test.ts"],
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/calibrated/known-points.ts",
    [KERNELS],
    [
      {
        name: "group times are those of one stage whatever the number of stages",
        find: "const { groups, steps } = this.pipeline(point, stages);",
        replace: "const { groups, steps } = this.pipeline(point, 1);",
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/calibrated/collectives.ts",
    [KERNELS, "test/cost/calibrated-shipped.test.ts"],
    [
      {
        name: "a group alone on its host's bridge",
        find: "Math.max(gpus, Math.min(busyGpus, GPUS_PER_BRIDGE))",
        replace: "gpus",
      },
      {
        name: "an all-reduce sends every byte once",
        find: "(2 * (gpus - 1)) / gpus / bandwidth",
        replace: "(gpus - 1) / gpus / bandwidth",
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/calibrated/hop.ts",
    [KERNELS, "test/placement/next-stage.test.ts"],
    [
      {
        name: "a message inside is as fast as NVLink on any machine",
        find: "Math.min(most, insideGBytesPerSecond)",
        replace: "most",
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/reference/memory.ts",
    ["test/cost/memory.test.ts", "test/cost/uneven-layers.test.ts"],
    [
      {
        name: "a stage fits only where memory is left over",
        find: "(count + 1) * perLayer + activations <= capacityGib",
        replace: "(count + 1) * perLayer + activations < capacityGib",
      },
      {
        name: "decoding keeps no KV cache of its output",
        find: "inputTokens + Math.max(outputTokens, 0)",
        replace: "inputTokens",
      },
      {
        name: "the smallest size is rounded down",
        find: "Math.ceil(target / perLayer)",
        replace: "Math.floor(target / perLayer)",
      },
    ],
  ),
  ...mutantsOf(
    "src/hardware/gpu-specs.ts",
    ["test/cost/same-name.test.ts"],
    [
      {
        name: "any card has the factors of the shipped one of its name",
        find: "<= ROUNDED * known[figure]",
        replace: "<= known[figure]",
      },
    ],
  ),
  ...mutantsOf(
    "src/cost/reference/reference-model.ts",
    ["test/cost/link-and-pipeline.test.ts"],
    [
      {
        name: "micro-batches rounded up",
        find: "Math.floor(point.batch / factors.microBatchSize)",
        replace: "Math.ceil(point.batch / factors.microBatchSize)",
      },
      {
        name: "a link is as fast as its target's group lets it be, its source's aside",
        find: "Math.min(groupShare(source), pairGBytesPerSecond, groupShare(target))",
        replace: "Math.min(pairGBytesPerSecond, groupShare(target))",
      },
    ],
  ),
];
