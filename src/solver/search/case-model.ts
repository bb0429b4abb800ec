import { InputError } from "../../errors.ts";
import { deriveMatrix, type MatrixNetwork } from "../../hardware/network.ts";
import { type PlacementStage, parseInstanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import type { CaseCosts, CaseLimit, CaseModel } from "../case-terms.ts";
import { countModel } from "../count/formulation.ts";
import type { HostClass } from "../hosts/host-class.ts";
import { requireLevel } from "../levels.ts";
import { MatrixLinks } from "../links/matrix-links.ts";
import { caseRules } from "../nodes/case-rules.ts";
import type { SolveRequest } from "../request.ts";
import { slotModel } from "../slots/formulation.ts";
import { slotUnits, type Unit } from "../slots/units.ts";
import { startsModel } from "../starts/formulation.ts";
import { linkedStartsModel } from "../starts/linked-formulation.ts";
import { startsMatter } from "../starts/start-table.ts";
import type { Scenario } from "./scenarios.ts";

/** What the MILPs of one search have in common. */
export interface ModelContext {
  readonly problem: Problem;
  readonly request: SolveRequest;
  /** By name and price: a class's position is its place in the alphabet. */
  readonly classes: readonly HostClass[];
}

/**
 * The fast formulation of a case: over host classes, without looking at single links. It is exact for layers that are alike
 * on a derived network, and otherwise a relaxation whose answer may or may not stand.
 */
export function fastModel(
  { problem, request }: ModelContext,
  { family, stages }: Scenario,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): CaseModel {
  const hosts = family.hosts(level, stages);
  const { numLayers, layers } = problem.model;
  const rules = caseRules(request, family.shape);
  const pieces = family.pieces(stages);
  const model = startsMatter(problem)
    ? startsModel(
        hosts,
        pieces,
        numLayers,
        layers?.allowedCuts ?? null,
        family.batch.setting.latency,
        costs,
        limits,
        rules,
      )
    : countModel(hosts, pieces, numLayers, costs, limits, rules);
  return {
    ...model,
    placement: (values, point) => family.placement(model.placement(values, point), hosts),
  };
}

/** Whether the fast formulation of a case looks at everything that matters. */
export function isFastModelExact(
  { problem }: ModelContext,
  { family, stages }: Scenario,
  level: number,
  linksCount: boolean,
): boolean {
  if (stages === 1 || family.shape?.placesNodes) return true;
  // Where listed groups are nodes, their order and which of their GPUs serve first may matter too.
  if (family.shape) return false;
  if (family.links(level)?.binding) return false;
  // The order of unequal layers is fixed, so stages on one instance cannot always be put side by side or apart.
  return (
    !startsMatter(problem) ||
    (!linksCount && family.hosts(level, stages).every(({ neighbours }) => neighbours))
  );
}

/** The largest pool whose derived bandwidths are written out, GPUs. */
const MOST_GPUS = 2_000;

/** The exact formulation of a case whose single links matter: every TP group of every instance on its own. */
export function linkedModel(
  context: ModelContext,
  { family, classes, stages, levels }: Scenario,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): CaseModel {
  const { problem, request } = context;
  const { model, pool } = problem;
  if (problem.network.kind === "derived" && pool.gpuCount > MOST_GPUS) {
    throw new InputError(
      "gpu_pool.csv",
      `links between single GPUs matter here, and ${pool.gpuCount} GPUs are too many to tell apart.`,
      `Give counts that add up to at most ${MOST_GPUS} GPUs.`,
    );
  }
  const network = problem.network.kind === "derived" ? deriveMatrix(pool) : problem.network;
  const links =
    family.links(level) ??
    new MatrixLinks(network, classes, family.minOutsideGBytesPerSecond).at(
      (bandwidth) => family.linkRate(bandwidth) >= levels[level]!,
    );
  const { setting } = family.batch;
  const units = slotUnits(
    problem,
    network,
    classes,
    family.batch,
    levels[level]!,
    family.tpDegree,
    problem.network.kind === "derived" && classes.every(hasAlignedGroups) ? "aligned" : "all",
  );
  requireLinkLevels(network, units, family, levels, levels[level]!);
  return startsMatter(problem)
    ? linkedStartsModel(
        units,
        links.allows,
        stages,
        model.numLayers,
        model.layers?.allowedCuts ?? null,
        setting.latency,
        costs,
        limits,
        caseRules(request, family.shape),
        family.shape,
      )
    : slotModel(
        units,
        setting.sizes,
        links.allows,
        stages,
        model.numLayers,
        costs,
        limits,
        caseRules(request, family.shape),
        family.shape,
      );
}

/** @throws InternalError when a link that the formulation may use has a rate that is no level */
function requireLinkLevels(
  { gpuCount, gBytesPerSecond }: MatrixNetwork,
  units: readonly Unit[],
  { linkRate }: Scenario["family"],
  levels: Float64Array,
  floor: number,
): void {
  const ends = [...new Set(units.map(({ lowestGpu }) => lowestGpu))];
  const used = new Set(
    ends.flatMap((source) =>
      ends
        .filter((target) => target !== source)
        .map((target) => gBytesPerSecond[source * gpuCount + target]!),
    ),
  );
  for (const bandwidth of used) {
    const rate = linkRate(bandwidth);
    if (rate >= floor) requireLevel(levels, rate, `a link of ${bandwidth} GB/s`);
  }
}

/** Whether blocks of neighbouring GPUs are all the groups an instance with alike GPUs needs. */
function hasAlignedGroups({ kinds, type }: HostClass): boolean {
  const degrees = kinds.map(({ tpDegree }) => tpDegree);
  return [...degrees, type.instance.gpuCount].every(
    (t, i, all) => i === 0 || t % all[i - 1]! === 0,
  );
}

/** Global number of a placed stage's lowest GPU. */
export function lowestGpuOf(problem: Problem, stage: PlacementStage): number {
  const { typeName, index } = parseInstanceName(stage.gpu_type)!;
  const type = problem.pool.byName.get(typeName)!;
  return type.firstGpu + index * type.instance.gpuCount + Math.min(...stage.gpu_ids!);
}
