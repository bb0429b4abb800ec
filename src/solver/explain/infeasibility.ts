import { NO_LIMITS } from "../../workload/workload.ts";
import type { ObjectiveName } from "../request.ts";
import type { Infeasibility } from "../solution.ts";
import { jointRelaxations } from "./joint-relaxations.ts";
import { latencySentences, unmetLatency } from "./least-latency.ts";
import { limitRelaxations } from "./limit-relaxations.ts";
import { type SetLimit, setLimits, without } from "./limits.ts";
import { longestRequest } from "./longest-request.ts";
import type { Prober } from "./prober.ts";
import { type Extremes, limitReasons, noFitReasons } from "./reasons.ts";
import { countRelaxations, ruleRelaxations } from "./rule-relaxations.ts";
import { jointFits, whatFits } from "./what-fits.ts";

/**
 * Why nothing fits: reasons in sentences, an irreducible set of limits that cannot be met together, and the smallest single
 * changes that would help. Each is established by searches of the changed problem.
 * @throws ExplanationCut when a limit on time strikes
 */
export async function explainInfeasible(prober: Prober): Promise<Infeasibility> {
  const { problem, request, points } = prober;
  const limits = setLimits(problem.limits);
  const unlimited = limits.length > 0 ? await prober.any({ limits: NO_LIMITS }) : null;
  const shorter = await longestRequest(prober, unlimited ? problem.limits : NO_LIMITS);
  if (!unlimited && shorter) {
    return {
      sentences: [
        ...(limits.length > 0 ? ["Nothing fits even without budgets and targets."] : []),
        `No KV cache holds a request of max-model-len ${shorter.from} tokens, and engines refuse to start without that room. The largest max-model-len that fits is ${shorter.to} (to 0.1 %).`,
      ],
      conflict: [],
      relaxations: [shorter, ...(await whatFits(prober)), ...(await ruleRelaxations(prober))],
      joint_relaxations: [],
    };
  }
  if (!unlimited) {
    const reasons = noFitReasons(problem, request, points);
    const fits = [...(await whatFits(prober)), ...(await ruleRelaxations(prober))];
    return {
      sentences: [
        ...(limits.length > 0 ? ["Nothing fits even without budgets and targets."] : []),
        ...(reasons.length > 0
          ? reasons
          : [
              "No combination of instances, TP degrees and stage sizes covers the model within the rules: every case was excluded by a bound or a MILP.",
            ]),
        ...(await conflictSentences(prober)),
      ],
      conflict: [],
      relaxations: fits,
      joint_relaxations: fits.length === 0 ? await jointFits(prober) : [],
    };
  }
  const conflict = await irreducible(prober, limits);
  const relaxations = await limitRelaxations(prober, conflict);
  return {
    sentences: [
      `Placements exist, but none within the limits (${limits.map(({ name, value }) => `${name} ${value}`).join(", ")}).`,
      ...limitReasons(problem, await extremesOf(prober)),
      // Of a limit that stands alone the reasons have said it.
      ...(limits.length > 1 ? latencySentences(problem.limits, conflict, relaxations) : []),
    ],
    conflict: conflict.map(({ name, value }) => `${name} ${value}`),
    relaxations: [
      ...relaxations,
      ...(shorter ? [shorter] : []),
      ...(await countRelaxations(prober)),
    ],
    joint_relaxations: await jointRelaxations(prober, conflict, relaxations),
  };
}

/** Leaves out one limit after the other as long as the rest cannot be met either. */
async function irreducible(prober: Prober, limits: readonly SetLimit[]): Promise<SetLimit[]> {
  let kept = [...limits];
  for (const limit of limits) {
    const rest = kept.filter((other) => other !== limit);
    const dropped = limits.filter((other) => !rest.includes(other)).map(({ key }) => key);
    if (!(await prober.any({ limits: without(prober.problem.limits, dropped) }))) kept = rest;
  }
  return kept;
}

/** Rows and bounds of a MILP that are named at most. */
const MOST_ROWS_NAMED = 8;

/** What HiGHS says of the MILPs themselves: which of their rows and bounds exclude each other, for the most stages that are allowed. */
async function conflictSentences(prober: Prober): Promise<string[]> {
  const last = await prober.conflict({ limits: NO_LIMITS });
  // Rows and bounds by the hundred tell nobody anything.
  if (!last || last.rows.length > MOST_ROWS_NAMED) return [];
  return [
    `In the MILP for ${last.stages} ${last.stages === 1 ? "stage" : "stages"} at batch ${last.batch} these cannot hold together, and without any one of them the others could: ${last.rows.join(", ")}.`,
  ];
}

async function extremesOf(prober: Prober): Promise<Extremes> {
  const best = async (objective: ObjectiveName): Promise<number> =>
    (await prober.best({ limits: NO_LIMITS }, { objective, weight: null }))!.value;
  return {
    leastUsdPerHour: await best("cost"),
    leastUsdPerMillionTokens: await best("cost-per-token"),
    mostTokensPerSecond: await best("throughput"),
    leastTtftSeconds: await unmetLatency(prober, "maxTtftSeconds"),
    leastTpotSeconds: await unmetLatency(prober, "maxTpotSeconds"),
  };
}
