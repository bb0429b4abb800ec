/** Faults in the formulations of a case, in the order of its stages and in the search over all cases. */
import { type Mutant, mutantsOf } from "./mutant.ts";

const FOUNDING = "test/oracle/founding.test.ts";
const RANDOM = "test/oracle/solve-random.test.ts";
const SERVING = "test/oracle/serving.test.ts";
const NEAR_TIES = "test/solver/search/near-ties.test.ts";

export const SEARCH_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(
    "src/solver/formulations/crossing-rows.ts",
    ["test/solver/formulations/crossing-rows.test.ts"],
    [
      {
        name: "stages apart need no others between them",
        find: "coefficient: -(2 * stages - 1)",
        replace: "coefficient: -stages",
      },
      {
        name: "one run more than stages apart need",
        find: "coefficient: -(2 * stages - 1)",
        replace: "coefficient: -(2 * stages)",
      },
      {
        name: "an instance with neighbours has no run",
        find: "for (const column of instanceColumns) this.runTerms.push({ column, coefficient: 1 });",
        replace: "",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/free-cover.ts",
    [FOUNDING, RANDOM],
    [
      {
        name: "stages hold less than the model",
        find: 'build.row("layers", layers, Number.POSITIVE_INFINITY, largest);',
        replace: 'build.row("layers", layers - 1, Number.POSITIVE_INFINITY, largest);',
      },
      {
        name: "stages hold more than the model at least",
        find: 'build.row("layers.least", Number.NEGATIVE_INFINITY, layers, smallest);',
        replace: "",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/instance-rows.ts",
    [FOUNDING, RANDOM, "test/oracle/matrix.test.ts"],
    [
      {
        name: "a solo instance carries some of the stages",
        find: "if (atRate.solo) {",
        replace: "if (atRate.solo && stages < 0) {",
      },
      {
        name: "more instances than the pool has",
        find: "atRate.solo ? 1 : Math.min(instanceClass.instances.length, stages)",
        replace: "atRate.solo ? 1 : stages",
      },
      {
        name: "idle GPUs although all have to be used",
        find: "rules.noIdleGpus ? gpuCount : null",
        replace: "rules.noIdleGpus ? null : null",
      },
      {
        name: "any number of stages",
        find: 'build.row("stages", stages, stages, stageTerms);',
        replace: 'build.row("stages", 1, stages, stageTerms);',
      },
      {
        name: "an instance that no stage leaves",
        find: "...instanceColumns.map((column) => ({ column, coefficient: -1 })),\n      ]);",
        replace: "]);",
        equivalent:
          "a row of relaxations alone: a plan that breaks it has no order and is cut off, after more MILPs",
      },
      {
        name: "links counted once too often",
        find: "addLimitRows(build, limits, instances, runs.finish(), 1);",
        replace: "addLimitRows(build, limits, instances, runs.finish(), 0);",
        tests: [NEAR_TIES, RANDOM],
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/rental-rows.ts",
    ["test/solver/formulations/rental-rows.test.ts", NEAR_TIES],
    [
      {
        name: "the carry of a budget is free",
        find: "{ column: carry, coefficient: 1 },",
        replace: "",
      },
      {
        name: "one instance more than allowed",
        find: '"max_instances", Number.NEGATIVE_INFINITY, maxInstances,',
        replace: '"max_instances", Number.NEGATIVE_INFINITY, maxInstances + 1,',
      },
      {
        name: "one type more than allowed",
        find: '"max_types", Number.NEGATIVE_INFINITY, maxInstanceTypes,',
        replace: '"max_types", Number.NEGATIVE_INFINITY, maxInstanceTypes + 1,',
      },
      {
        name: "a limit on the stages of a type is not written",
        find: "if (most === undefined) continue;",
        replace: "if (most !== -1) continue;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/boundary-rows.ts",
    ["test/oracle/shapes.test.ts", RANDOM, SERVING],
    [
      {
        name: "the next stage starts too late",
        find: "here.filter(({ most }) => most <= end)",
        replace: "here.filter(({ most }) => most < end)",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/path-rows.ts",
    [SERVING, "test/solver/stages/latency.test.ts"],
    [
      {
        name: "where a stage ends none has to start",
        find: '["end", this.ends[p]!],',
        replace: '["end", this.starts[p]!],',
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/latency-rows.ts",
    [SERVING, "test/solver/stages/latency.test.ts"],
    [
      {
        name: "a limit on latency is not scaled",
        find: "      most: limit * scale,",
        replace: "      most: limit,",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/cover.ts",
    [SERVING, RANDOM],
    [
      {
        name: "any number of first stages",
        equivalent:
          "a row of a relaxation: a plan that breaks it has no order and is cut off, after more MILPs",
        find: "build.row(end, 1, 1, ones(atEnds[end]));",
        replace: "build.row(end, 1, stages, ones(atEnds[end]));",
      },
      {
        name: "a middle stage too few",
        find: 'position === "middle" ? Math.min(most, stages - 2) : 1',
        replace: 'position === "middle" ? Math.min(most, stages - 3) : 1',
      },
      {
        name: "the heaviest runs are the lightest",
        find: "this.heaviest[m]!.push({ column, coefficient: heaviest });",
        replace: "this.heaviest[m]!.push({ column, coefficient: lightest });",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/cover-latency.ts",
    ["test/solver/formulations/cover-latency.test.ts"],
    [
      {
        name: "the smallest latency of a size is the largest",
        find: "if (!(latency >= (smallest.get(size) ?? Number.POSITIVE_INFINITY)))",
        replace: "if (!(latency <= (smallest.get(size) ?? 0)))",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/slots.ts",
    ["test/oracle/matrix.test.ts", RANDOM],
    [
      {
        name: "links of a matrix do not bind",
        find: "if (successors.length === byLowest.size - 1) continue;",
        replace: "if (successors.length < byLowest.size) continue;",
      },
      {
        name: "a slot holds more than its group can",
        find: "build.row(`most.s",
        replace: "if (slot.length < 0) build.row(`most.s",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/group-rows.ts",
    ["test/oracle/matrix.test.ts", RANDOM],
    [
      {
        name: "a GPU serves two groups",
        find: "Number.NEGATIVE_INFINITY, 1, ones(members.flatMap(all))",
        replace: "Number.NEGATIVE_INFINITY, 2, ones(members.flatMap(all))",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/formulations/case.ts",
    [RANDOM, "test/oracle/matrix.test.ts", SERVING],
    [
      {
        name: "classes suffice although links of a matrix bind",
        find: "if (of.shape || of.links?.binding) return false;",
        replace: "if (of.shape) return false;",
      },
      {
        name: "any order is as good although latencies add up",
        find: "batch.setting.latency === null &&",
        replace: "batch.setting.latency !== undefined &&",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/standing.ts",
    [RANDOM, SERVING, "test/oracle/matrix.test.ts"],
    [
      {
        name: "a relaxation stands below its rate",
        find: "if (compare(metrics.raw_throughput_tokens_per_sec, minRate) < 0) return false;",
        replace: "",
      },
      {
        name: "a relaxation stands with more links than were paid for",
        find: "return !linksCount(of) || crossings === metrics.num_instances - 1;",
        replace: "return !linksCount(of) || crossings >= 0;",
        tests: [NEAR_TIES, "test/solver/formulations/crossing-rows.test.ts"],
      },
      {
        name: "latencies of a relaxation are not looked at",
        find: "keepsLatencyLimits(problem.limits, metrics) &&",
        replace: "true &&",
      },
      {
        name: "links that a percentile forbids are used",
        find: "if (links && !linksAreAllowed(problem, placement, links.allows)) return false;",
        replace: "",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/costs.ts",
    ["test/solver/search/costs.test.ts"],
    [
      {
        name: "a budget in price units is rounded up",
        find: "Math.floor(Math.round(usdPerHour * 1e6)",
        replace: "Math.ceil(Math.round(usdPerHour * 1e6)",
      },
      {
        name: "a budget loses its last micro-dollar",
        find: "Math.round(usdPerHour * 1e6)",
        replace: "Math.floor(usdPerHour * 1e6)",
      },
      {
        name: "an instance of just the budget is left out",
        find: "units.perInstance[position]! <= most",
        replace: "units.perInstance[position]! < most",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/budget-rows.ts",
    ["test/solver/search/costs.test.ts"],
    [
      {
        name: "the hourly budget is no row",
        find: "const budget = Math.min(hourly, levelBudget);",
        replace: "const budget = levelBudget < hourly ? levelBudget : Number.POSITIVE_INFINITY;",
      },
      {
        name: "owned instances count towards the most that may be rented",
        find: "type.instance.name === name && instances[0]! >= (type.ownedCount ?? 0)",
        replace: "type.instance.name === name && instances[0]! >= 0",
        tests: ["test/solver/instances/owned.test.ts"],
      },
      {
        name: "the budget of a level is one unit too small",
        find: "  return low;\n}",
        replace: "  return low - 1;\n}",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/objectives.ts",
    [FOUNDING, "test/oracle/order.test.ts", RANDOM],
    [
      {
        name: "GPUs may outweigh a price unit",
        find: "const k = (mostInstances * mostGpus) / gpusPerUnit + 1;",
        replace: "const k = 2;",
      },
      {
        name: "links are worth nothing in a weighted score",
        find: "      perLink,\n      absoluteGap: 0,",
        replace: "      perLink: 0,\n      absoluteGap: 0,",
      },
      {
        name: "of equal prices the slower one",
        find: "if (!servesRate) return -tokensPerSecond;",
        replace: "if (!servesRate) return tokensPerSecond;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/single-goal.ts",
    ["test/solver/search/gap.test.ts"],
    [
      {
        name: "the allowed gap is not looked at",
        find: "if (this.gap > 0 &&",
        replace: "if (this.gap > 1 &&",
      },
      {
        name: "what was given up is not part of the bound",
        find: "Math.min(this.bestKey[0], this.leastGivenUp, open)",
        replace: "Math.min(this.bestKey[0], open)",
      },
      {
        name: "a placement over its limits is the answer",
        find: "    if (!found.metrics.meets_cost_threshold) return;\n    const key",
        replace: "    const key",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/search.ts",
    ["test/solver/search/search.test.ts"],
    [
      {
        name: "a level without a solution rules out lower ones",
        find: "add(subproblem, order, low, level - 1, cost, afterFailure);\n      continue;",
        replace: "continue;",
      },
      {
        name: "the level above a solved one is dropped",
        find: "const above = Math.max(level, result.level) + 1;",
        replace: "const above = Math.max(level, result.level) + 2;",
      },
      {
        name: "the middle of a range is lost",
        find: 'add(subproblem, order, middle + 1, high, right, "high", true);',
        replace: 'add(subproblem, order, middle + 2, high, right, "high", true);',
      },
      {
        name: "a known cost holds for lower levels too",
        find: "if (own <= level && leastCost > cost) cost = leastCost;",
        replace: "if (own >= 0 && leastCost > cost) cost = leastCost;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/block-scan.ts",
    ["test/solver/search/search.test.ts"],
    [
      {
        name: "the faster half of a block is lost",
        find: "    this.visit(middle, costAtMiddle, high, costAtHigh, false);\n",
        replace: "",
      },
      {
        name: "what is slower than the slowest rate is lost",
        find: "low: isLowest ? 0 : low",
        replace: "low: high",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/stages-bound.ts",
    ["test/oracle/block-bounds.test.ts"],
    [
      {
        name: "a node holds what its last stage holds",
        find: "pieces.add(away + (each - 1) * inside, cost);",
        replace: "pieces.add(away, cost);",
      },
      {
        name: "a stage pays for its whole instance",
        find: "pieces.add(holds, (cost * groupGpus) / gpuCount);",
        replace: "pieces.add(holds, cost);",
      },
      {
        name: "a pipeline has fewer nodes than instances are allowed",
        find: "if (nodes > mostInstances)",
        replace: "if (nodes >= mostInstances)",
      },
      {
        name: "limits on latencies are tighter than they are",
        find: "total: (1 - share) * layers,",
        replace: "total: layers,",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/model-bound.ts",
    ["test/oracle/block-bounds.test.ts"],
    [
      {
        name: "a single stage is not as fast as it is",
        find: "const tokensPerSecond = model.tokensPerSecond * (1 + BOUND_ROUNDING);",
        replace: "const tokensPerSecond = model.tokensPerSecond * (1 - BOUND_ROUNDING);",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/stages/stage-reach.ts",
    ["test/oracle/block-bounds.test.ts"],
    [
      {
        name: "a stage of unlike layers holds one less",
        find: "  return low;\n}",
        replace: "  return Math.max(0, low - 1);\n}",
      },
      {
        name: "a stage of like layers holds one less",
        find: "Math.max(0, Math.floor(layers * (1 + REACH_ROUNDING)))",
        replace: "Math.max(0, Math.floor(layers * (1 + REACH_ROUNDING)) - 1)",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/stages/run-mixes.ts",
    ["test/oracle/block-bounds.test.ts"],
    [
      {
        name: "only the first run of a length is looked at",
        find: "if (isAlike && before > 0) break;",
        replace: "break;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/stage-tables.ts",
    [FOUNDING, RANDOM],
    [
      {
        name: "the rough bound is rounded up once more",
        find: "scale.absoluteGap > 0 ? Math.ceil(bound) : bound",
        replace: "scale.absoluteGap > 0 ? Math.ceil(bound) + 1 : bound",
      },
      {
        name: "a stage costs its whole instance",
        find: "const cost = perGpu * option.groupGpus;",
        replace: "const cost = perGpu * gpuCount;",
      },
      {
        name: "links are not taken off a bound",
        find: "bound[s] = bound[s]! - this.setting.scale.perLink;",
        replace: "bound[s] = bound[s]!;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/candidate.ts",
    [FOUNDING, RANDOM],
    [
      {
        name: "an instance is paid for by every stage in the search",
        find: "new Set(placement.stages.map((stage) => stage.gpu_type))",
        replace: "placement.stages.map((stage) => stage.gpu_type)",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/ties.ts",
    ["test/solver/search/tie-key.test.ts"],
    [
      {
        name: "ties go to more GPUs",
        find: "return [latencyOf(batch, tokensPerSecond), gpus, stages, batch];\n}\n\n/** The best",
        replace:
          "return [latencyOf(batch, tokensPerSecond), -gpus, stages, batch];\n}\n\n/** The best",
      },
      {
        name: "ties go to more stages",
        find: "return [latencyOf(batch, tokensPerSecond), gpus, stages, batch];\n}\n\n/** The best",
        replace:
          "return [latencyOf(batch, tokensPerSecond), gpus, -stages, batch];\n}\n\n/** The best",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/search/linked-cost.ts",
    [NEAR_TIES, "test/oracle/ties.test.ts"],
    [
      {
        name: "one link fewer than the stages have",
        find: "for (let links = 0; links < stages; links++) {\n    const left",
        replace: "for (let links = 0; links < stages - 1; links++) {\n    const left",
      },
      {
        name: "a price unit too few is looked for",
        find: "Math.floor(left / perUnit)",
        replace: "Math.floor(left / perUnit) - 1",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/order/pack.ts",
    [FOUNDING, RANDOM],
    [
      {
        name: "small groups are packed first",
        find: "b.groupGpus - a.groupGpus ||",
        replace: "a.groupGpus - b.groupGpus ||",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/order/any-order.ts",
    [FOUNDING, RANDOM],
    [
      {
        name: "layers left over go to the slowest stage",
        find: "rate < best.rate ||",
        replace: "rate > best.rate ||",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/order/stage-move.ts",
    ["test/solver/order/order-stages.test.ts"],
    [
      {
        name: "a middle stage reaches the last layer",
        find: "if (before + size >= layers) break;",
        replace: "if (before + size > layers) break;",
      },
      {
        name: "latencies that are not limited are added",
        find: "ttftLimit === null ? 0 : latencies.ttftSeconds(before, size)",
        replace: "ttftLimit === 0 ? 0 : latencies.ttftSeconds(before, size)",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/order/order-stages.ts",
    ["test/solver/order/order-stages.test.ts"],
    [
      {
        name: "a stage is used once more than there are copies",
        find: "used.copies[slot]! >= copies[group]!",
        replace: "used.copies[slot]! > copies[group]!",
      },
      {
        name: "groups with a copy too few are not counted",
        find: "copies[group]! < stages - 2,",
        replace: "copies[group]! < stages - 3,",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/order/open-run.ts",
    ["test/solver/order/order-stages.test.ts", "test/solver/order/order-plan.test.ts"],
    [
      {
        name: "a run has more GPUs than its instance",
        find: " || gpus > seat.instanceGpus",
        replace: "",
      },
      {
        name: "the stage behind one that stays stands on another machine",
        find: "run.instanceClass !== seat.instanceClass || ",
        replace: "",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/order/label-search.ts",
    ["test/solver/order/label-search.test.ts"],
    [
      {
        name: "sums of TPOT above the limit go on",
        find: " || tpotSeconds > mostTpotSeconds",
        replace: "",
      },
      {
        name: "the largest stage is the last one",
        find: "Math.max(stageLargest, previous.largest)",
        replace: "stageLargest",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/order/pareto.ts",
    ["test/solver/order/label-search.test.ts"],
    [
      {
        name: "what is better in two figures covers",
        find: "figures[i]! <= mostA && figures[i + 1]! <= mostB && figures[i + 2]! <= c",
        replace: "figures[i]! <= mostA && figures[i + 1]! <= mostB",
      },
    ],
  ),
];
