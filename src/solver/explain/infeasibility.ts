import { layerCount } from "../../model/model.ts";
import { NO_LIMITS } from "../../workload/workload.ts";
import type { ObjectiveName } from "../request.ts";
import type { Infeasibility } from "../solution.ts";
import { jointRelaxations } from "./joint-relaxations.ts";
import { latencySentences, unmetLatency } from "./least-latency.ts";
import { limitRelaxations } from "./limit-relaxations.ts";
import { type SetLimit, setLimits, without } from "./limits.ts";
import { longestRequest } from "./longest-request.ts";
import { type Extremes, limitReasons, noFitReasons } from "./reasons.ts";
import { ruleConflict } from "./rule-conflict.ts";
import { countRelaxations, ruleRelaxations } from "./rule-relaxations.ts";
import { jointFits, whatFits } from "./what-fits.ts";
import { ExplanationCut, type WhatIf } from "./what-if.ts";

/**
 * Why nothing fits: reasons in sentences, an irreducible set of limits that cannot be met together, and the smallest changes that
 * would help, alone or together. Each is established by searches of the changed problem. Where a limit on time strikes among the
 * changes, the reasons stand with those that are known.
 * @throws ExplanationCut when a limit on time strikes before the reasons are known
 */
export async function explainInfeasible(whatIf: WhatIf): Promise<Infeasibility> {
  const limits = setLimits(whatIf.problem.limits, whatIf.problem.workload);
  const unlimited = limits.length > 0 ? await whatIf.any({ limits: NO_LIMITS }) : null;
  return unlimited ? explainLimits(whatIf, limits) : explainNoFit(whatIf, limits.length > 0);
}

/** Why nothing fits even without limits. */
async function explainNoFit(whatIf: WhatIf, hasLimits: boolean): Promise<Infeasibility> {
  const { problem, request, points } = whatIf;
  const shorter = await longestRequest(whatIf, NO_LIMITS);
  const reasons = shorter
    ? [
        `No KV cache holds a request of max-model-len ${shorter.from} tokens, and engines refuse to start without that room. The largest max-model-len that fits is ${shorter.to} (to 0.1 %).`,
      ]
    : noFitReasons(problem, request, points);
  const conflict = shorter ? null : await whatIf.conflict({ limits: NO_LIMITS });
  const sentences = [
    ...(hasLimits ? ["Nothing fits even without budgets and targets."] : []),
    ...(reasons.length > 0
      ? reasons
      : [
          "No combination of instances, TP degrees and stage sizes covers the model within the rules: that is proven for every number of stages and of sequences in flight.",
        ]),
    ...(conflict ? ruleConflict(conflict, layerCount(problem.model)) : []),
  ];
  const trial = new Trial();
  const relaxations = [
    ...(shorter ? [shorter] : []),
    ...(await trial.of(() => whatFits(whatIf))),
    ...(await trial.of(() => ruleRelaxations(whatIf))),
  ];
  const joint_relaxations = relaxations.length === 0 ? await trial.of(() => jointFits(whatIf)) : [];
  return {
    sentences: [...sentences, ...trial.sentences],
    conflict: [],
    relaxations,
    joint_relaxations,
    ...(conflict && { milp_conflict: conflict }),
  };
}

/** Why nothing keeps the limits, where something fits without them. */
async function explainLimits(whatIf: WhatIf, limits: readonly SetLimit[]): Promise<Infeasibility> {
  const { problem } = whatIf;
  const conflict = await irreducible(whatIf, limits);
  const singles = await limitRelaxations(whatIf, conflict);
  const sentences = [
    `Placements exist, but none within the limits (${limits.map(({ name, value }) => `${name} ${value}`).join(", ")}).`,
    ...limitReasons(problem, await extremesOf(whatIf)),
    // Of a limit that stands alone the reasons have said it.
    ...(limits.length > 1 ? latencySentences(problem.limits, conflict, singles) : []),
  ];
  const trial = new Trial();
  const relaxations = [
    ...singles,
    ...(await trial.of(async () => {
      const shorter = await longestRequest(whatIf, problem.limits);
      return shorter ? [shorter] : [];
    })),
    ...(await trial.of(() => countRelaxations(whatIf))),
  ];
  const joint_relaxations = await trial.of(() => jointRelaxations(whatIf, conflict, singles));
  return {
    sentences: [...sentences, ...trial.sentences],
    conflict: conflict.map(({ name, value }) => `${name} ${value}`),
    relaxations,
    joint_relaxations,
  };
}

/** Looks for changes as long as no limit on time strikes. */
class Trial {
  private isCut = false;

  async of<T>(changes: () => Promise<readonly T[]>): Promise<readonly T[]> {
    if (this.isCut) return [];
    try {
      return await changes();
    } catch (error) {
      if (!(error instanceof ExplanationCut)) throw error;
      this.isCut = true;
      return [];
    }
  }

  /** That not everything was tried, if so. */
  get sentences(): readonly string[] {
    return this.isCut ? ["The search stopped before it had tried every change that may help."] : [];
  }
}

/** Leaves out one limit after the other as long as the rest cannot be met either. */
async function irreducible(whatIf: WhatIf, limits: readonly SetLimit[]): Promise<SetLimit[]> {
  let kept = [...limits];
  for (const limit of limits) {
    const rest = kept.filter((other) => other !== limit);
    const dropped = limits.filter((other) => !rest.includes(other)).map(({ key }) => key);
    if (!(await whatIf.any({ limits: without(whatIf.problem.limits, dropped) }))) kept = rest;
  }
  return kept;
}

async function extremesOf(whatIf: WhatIf): Promise<Extremes> {
  const best = async (objective: ObjectiveName): Promise<number> =>
    (await whatIf.best({ limits: NO_LIMITS }, { objective, weight: null }))!.value;
  return {
    leastUsdPerHour: await best("cost"),
    leastUsdPerMillionTokens: await best("cost-per-token"),
    mostTokensPerSecond: await best("throughput"),
    leastTtftSeconds: await unmetLatency(whatIf, "maxTtftSeconds"),
    leastTpotSeconds: await unmetLatency(whatIf, "maxTpotSeconds"),
  };
}
