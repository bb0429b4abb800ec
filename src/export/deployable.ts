import { ENGINE_TABLE, launchDefaults, plannedFor } from "../engines/engines.ts";
import { InputError } from "../errors.ts";
import { gpuVendor } from "../hardware/gpu-vendor.ts";
import type { PoolType } from "../hardware/pool.ts";
import type { Problem } from "../placement/problem.ts";
import { shapeBreach } from "../placement/tp-shape.ts";
import type { NodeRules, SolveRequest } from "../solver/request.ts";
import { listed } from "./comment-text.ts";
import { problemLimits } from "./limits.ts";
import { skyCloud } from "./skypilot-clouds.ts";
import { type ExportForm, FORMS, type FormTraits } from "./targets.ts";

/**
 * A request whose answer can be exported: every rule of `limitsOf` as a constraint of the search, and no placement lost that keeps
 * them all.
 *
 * | rule of `limitsOf`                                | constraint                                              |
 * | ------------------------------------------------- | ------------------------------------------------------- |
 * | phase, engine, kv_cache_format                    | of the problem alone: refused here                      |
 * | gpu_vendor, cloud                                 | types left out; types of one vendor at a time           |
 * | layer_cut                                         | kept by every placement                                 |
 * | step_tokens                                       | operating points left out                               |
 * | uniform_tp, tp_shape                              | one TP degree, of those that the model can be cut by    |
 * | equal_gpus, node_order                            | equal stages on every node, one after the other         |
 * | node_kinds, one_stage_per_node, gpu_choice        | shapes of nodes (`NodeRules`)                           |
 * | owned_instances                                   | rented instances only                                   |
 *
 * @throws InputError when nothing of the problem can be exported to the form, whatever the placement
 */
export function deployableRequest(
  form: ExportForm,
  problem: Problem,
  request: SolveRequest,
): SolveRequest {
  const traits = FORMS[form];
  const [limit] = problemLimits(form, problem);
  if (limit) {
    const [engine, ...others] = plannedFor(traits.engine);
    throw new InputError(
      "--deployable",
      limit.message,
      limit.rule === "engine" && others.length === 0
        ? `Give --engine ${engine}, or another target.`
        : "Change the problem, or give another target or none.",
    );
  }
  return startableRequest(form, problem, {
    ...request,
    tpDegrees: startableDegrees(traits, problem, request.tpDegrees),
  });
}

/**
 * The part of that which says what can be started: the rules on nodes, types and steps. The phase does not count, since one half of
 * disaggregated serving is started like any other; which TP degrees start is a rule of placements already.
 * @throws InputError when no type of the pool can be used
 */
export function startableRequest(
  form: ExportForm,
  problem: Problem,
  request: SolveRequest,
): SolveRequest {
  const refused = new Set(refusedTypes(form, problem));
  return {
    ...request,
    uniformTp: true,
    includeTypes: request.includeTypes?.filter((name) => !refused.has(name)) ?? null,
    excludeTypes: request.includeTypes
      ? request.excludeTypes
      : [...new Set([...request.excludeTypes, ...refused])],
    nodeRules: nodeRulesOf(form, FORMS[form], problem),
  };
}

function nodeRulesOf(form: ExportForm, traits: FormTraits, problem: Problem): NodeRules {
  const isMatrix = problem.network.kind === "matrix";
  return {
    stagesPerNode: stagesPerNode(traits, isMatrix),
    nodeKinds: traits.nodeKinds,
    wholeInstances: isMatrix && traits.gpuChoice === "whole_instances",
    typeGroups: vendorGroups(problem),
    rentedOnly: form === "skypilot",
    mostSequences: ENGINE_TABLE[traits.engine].launch.sequencesWithinStep
      ? (problem.engine ?? launchDefaults(traits.engine)).maxBatchedTokens
      : null,
  };
}

function stagesPerNode(traits: FormTraits, isMatrix: boolean): NodeRules["stagesPerNode"] {
  if (traits.oneStagePerNode) return "one";
  if (traits.equalNodes) return "equal";
  // Where GPUs differ and others choose them, a node has one stage, and that has one TP degree.
  return isMatrix && traits.gpuChoice !== "planned" ? "one" : "any";
}

/** Types by the vendor of their GPUs; null for a pool of one vendor. */
function vendorGroups({ pool }: Problem): NodeRules["typeGroups"] {
  const groups = (["amd", "nvidia"] as const).map((vendor) =>
    pool.types
      .filter(({ instance }) => gpuVendor(instance) === vendor)
      .map(({ instance }) => instance.name),
  );
  return groups.every((names) => names.length > 0) ? groups : null;
}

/** @throws InputError when the target's engine starts the model at none of the degrees */
function startableDegrees(
  { engine, title }: FormTraits,
  { model }: Problem,
  tpDegrees: readonly number[],
): number[] {
  const breaches = tpDegrees.map((degree) => shapeBreach(model, engine, degree));
  const startable = tpDegrees.filter((_, i) => breaches[i] === null);
  if (startable.length > 0) return startable;
  throw new InputError(
    "--deployable",
    `${title} cannot start the model at TP ${listed(tpDegrees)}: TP ${tpDegrees[0]} ${breaches[0]!.words}.`,
    "Add another degree to --tp-degrees; TP 1 always works.",
  );
}

/** The types that no placement of the form may use. @throws InputError when no other is left */
function refusedTypes(form: ExportForm, { pool }: Problem): string[] {
  const reasons = pool.types.map((type) => refusal(form, type));
  const refused = pool.types.flatMap(({ instance }, i) => (reasons[i] ? [instance.name] : []));
  if (refused.length < pool.types.length) return refused;
  throw new InputError(
    "--deployable",
    `${FORMS[form].title} cannot use any type of the pool: ${listed([...new Set(reasons)].map(String))}.`,
    "Choose another target, other instances, or --deployable none.",
  );
}

/** Why a form cannot use a type, or null. */
function refusal(form: ExportForm, { instance, count, ownedCount = 0 }: PoolType): string | null {
  if (gpuVendor(instance) === "amd" && !FORMS[form].amd) return "it needs GPUs of NVIDIA";
  if (form !== "skypilot") return null;
  if (skyCloud(instance.provider) === null) {
    return `it has no instance types of ${instance.provider}`;
  }
  return count <= ownedCount ? "it rents instances, and does not use owned ones" : null;
}
