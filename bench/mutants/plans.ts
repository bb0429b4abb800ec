import { type Mutant, mutantsOf } from "./mutant.ts";

const RANDOM = "test/oracle/solve-random.test.ts";
const CASE = "test/solver/plans/plan-case.test.ts";
const CHEAPEST = "test/solver/plans/cheapest-plans.test.ts";

/** Faults of what decides cases without a MILP. */
export const PLAN_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(
    "src/solver/plans/cheapest-plans.ts",
    [CHEAPEST],
    [
      {
        name: "one instance fewer than a class has",
        find: "copies < most && p < patterns.length",
        replace: "copies + 1 < most && p < patterns.length",
      },
      {
        name: "a limit is not kept",
        find: "if (isOver) return;",
        replace: "",
      },
      {
        name: "what a plan costs at least is what it costs so far",
        find: "bound: node.cost + rest",
        replace: "bound: node.cost",
      },
      {
        name: "an instance is listed in every order of its patterns",
        find: "let p = node.pattern;",
        replace: "let p = 0;",
      },
      {
        name: "rules are not asked",
        find: "if (!allows(instances)) continue;",
        replace: "",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/plans/cost-to-go.ts",
    [CHEAPEST],
    [
      {
        name: "an instance is there as often as it helps",
        find: "const isUnbounded = copies >= most;",
        replace: "const isUnbounded = true;",
      },
      {
        name: "a plane of so many instances has one more",
        find: "const from = this.planes === 1 ? 0 : to - plane;",
        replace: "const from = this.planes === 1 ? 0 : to;",
      },
      {
        name: "the smallest instance stands for all with as many stages",
        find: "Math.max(most.get(stages) ?? 0, holds[demand]!)",
        replace: "Math.min(most.get(stages) ?? 99, holds[demand]!)",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/plans/pattern.ts",
    ["test/solver/plans/pattern.test.ts"],
    [
      {
        name: "GPUs may be idle where none may",
        find: "if (setting.noIdleGpus && gpus !== gpuCount) continue;",
        replace: "",
      },
      {
        name: "a pattern is left out for one with as many stages that carries less",
        find: "if (seen[slot] || !carries[option]![wanted[stage]!]) continue;",
        replace: "if (seen[slot]) continue;",
      },
      {
        name: "patterns are left out where latencies decide",
        find: "(!isLatencyLimited && carriesAll(better, worse))",
        replace: "carriesAll(better, worse)",
      },
      {
        name: "no stage of an instance leaves it",
        find: "return any - less;",
        replace: "return any;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/plans/sizes.ts",
    ["test/solver/plans/sizes.test.ts"],
    [
      {
        name: "the slowest stage is as slow as it can be",
        find: "if (rate <= next[l]!) continue;",
        replace: "if (next[l]! > Number.NEGATIVE_INFINITY && rate >= next[l]!) continue;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/plans/rules.ts",
    [CASE, RANDOM],
    [
      {
        name: "one type more than are allowed",
        find: "stagesByType.size <= maxInstanceTypes",
        replace: "stagesByType.size <= maxInstanceTypes + 1",
      },
      {
        name: "one stage more on a type than are allowed",
        find: "return most === undefined || stages <= most;",
        replace: "return most === undefined || stages <= most + 1;",
      },
      {
        name: "one GPU more in use than are allowed",
        find: "gpus <= mostGpusInUse",
        replace: "gpus <= mostGpusInUse + 1",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/plans/plan-case.ts",
    [CASE, RANDOM],
    [
      {
        name: "what classes that are left out cost is not looked at",
        find: "if (found.objective <= others) return found;",
        replace: "return found;",
      },
      {
        name: "no plan among some classes is no plan at all",
        find: "if (others === Number.POSITIVE_INFINITY || placer.isHopeless) return found;",
        replace: "return found;",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/plans/case-plans.ts",
    [CASE, "test/oracle/linear.test.ts"],
    [
      {
        name: "a limit counts no links",
        find: "most: most + perLink",
        replace: "most",
      },
      {
        name: "links cost nothing",
        find: "costs.perInstance(position) + costs.perLink",
        replace: "costs.perInstance(position)",
      },
    ],
  ),
  ...mutantsOf(
    "src/solver/order/order-plan.ts",
    ["test/solver/order/order-plan.test.ts"],
    [
      {
        name: "a stage is used once more than there are copies",
        find: "copies[slot]! >= most",
        replace: "copies[slot]! > most",
      },
      {
        name: "what ends the model stays on its instance",
        find: "...(stays && !isLast ?",
        replace: "...(stays ?",
      },
      {
        name: "stages that stay are not followed on their instance",
        find: "isSeated ? seat : undefined",
        replace: "undefined",
      },
    ],
  ),
];
