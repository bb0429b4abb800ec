import type { Problem } from "../../placement/problem.ts";
import type { PlacementStage } from "../../placement/placement.ts";
import { parseInstanceName } from "../../placement/placement.ts";
import { allowedSegmentSizes } from "../../placement/segment-sizes.ts";
import type { CaseCosts, CaseLimit, CaseModel } from "../case-terms.ts";
import { countModel } from "../count/formulation.ts";
import type { HostClass } from "../hosts/host-class.ts";
import type { SolveRequest } from "../request.ts";
import { slotModel } from "../slots/formulation.ts";
import { slotUnits } from "../slots/units.ts";
import type { Scenario } from "./scenarios.ts";

/** What the MILPs of one search have in common. */
export interface ModelContext {
  readonly problem: Problem;
  readonly request: SolveRequest;
  /** By name and price: a class's position is its place in the alphabet. */
  readonly classes: readonly HostClass[];
}

/** The fast formulation of a case: exact, unless links of an explicit matrix bind; then a relaxation that ignores them. */
export function fastModel(
  { problem, request }: ModelContext,
  { family, stages }: Scenario,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): CaseModel {
  const hosts = family.hosts(level, stages);
  return countModel(hosts, stages, problem.model.numLayers, costs, limits, request);
}

/** The exact formulation of a case whose links of an explicit matrix bind. */
export function linkedModel(
  { problem, request, classes }: ModelContext,
  { family, stages, levels, point }: Scenario,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): CaseModel | null {
  const links = family.links(level);
  const { network, model, rules } = problem;
  if (!links || network.kind !== "matrix") return null;
  const sizes = allowedSegmentSizes(model.numLayers, rules);
  const units = slotUnits(problem, network, classes, sizes, point, levels[level]!, family.tpDegree);
  return slotModel(units, sizes, links.allows, stages, model.numLayers, costs, limits, request);
}

/** Global number of a placed stage's lowest GPU. */
export function lowestGpuOf(problem: Problem, stage: PlacementStage): number {
  const { typeName, index } = parseInstanceName(stage.gpu_type)!;
  const type = problem.pool.byName.get(typeName)!;
  return type.firstGpu + index * type.instance.gpuCount + Math.min(...stage.gpu_ids!);
}
