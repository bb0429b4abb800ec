/** Faults in scoring and checking a placement. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const PLACEMENT_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(
    "src/placement/check-pipeline.ts",
    ["test/placement/sites.test.ts", "test/placement/rules.test.ts"],
    [
      {
        name: "two machines that may stand anywhere are linked",
        find: "!scattered || instances.size < 2",
        replace: "!scattered || instances.size < 3",
      },
      {
        name: "two sites are linked",
        find: "if (sites.length < 2)",
        replace: "if (sites.length < 3)",
      },
      {
        name: "a gap between stages passes",
        find: "if (stage.start_layer !== next)",
        replace: "if (stage.start_layer < next)",
      },
      {
        name: "layers may be left out at the end",
        find: "if (next - 1 !== numLayers)",
        replace: "if (next - 1 > numLayers)",
      },
      {
        name: "one stage more than is allowed",
        find: "if (count >= 1 && count <= max) return;",
        replace: "if (count >= 1 && count <= max + 1) return;",
      },
    ],
  ),
  ...mutantsOf(
    "src/placement/evaluate.ts",
    [
      "test/placement/evaluate.test.ts",
      "test/placement/evaluate-matrix.test.ts",
      "test/placement/latency.test.ts",
    ],
    [
      {
        name: "an instance is paid for by every stage on it",
        find: "if (known) known.gpusUsed += stage.shape.group.gpus;",
        replace: "if (known) rented.set(-1 - rented.size, { ...known });",
      },
      {
        name: "owned instances are paid for",
        find: "instanceMicroUsdPerHour(type, instanceIndex)",
        replace: "type.price.microUsdPerHour",
        tests: ["test/placement", "test/report/owned.test.ts"],
      },
      {
        name: "links do not slow a pipeline",
        find: "Math.min(stage.rate, link.rate)",
        replace: "Math.min(stage.rate, Math.max(stage.rate, link.rate))",
      },
      {
        name: "a link crosses instances where it stays",
        find: "crosses_instances: instanceNumber(source) !== instanceNumber(target)",
        replace: "crosses_instances: source.type !== target.type",
      },
      {
        name: "limits on latency are not looked at",
        find: "problem.totalTokensToProcess) &&\n      meetsLatencyLimits(",
        replace: "problem.totalTokensToProcess) ||\n      meetsLatencyLimits(",
      },
      {
        name: "the pipeline holds what its roomiest stage holds",
        find: "if (kvCapacityTokens < least) least = kvCapacityTokens;",
        replace: "least = kvCapacityTokens;",
        tests: ["test/placement/kv-cache.test.ts"],
      },
    ],
  ),
  ...mutantsOf(
    "src/placement/latency.ts",
    ["test/placement/latency.test.ts"],
    [
      {
        name: "the slowest stage serves one micro-batch",
        find: "Math.max(tpotSeconds, frame.microBatches * slowest)",
        replace: "Math.max(tpotSeconds, slowest)",
      },
      {
        name: "TTFT without its frame",
        find: "frame.ttftSeconds + ttftSeconds",
        replace: "ttftSeconds",
      },
    ],
  ),
  ...mutantsOf(
    "src/placement/limits.ts",
    ["test/placement/limits.test.ts", "test/placement/latency.test.ts"],
    [
      {
        name: "a price of just the budget is too much",
        find: "microUsdPerHour > usdToMicroUsd(limits.maxHourlyCostUsd)",
        replace: "microUsdPerHour >= usdToMicroUsd(limits.maxHourlyCostUsd)",
      },
      {
        name: "the margin of latencies is not kept",
        find: "isWithin(seconds * (1 + latencySafetyMargin), limit)",
        replace: "isWithin(seconds, limit)",
      },
      {
        name: "the least throughput is the most",
        find: "tokensPerSecond >= limits.minTokensPerSecond",
        replace: "tokensPerSecond <= limits.minTokensPerSecond",
      },
      {
        name: "run time in seconds",
        find: "const runtimeHours = totalTokensToProcess / tokensPerHour;",
        replace: "const runtimeHours = totalTokensToProcess / tokensPerSecond;",
      },
    ],
  ),
  ...mutantsOf(
    "src/placement/assign-gpus.ts",
    ["test/placement/gpu-ids.test.ts", "test/placement/rules.test.ts"],
    [
      {
        name: "two stages on one GPU",
        find: "for (const id of ids) usedGpus.add(base + id);",
        replace: "",
      },
      {
        name: "GPUs of other instances are taken for used",
        find: "if (!usedGpus.has(base + id)) free.push(id);",
        replace: "if (!usedGpus.has(id)) free.push(id);",
      },
    ],
  ),
  ...mutantsOf(
    "src/placement/longest-request.ts",
    ["test/placement/longest-request.test.ts"],
    [
      {
        name: "the cache has to hold more than the longest request",
        find: "holds !== null && holds < longest",
        replace: "holds !== null && holds <= longest",
      },
      {
        name: "a pipeline holds what its first stage holds",
        find: "least = Math.min(least, holds);",
        replace: "if (least === Number.POSITIVE_INFINITY) least = holds;",
      },
    ],
  ),
  ...mutantsOf(
    "src/placement/segment-sizes.ts",
    ["test/placement/segment-sizes.test.ts"],
    [
      {
        name: "powers of two from 2 on",
        find: "size >= 4 && Number.isInteger",
        replace: "size >= 2 && Number.isInteger",
      },
      {
        name: "the least size of a long pipeline rounded down",
        find: "Math.ceil(numLayers / rules.maxPipelineStages)",
        replace: "Math.floor(numLayers / rules.maxPipelineStages)",
      },
    ],
  ),
  ...mutantsOf(
    "src/hardware/network.ts",
    ["test/hardware/network.test.ts", "test/placement/evaluate-matrix.test.ts"],
    [
      {
        name: "machines that may stand anywhere have a link",
        find: "if (source.instance.isScattered || target.instance.isScattered) return 0;",
        replace: "",
      },
      {
        name: "a pair is as fast as its faster end",
        find: "return Math.min(\n    externalShareGBytesPerSecond(source.instance)",
        replace: "return Math.max(\n    externalShareGBytesPerSecond(source.instance)",
      },
      {
        name: "a group is as fast as its last pair",
        find: "if (bandwidth < smallest) smallest = bandwidth;",
        replace: "smallest = bandwidth;",
      },
    ],
  ),
  ...mutantsOf(
    "src/hardware/instance.ts",
    ["test/hardware/serving-key.test.ts", "test/cost/same-name.test.ts"],
    [
      {
        name: "machines of different memory serve alike",
        find: "      instance.gpuMemoryGib,\n",
        replace: "",
      },
    ],
  ),
];
