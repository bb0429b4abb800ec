import type { PoolType } from "../../hardware/pool.ts";
import type { WeightFormat } from "../../model/architecture.ts";
import { layerCount } from "../../model/model.ts";
import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import { isAllowed } from "../instances/instance-classes.ts";
import type { Candidate } from "../search/goal.ts";
import type { Change, JointRelaxation, Relaxation } from "../solution.ts";
import { withCount } from "./rule-relaxations.ts";
import { smallest } from "./smallest.ts";
import type { WhatIf } from "./what-if.ts";

/**
 * What would fit where the memory is too small: the model in fewer bytes, shorter prompts or answers, fewer sequences at once.
 * The others stay as they are. Each is verified by a search; more instances are among the relaxations of rules.
 * @throws ExplanationCut when a limit on time strikes
 */
export async function whatFits(whatIf: WhatIf): Promise<Relaxation[]> {
  const fits: Relaxation[] = [];
  for (const { problem, ...change } of smallerForms(whatIf.problem)) {
    const found = await whatIf.any(problem);
    if (found) fits.push({ ...change, placement: found.placement });
  }
  for (const figure of FIGURES) {
    const fit = await fewest(whatIf, figure);
    if (fit) fits.push(fit);
  }
  return fits;
}

/**
 * What would fit by two changes where no single one helps: more instances of a type and the model in fewer bytes, or more instances
 * and more stages, which a pipeline needs to use them.
 */
export async function jointFits(whatIf: WhatIf): Promise<JointRelaxation[]> {
  const { problem, request } = whatIf;
  // An explicit matrix has no bandwidths for GPUs that the pool does not have.
  if (problem.network.kind === "matrix") return [];
  const fits: JointRelaxation[] = [];
  for (const type of problem.pool.types.filter((one) => isAllowed(one, request))) {
    for (const { problem: changes, ...form } of smallerForms(problem)) {
      const more = await moreOf(whatIf, type, changes);
      if (more) fits.push(jointly(more, form));
    }
    const spread = await moreAndStages(whatIf, type);
    if (spread) fits.push(spread);
  }
  return fits;
}

function jointly({ placement, ...change }: Relaxation, other: Change): JointRelaxation {
  return { changes: [change, other], placement };
}

/** The fewest instances of a type with which a changed problem has a placement. */
async function moreOf(
  whatIf: WhatIf,
  type: PoolType,
  changes: Partial<Problem>,
): Promise<Relaxation | null> {
  const { pool, rules } = whatIf.problem;
  const stages = (changes.rules ?? rules).maxPipelineStages;
  const found = await smallest(type.count + 1, type.count + stages, (count) =>
    whatIf.any({ ...changes, pool: withCount(pool.types, type, count) }),
  );
  return (
    found && {
      change: `count of ${type.instance.name}`,
      from: type.count,
      to: found.value,
      placement: found.found.placement,
    }
  );
}

/** The fewest instances of a type, and then the fewest stages, with which there is a placement. */
async function moreAndStages(whatIf: WhatIf, type: PoolType): Promise<JointRelaxation | null> {
  const { pool, rules, model } = whatIf.problem;
  const from = rules.maxPipelineStages;
  const most = Math.min(layerCount(model), Math.max(LEAST_STAGES_TRIED, 2 * from));
  if (most <= from) return null;
  const withStages = (maxPipelineStages: number): Partial<Problem> => ({
    rules: { ...rules, maxPipelineStages },
  });
  const more = await moreOf(whatIf, type, withStages(most));
  if (!more) return null;
  const larger = withCount(pool.types, type, more.to);
  const stages = await smallest(from + 1, most, (number) =>
    whatIf.any({ ...withStages(number), pool: larger }),
  );
  return (
    stages &&
    jointly(
      { ...more, placement: stages.found.placement },
      { change: "max_pipeline_stages", from, to: stages.value },
    )
  );
}

/** Stages that are tried where the rules allow fewer than half of them: a pipeline over a node's worth of machines. */
const LEAST_STAGES_TRIED = 8;

type ChangedProblem = Change & { readonly problem: Partial<Problem> };

/** Formats of weights by falling size, of those that every kind of layer can have. */
const SMALLER_FORMATS: readonly WeightFormat[] = ["fp8", "int4"];

/** The problem with its model stored in fewer bytes; empty where the cost model knows no formats. */
function smallerForms({ model, costModel }: Problem): ChangedProblem[] {
  const { architecture } = model;
  if (!costModel.withStorage) return [];
  // Groups of weights are those of the checkpoint that there is.
  const { weightGroups: _, ...plain } = model;
  const forms: ChangedProblem[] = [];
  for (const format of SMALLER_FORMATS) {
    const stored = costModel.withStorage({ weightFormat: format });
    if (stored.architecture.weightBytes >= architecture.weightBytes) continue;
    forms.push({
      change: `weight_format ${format}`,
      from: architecture.weightBytes,
      to: stored.architecture.weightBytes,
      problem: {
        costModel: stored.costModel,
        model: { ...plain, architecture: stored.architecture },
      },
    });
  }
  if (architecture.kvBytes > 1) {
    const stored = costModel.withStorage({ kvBytes: 1 });
    forms.push({
      change: "kv_cache_dtype fp8",
      from: architecture.kvBytes,
      to: 1,
      problem: {
        costModel: stored.costModel,
        model: { ...model, architecture: stored.architecture },
      },
    });
  }
  return forms;
}

/** A number of the operating point that a user can ask for less of. */
interface Figure {
  readonly change: string;
  /** What is asked for; null where it is left open, or cannot be made smaller by itself. */
  readonly of: (problem: Problem) => number | null;
  readonly at: (point: OperatingPoint, value: number) => OperatingPoint;
}

const FIGURES: readonly Figure[] = [
  {
    change: "input_length",
    of: ({ workload: { inputTokens, inputLengths } }) => (inputLengths ? null : inputTokens),
    at: (point, inputTokens) => ({ ...point, inputTokens }),
  },
  {
    change: "output_length",
    of: ({ workload: { phase, outputTokens, outputLengths } }) =>
      outputLengths || phase === "prefill" ? null : outputTokens,
    at: (point, outputTokens) => ({ ...point, outputTokens }),
  },
  {
    change: "min_batch_size",
    of: ({ workload: { load, minBatch } }) => (load ? null : minBatch),
    at: (point, batch) => ({ ...point, batch }),
  },
  {
    change: "concurrency",
    of: ({ workload: { load } }) => (load?.kind === "concurrency" ? load.sequences : null),
    at: (point, batch) => ({ ...point, batch }),
  },
];

/** Values are tried in steps of this part of what is asked for: a search for each of seven halvings, not of fifteen. */
const STEPS = 128;

/**
 * The largest value of a figure below what is asked for that fits, to a step; null where even the smallest does not. At the smallest
 * batch size that is asked for, where the least memory is needed.
 */
async function fewest(whatIf: WhatIf, { change, of, at }: Figure): Promise<Relaxation | null> {
  const asked = of(whatIf.problem);
  if (asked === null || asked <= 1) return null;
  const step = Math.ceil(asked / STEPS);
  const [smallestBatch] = whatIf.points;
  const fits = (steps: number): Promise<Candidate | null> =>
    whatIf.any({}, [at(smallestBatch!, asked - steps * step)]);
  const found = await smallest(1, Math.floor((asked - 1) / step), fits);
  return (
    found && {
      change,
      from: asked,
      to: asked - found.value * step,
      placement: found.found.placement,
    }
  );
}
