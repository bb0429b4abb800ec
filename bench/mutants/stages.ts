/** Faults in what stages, instances, bounds and explanations the search has. */
import { type Mutant, mutantsOf } from "./mutant.ts";

const COVERS = "test/solver/bounds/cover-bounds.test.ts";
const BOUNDS = [
  COVERS,
  "test/solver/bounds/leaving-stages.test.ts",
  "test/solver/bounds/knapsack-bound.test.ts",
  "test/oracle/founding.test.ts",
  "test/oracle/solve-random.test.ts",
];
const EXPLAIN = ["test/solver/explain/explain.test.ts", "test/solver/explain/way-out.test.ts"];

export const STAGE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(
    "src/solver/instances/sites.ts",
    ["test/solver/instances/sites.test.ts"],
    [
      {
        name: "a site with fewer instances dominates another",
        find: " &&\n        other.instances.length >= instanceClass.instances.length",
        replace: "",
      },
      {
        name: "a dearer site dominates another",
        find: "        other.microUsdPerHour <= instanceClass.microUsdPerHour &&\n",
        replace: "",
      },
      {
        name: "of equal sites none is kept",
        find: "(position < index || !covers(bySite[index]!, other))",
        replace: "true",
      },
      {
        name: "limits on types tell no sites apart",
        find: "    request.maxRentedByType.size > 0 ||\n",
        replace: "",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/instances/packing.ts",
    ["test/solver/instances/packing.test.ts"],
    [
      {
        name: "degrees that do not divide each other pack like those that do",
        find: "t % tpDegrees[i - 1]! === 0",
        replace: "t >= tpDegrees[i - 1]!",
      },
      {
        name: "a limit on stages is not looked at",
        find: "maxStages < Math.floor(gpuCount / tpDegrees[0]!)",
        replace: "maxStages < 0",
      },
      {
        name: "GPUs that no group can use are used",
        find: "const here = Math.floor(gpuCount / t) * t;",
        replace: "const here = gpuCount;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/instances/derived-instances.ts",
    ["test/solver/instances/owned.test.ts", "test/solver/explain/owned-price.test.ts"],
    [
      {
        name: "owned instances cost as much as rented ones",
        find: "(index) => instanceMicroUsdPerHour(type, index)",
        replace:
          "(index) => index < 0 ? instanceMicroUsdPerHour(type, index) : type.price.microUsdPerHour",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/instances/instance-classes.ts",
    ["test/solver/instances/instance-classes.test.ts"],
    [
      {
        name: "a limit on the TP degree of a type is not looked at",
        find: "request.maxTpByType.get(type.instance.name) ?? Number.POSITIVE_INFINITY",
        replace: "Number.POSITIVE_INFINITY",
      },
      {
        name: "excluded types are used",
        find: "    !request.excludeTypes.includes(name)\n",
        replace: "    !request.excludeTypes.includes(name + '!')\n",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/instances/bandwidth-percentile.ts",
    ["test/solver/instances/bandwidth-percentile.test.ts"],
    [
      {
        name: "the percentile is one too low",
        find: "below > quantile * total",
        replace: "below >= quantile * total",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/instances/partitions.ts",
    ["test/oracle/matrix.test.ts"],
    [
      {
        name: "a partition is dropped for one with a slower group",
        find: "return a.every((group, i) => group.groupGBytesPerSecond >= b[i]!.groupGBytesPerSecond);",
        replace:
          "return a.some((group, i) => group.groupGBytesPerSecond >= b[i]!.groupGBytesPerSecond);",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/stages/candidates-at-rate.ts",
    ["test/solver/stages/candidates-at-rate.test.ts", "test/oracle/founding.test.ts"],
    [
      {
        name: "an instance without neighbours holds a stage too many",
        find: "neighbours ? stages : Math.ceil(stages / 2)",
        replace: "neighbours ? stages : Math.floor(stages / 2) + 1",
      },
      {
        name: "an instance without neighbours holds a stage too few",
        find: "neighbours ? stages : Math.ceil(stages / 2)",
        replace: "neighbours ? stages : Math.floor(stages / 2)",
      },
      {
        name: "groups too slow for links are kept",
        find: "if (linked && option.endRate < minRate) continue;",
        replace: "",
      },
      {
        name: "links inside are fast enough at any rate",
        find: "inside: source.insideRate >= minRate,",
        replace: "inside: true,",
      },
      {
        name: "links outside are fast enough at any rate",
        find: "source.outsideRate >= minRate &&",
        replace: "source.outsideRate >= 0 &&",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/stages/latency-budget.ts",
    ["test/solver/stages/runs-of-layers.test.ts", "test/solver/stages/latency.test.ts"],
    [
      {
        name: "the budget keeps no margin",
        find: "(limit * (1 + ROUNDING)) / (1 + latencySafetyMargin) - frameSeconds",
        replace: "limit * (1 + ROUNDING) - frameSeconds",
      },
      {
        name: "the budget forgets the frame",
        find: "/ (1 + latencySafetyMargin) - frameSeconds",
        replace: "/ (1 + latencySafetyMargin) - 0 * frameSeconds",
      },
      {
        name: "a stage may take all of the TPOT",
        find: "tpotSeconds / Math.max(1, frame.microBatches)",
        replace: "tpotSeconds",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/stages/size-rates.ts",
    ["test/solver/stages/runs-of-layers.test.ts"],
    [
      {
        name: "a size of just the rate is too slow",
        find: "rates[middle]! >= minRate",
        replace: "rates[middle]! > minRate",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/stages/starts-at-rate.ts",
    ["test/solver/stages/runs-of-layers.test.ts"],
    [
      {
        name: "the last of two stages is a middle one",
        find: 'return stage === stages - 1 ? "last" : "middle";',
        replace: 'return stage === stages ? "last" : "middle";',
      },
      {
        name: "an inner stage ends the model",
        find: "filter((size) => size < rest)",
        replace: "filter((size) => size <= rest)",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/stages/table-cache.ts",
    ["test/solver/stages/runs-of-layers.test.ts"],
    [
      {
        name: "tables are remembered whatever the point",
        find: "      pointKey(point),\n",
        replace: "",
      },
      {
        name: "tables are remembered whatever the number of stages",
        find: "      pipelineStages,\n      problem.rules",
        replace: "      problem.rules",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/stages/layer-windows.ts",
    ["test/solver/stages/starts.test.ts"],
    [
      {
        name: "runs of other kinds are alike",
        find: "if (other.length >= layers) return other.before;",
        replace: "if (other.length >= layers - 1) return other.before;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/stages/tabulate.ts",
    ["test/solver/stages/starts.test.ts", "test/oracle/longest-request.test.ts"],
    [
      {
        name: "the model is cut where it may not be",
        find: 'if (here === "fits" && cuts[before + size])',
        replace: 'if (here === "fits")',
      },
      {
        name: "the stage that ends the model sends to another instance",
        find: 'before + layers === this.numLayers ? "none" : this.next',
        replace: "this.next",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/stages/start-table.ts",
    ["test/solver/stages/runs-of-layers.test.ts"],
    [
      {
        name: "the envelope is that of the slowest start",
        find: "if (rates[i]! > fastest[size]!) fastest[size] = rates[i]!;",
        replace:
          "if (fastest[size] === 0 || rates[i]! < fastest[size]!) fastest[size] = rates[i]!;",
      },
    ],
  ),
  ...mutantsOf("src/solver/bounds/knapsack-bound.ts", BOUNDS, [
    {
      name: "the most instances are not counted",
      find: "const counted = mostInstances < maxStages ? mostInstances : 0;",
      replace: "const counted = 0 * mostInstances;",
    },
    {
      name: "what a plan with a class costs at least is without its instance",
      find: "return cost + rest;",
      replace: "return rest;",
      tests: [COVERS],
    },
  ]),
  ...mutantsOf("src/solver/bounds/instance-capacity.ts", BOUNDS, [
    {
      name: "what leaves an instance holds as much as what stays",
      find: "let layers = -Math.min(...less);",
      replace: "let layers = -Math.max(...less);",
    },
  ]),
  ...mutantsOf(
    "src/solver/bounds/cover-row.ts",
    [COVERS],
    [
      {
        name: "what an instance holds alone costs nothing less",
        find: "for (let l = most; l >= 0 && alone < cells[to + l]!; l--) {",
        replace: "for (let l = most - 1; l >= 0 && alone < cells[to + l]!; l--) {",
      },
      {
        name: "a row that is as cheap somewhere is passed over",
        find: "cells[to + width - 1]!)) return false;",
        replace: "cells[to]!)) return false;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/bounds/cover-table.ts",
    [COVERS],
    [
      {
        name: "one instance fewer than there are",
        find: "const most = Math.min(copies, counted || maxStages);",
        replace: "const most = Math.min(copies - 1, counted || maxStages);",
      },
      {
        name: "a class is left out for one instance too few",
        find: "if (better < mostInstances) kept.push(one);",
        replace: "if (better < mostInstances - 1) kept.push(one);",
      },
      {
        name: "a class is left out for one that holds less",
        find: "if (better[k]! < worse[k]!) return false;",
        replace: "",
      },
      {
        name: "an instance more than are allowed, beside another",
        find: "this.counted === 0 ? 0 : this.counted - 1",
        replace: "this.counted",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/bounds/demands.ts",
    ["test/solver/search/stage-tables.test.ts"],
    [
      {
        name: "layers of a weight are rounded down",
        find: "Math.ceil(heaviestAnywhere(each, starts) * WEIGHT_STEPS)",
        replace: "Math.floor(heaviestAnywhere(each, starts) * WEIGHT_STEPS)",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/bounds/latency-bound.ts",
    ["test/solver/stages/latency.test.ts", "test/oracle/serving.test.ts"],
    [
      {
        name: "the least latency is the largest",
        find: "if (seconds < list[size]!) list[size] = seconds;",
        replace:
          "if (list[size] === Number.POSITIVE_INFINITY || seconds > list[size]!) list[size] = seconds;",
      },
      {
        name: "what a stage holds of a latency is rounded down",
        find: "Math.ceil(most / perStep) + 1",
        replace: "Math.floor(most / perStep)",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/bounds/lower-hull.ts",
    ["test/solver/bounds/lower-hull.test.ts"],
    [
      {
        name: "a facet above some point",
        find: "Math.min(...hull.map(([n, t]) => t - perLayer * n))",
        replace: "Math.max(...hull.map(([n, t]) => t - perLayer * n))",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/even-splits/split-types.ts",
    ["test/solver/even-splits/even-splits.test.ts"],
    [
      {
        name: "types of other counts stand for each other",
        find: "{count} $",
        replace: "{0 * count} $",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/even-splits/split-score.ts",
    ["test/solver/even-splits/even-splits.test.ts"],
    [
      {
        name: "a split that costs nothing is compared by the price of its tokens",
        find: "const isFree = a.cost_per_hour === 0 && b.cost_per_hour === 0;",
        replace: "const isFree = false;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/even-splits/best-split.ts",
    ["test/solver/even-splits/even-splits-oracle.test.ts"],
    [
      {
        name: "a split as good as the one that was probed is passed over",
        find: "return this.orEqual ? difference <= 0 : difference < 0;",
        replace: "return difference < 0;",
      },
      {
        name: "a later split as good as the best takes its place",
        find: "this.orEqual = false;",
        replace: "this.orEqual = true;",
      },
      {
        name: "a split that misses a limit on latencies is the best",
        find: "if (!isKept(table, split, point)) continue;",
        replace: "if (!split.keepsRules(point)) continue;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/even-splits/candidate-split.ts",
    ["test/solver/even-splits/even-splits-oracle.test.ts"],
    [
      {
        name: "what a stage serves at a point bounds what it serves at later ones",
        find: "perSequence * batch, wanted",
        replace: "perSequence, wanted",
      },
      {
        name: "a split keeps the rules where it is too small for its memory",
        find: 'held.fit(point) === "fits"',
        replace: 'held.fit(point) !== "too_large"',
      },
      {
        name: "links of a split are as fast as can be",
        find: "raw = Math.min(raw, link.tokensPerSecond);",
        replace: "void link;",
      },
    ],
  ),
  ...mutantsOf(
    "src/placement/even-split.ts",
    ["test/placement/even-split.test.ts"],
    [
      {
        name: "the layers left over go to the last stages",
        find: "base + (seats.length < longer ? 1 : 0)",
        replace: "base + (seats.length >= ppStages - longer ? 1 : 0)",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/deployable/node-rules.ts",
    ["test/solver/deployable/node-rules.test.ts"],
    [
      {
        name: "stages of a node need not follow each other",
        find: "node.stages.at(-1)! - node.stages[0]! >= count",
        replace: "node.stages.at(-1)! - node.stages[0]! > count",
      },
      {
        name: "one sequence more than a target takes",
        find: "placement.batch_size > mostSequences",
        replace: "placement.batch_size > mostSequences + 1",
      },
      {
        name: "owned machines where only rented ones may be",
        find: "node.index < (pool.byName.get(node.typeName)!.ownedCount ?? 0)",
        replace: "node.index < (pool.byName.get(node.typeName)!.ownedCount ?? 0) - 1",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/deployable/restrictions.ts",
    ["test/solver/deployable", "test/oracle/deployable.test.ts"],
    [
      {
        name: "whole instances with idle GPUs",
        find: "isFull ? instance.gpuCount === k * groupGpus : instance.gpuCount >= k * groupGpus",
        replace: "instance.gpuCount >= (isFull ? k : k) * groupGpus",
      },
      {
        name: "several nodes only of the first type",
        find: "i === 0 ? numbers : numbers.filter((number) => number > k)",
        replace: "i === 0 ? numbers : []",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/rental-rules.ts",
    ["test/solver/explain/owned-price.test.ts"],
    [
      {
        name: "owned instances count as rented",
        find: " && parsed.index >= ownedCount",
        replace: " && ownedCount >= 0",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/explain/price-rises.ts",
    ["test/solver/explain/owned-price.test.ts", ...EXPLAIN],
    [
      {
        name: "as many of the type as today count as fewer",
        find: "[type.instance.name, rented - 1]",
        replace: "[type.instance.name, rented]",
      },
      {
        name: "a budget lets every instance rise by all that is left",
        find: "- metrics.cost_per_hour) / rented",
        replace: "- metrics.cost_per_hour)",
      },
      {
        name: "a placement that a budget forbids is named",
        find: "earlier < rise && keepsLimitsAt(whatIf, type, above(earlier), better)",
        replace: "earlier < rise",
      },
    ],
  ),
  ...mutantsOf("src/solver/explain/smallest.ts", EXPLAIN, [
    {
      name: "the smallest value that helps is one too large",
      find: "low = middle + 1;",
      replace: "low = middle + 2;",
    },
  ]),
  ...mutantsOf(
    "src/solver/explain/least-latency.ts",
    ["test/solver/explain/way-out.test.ts", "test/solver/stages/latency.test.ts"],
    [
      {
        name: "a latency is relaxed without its margin",
        find: "return { seconds, limitSeconds: seconds * factor, found: best };",
        replace: "return { seconds, limitSeconds: seconds, found: best };",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/explain/simplicity.ts",
    ["test/oracle/simplicity.test.ts"],
    [
      {
        name: "a placement worse than allowed is simple enough",
        find: "return found && isWithin(problem, request, optimum, found) ? found : null;",
        replace: "return found;",
      },
      {
        name: "fewer stages than one are too few to try",
        find: "for (let mostStages = 1; mostStages",
        replace: "for (let mostStages = 2; mostStages",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/explain/fewest-gpus.ts",
    ["test/solver/instances/owned.test.ts"],
    [
      {
        name: "GPUs in use never decide",
        find: "found.metrics.cost_per_hour === 0",
        replace: "found.metrics.cost_per_hour < 0",
      },
    ],
  ),
];
