import { ENGINE_TABLE, launchDefaults } from "../engines/engines.ts";
import { isAllowedCut, layerCount } from "../model/model.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { shapeBreach } from "../placement/tp-shape.ts";
import type { Phase } from "../workload/workload.ts";
import { listed } from "./comment-text.ts";
import { planLaunch } from "./launch-plan.ts";
import {
  differingNode,
  engineMismatch,
  gpuChoiceProblem,
  nodeOrderProblem,
  unevenNodes,
  vendorProblem,
} from "./limit-checks.ts";
import type { LimitContext } from "./limit-context.ts";
import { kvElementBytes } from "./settings.ts";
import { cloudProblem } from "./skypilot-clouds.ts";
import { type ExportForm, FORMS } from "./targets.ts";

/** What can keep a placement from being written for a target, in the order in which it is checked. */
export const LIMIT_RULES = [
  "phase",
  "engine",
  "gpu_vendor",
  "kv_cache_format",
  "layer_cut",
  "step_tokens",
  "uniform_tp",
  "tp_shape",
  "equal_gpus",
  "node_order",
  "node_kinds",
  "one_stage_per_node",
  "gpu_choice",
  "cloud",
  "owned_instances",
] as const;
export type LimitRule = (typeof LIMIT_RULES)[number];

/** Something of a placement that a target cannot say. */
export interface ExportLimit {
  readonly rule: LimitRule;
  readonly message: string;
}

/** What can be said of a problem before there is a placement. */
const PROBLEM_CHECKS = {
  phase: ({ phase }: ProblemContext) =>
    phase === "aggregated"
      ? null
      : `the placement serves ${phase} only: one half of disaggregated serving, whose other half and transfer of the KV cache are not planned.`,
  engine: engineMismatch,
  kv_cache_format: ({ problem }: ProblemContext) => {
    const bytes = kvElementBytes(problem.model);
    return bytes === 1 || bytes === 2
      ? null
      : `the KV cache has ${bytes} bytes per element; the engine keeps 2 (16 bit) or 1 (FP8).`;
  },
} as const satisfies Partial<Record<LimitRule, (context: ProblemContext) => string | null>>;

interface ProblemContext extends Pick<LimitContext, "traits" | "problem"> {
  readonly phase: Phase;
}

/** Each says what is wrong, or null. */
const CHECKS: Readonly<Record<LimitRule, (context: LimitContext) => string | null>> = {
  phase: ({ traits, problem, placement }) =>
    PROBLEM_CHECKS.phase({ traits, problem, phase: placement.workload_phase }),
  engine: engineMismatch,
  gpu_vendor: vendorProblem,
  kv_cache_format: ({ traits, problem, placement }) =>
    PROBLEM_CHECKS.kv_cache_format({ traits, problem, phase: placement.workload_phase }),
  layer_cut: ({ problem, placement }) => {
    const cut = placement.stages.find(
      ({ end_layer }) =>
        end_layer < layerCount(problem.model) && !isAllowedCut(problem.model, end_layer),
    );
    return cut ? `the model may not be cut after layer ${cut.end_layer}.` : null;
  },
  step_tokens: ({ traits, problem, placement }) => {
    const { sequencesWithinStep, title } = ENGINE_TABLE[traits.engine].launch;
    const tokens = (problem.engine ?? launchDefaults(traits.engine)).maxBatchedTokens;
    if (!sequencesWithinStep || placement.batch_size <= tokens) return null;
    return `${placement.batch_size} sequences in flight are more than the ${tokens} tokens of a step, which ${title} rejects.`;
  },
  uniform_tp: ({ traits, placement, plan }) => {
    if (plan.layout !== null) return null;
    const degrees = [...new Set(placement.stages.map((stage) => stage.tp_degree))];
    return `stages have TP degrees ${listed(degrees)}; ${traits.title} has one TP size for all stages.`;
  },
  tp_shape: ({ traits, problem: { model }, placement }) => {
    for (const [stage, { tp_degree }] of placement.stages.entries()) {
      const breach = shapeBreach(model, traits.engine, tp_degree);
      if (breach) return `TP ${tp_degree} of stage ${stage} ${breach.words}.`;
    }
    return null;
  },
  equal_gpus: (context) => (context.traits.equalNodes ? unevenNodes(context) : null),
  node_order: (context) => (context.traits.equalNodes ? nodeOrderProblem(context) : null),
  node_kinds: differingNode,
  one_stage_per_node: ({ traits, plan }) => {
    const node = traits.oneStagePerNode
      ? plan.nodes.find(({ stages }) => stages.length > 1)
      : undefined;
    return node
      ? `${node.instance} has stages ${listed(node.stages)}; ${traits.title} starts one pod for each stage.`
      : null;
  },
  gpu_choice: gpuChoiceProblem,
  cloud: ({ form, plan }) => (form === "skypilot" ? cloudProblem(plan) : null),
  owned_instances: ({ form, plan }) => {
    const owned =
      form === "skypilot"
        ? plan.nodes.filter(({ type, instanceIndex }) => instanceIndex < (type.ownedCount ?? 0))
        : [];
    return owned.length === 0
      ? null
      : `SkyPilot rents instances, and the plan counts ${listed(owned.map(({ instance }) => instance))} as owned.`;
  },
};

/** What keeps every placement of a problem from being written for a form. */
export function problemLimits(form: ExportForm, problem: Problem): ExportLimit[] {
  const { phase } = problem.workload;
  // Without a phase there is no solve, which says so itself.
  const context = { traits: FORMS[form], problem, phase: phase ?? "aggregated" };
  return (["phase", "engine", "kv_cache_format"] as const).flatMap((rule) => {
    const message = PROBLEM_CHECKS[rule](context);
    return message === null ? [] : [{ rule, message }];
  });
}

/**
 * Everything that a form cannot say of an evaluated placement; empty: it can be exported.
 * @throws InputError for a placement that was not evaluated
 */
export function limitsOf(form: ExportForm, problem: Problem, placement: Placement): ExportLimit[] {
  const context: LimitContext = {
    form,
    traits: FORMS[form],
    problem,
    placement,
    plan: planLaunch(problem, placement),
  };
  return LIMIT_RULES.flatMap((rule) => {
    const message = CHECKS[rule](context);
    return message === null ? [] : [{ rule, message }];
  });
}
