import type { Problem } from "../placement/problem.ts";
import { DEFAULT_TP_DEGREES, type SolveRequest } from "../solver/request.ts";
import type { LimitRule } from "./limits.ts";
import { type ExportForm, FORMS } from "./targets.ts";
import { gpuVendor } from "./vendor.ts";

/** What `solve` has to be asked for so that its answer can be exported, as far as the solver knows such rules. */
export interface Deployability {
  /** Keeps every placement that can be exported. */
  readonly request: Pick<SolveRequest, "uniformTp" | "tpDegrees" | "maxInstanceTypes">;
  /** Rules that an answer to this request keeps. */
  readonly ensured: readonly LimitRule[];
  /**
   * Rules on placements that the solver has no constraint for: the answer may break them. None: the request finds the best
   * placement that can be exported.
   */
  readonly unchecked: readonly LimitRule[];
}

/** Rules that every placement on a single instance keeps. */
export const SINGLE_INSTANCE_RULES: readonly LimitRule[] = [
  "equal_gpus",
  "node_order",
  "node_kinds",
];

/**
 * The request of the solver that a form needs.
 * @param tpDegrees TP degrees to choose from
 *
 * Only `ray` is covered exactly (with bandwidths derived from the instance table; an explicit matrix leaves `gpu_choice` open, and
 * GPUs of two vendors in one pool leave `gpu_vendor` open). All other forms need equally many GPUs on every node and the stages in
 * the order of the nodes. Answers with one instance keep both
 * (`SINGLE_INSTANCE_RULES`); for more the answer has to be checked with `limitsOf`.
 */
export function deployability(
  form: ExportForm,
  problem: Problem,
  tpDegrees: readonly number[] = DEFAULT_TP_DEGREES,
): Deployability {
  const traits = FORMS[form];
  const { numAttentionHeads } = problem.model;
  const isMatrix = problem.network.kind === "matrix";
  const vendors = new Set(problem.pool.types.map(({ instance }) => gpuVendor(instance)));
  const unchecked: LimitRule[] = [];
  if (vendors.size > 1 || (vendors.has("amd") && !traits.amd)) unchecked.push("gpu_vendor");
  if (traits.equalNodes) unchecked.push("equal_gpus", "node_order");
  if (traits.nodeKinds !== "any") unchecked.push("node_kinds");
  if (traits.oneStagePerNode) unchecked.push("one_stage_per_node");
  if (isMatrix && traits.gpuChoice !== "planned") unchecked.push("gpu_choice");
  if (form === "skypilot") unchecked.push("cloud", "owned_instances");
  return {
    request: {
      uniformTp: true,
      tpDegrees: tpDegrees.filter((degree) => numAttentionHeads % degree === 0),
      maxInstanceTypes: { one: 1, first_and_rest: 2, any: null }[traits.nodeKinds],
    },
    ensured: ["layer_cut", "uniform_tp", "tp_divides_heads"],
    unchecked,
  };
}
