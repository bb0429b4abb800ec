import { InputError } from "../../errors.ts";
import { externalShareGBytesPerSecond } from "../../hardware/instance.ts";
import type { Network } from "../../hardware/network.ts";
import { allowedCuts, layerCount } from "../../model/model.ts";
import { type PlacementStage, parseInstanceName } from "../../placement/placement.ts";
import type { Problem } from "../../placement/problem.ts";
import { concreteGroups, type Unit } from "../formulations/concrete-groups.ts";
import { countModel } from "../formulations/count.ts";
import { linkedStartsModel } from "../formulations/linked-starts.ts";
import type { CaseCosts, CaseLimit, CaseModel } from "../formulations/rental-rows.ts";
import { slotModel } from "../formulations/slots.ts";
import { startsModel } from "../formulations/starts.ts";
import { derivedLinks } from "../instances/derived-links.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import type { SolveRequest } from "../request.ts";
import { asksForNext } from "../stages/candidates-at-rate.ts";
import { requireLevel } from "../stages/levels.ts";
import { startsMatter } from "../stages/start-table.ts";
import { caseRules } from "./case-rules.ts";
import type { Subproblem } from "./subproblems.ts";

/** What the MILPs of one search have in common. */
export interface ModelContext {
  readonly problem: Problem;
  readonly request: SolveRequest;
  /** By name and price: a class's position is its place in the alphabet. */
  readonly classes: readonly InstanceClass[];
}

/**
 * The fast formulation of a case: over host classes, without looking at single links. It is exact for layers that are alike
 * on a derived network, and otherwise a relaxation whose answer may or may not stand.
 */
export function fastModel(
  { problem, request }: ModelContext,
  { stageTables, stages }: Subproblem,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): CaseModel {
  const candidates = stageTables.candidates(level, stages);
  const numLayers = layerCount(problem.model);
  const rules = caseRules(request, stageTables.shape);
  const pieces = stageTables.pieces(stages);
  const model = startsMatter(problem)
    ? startsModel(
        candidates,
        pieces,
        numLayers,
        allowedCuts(problem.model),
        stageTables.batch.setting.latency,
        costs,
        limits,
        rules,
      )
    : countModel(candidates, pieces, numLayers, costs, limits, rules);
  return {
    ...model,
    placement: (values, point) => stageTables.placement(model.placement(values, point), candidates),
  };
}

/** Whether the fast formulation of a case looks at everything that matters. */
export function isFastModelExact(
  { problem }: ModelContext,
  { stageTables, stages }: Subproblem,
  level: number,
  linksCount: boolean,
): boolean {
  if (stages === 1 || stageTables.shape?.placesNodes) return true;
  // Where listed groups are nodes, their order and which of their GPUs serve first may matter too.
  if (stageTables.shape) return false;
  if (stageTables.links(level)?.binding) return false;
  if (!startsMatter(problem)) return true;
  // The order of unequal layers is fixed, so stages on one instance cannot always be put side by side or apart.
  const candidates = stageTables.candidates(level, stages);
  return (
    !linksCount && !asksForNext(candidates) && candidates.every(({ neighbours }) => neighbours)
  );
}

/** The most GPUs that are told apart one by one. */
const MOST_GPUS = 2_000;

/** The exact formulation of a case whose single links matter: every TP group of every instance on its own. */
export function linkedModel(
  context: ModelContext,
  { stageTables, classes: all, stages, levels }: Subproblem,
  level: number,
  costs: CaseCosts,
  limits: readonly CaseLimit[],
): CaseModel {
  const { problem, request } = context;
  const { model, network } = problem;
  const isDerived = network.kind === "derived";
  // Instances of a class are alike on a derived network, and S stages use S of them at most.
  const classes = isDerived
    ? all.map((instanceClass) => ({
        ...instanceClass,
        instances: instanceClass.instances.slice(0, stages),
      }))
    : all;
  const gpus = classes.reduce(
    (sum, { type, instances }) => sum + instances.length * type.instance.gpuCount,
    0,
  );
  if (isDerived && gpus > MOST_GPUS) {
    throw new InputError(
      "gpu_pool.csv",
      `links between single GPUs matter here, and ${gpus} GPUs are too many to tell apart.`,
      `Give counts that add up to at most ${MOST_GPUS} GPUs.`,
    );
  }
  const minRate = levels[level]!;
  const allows =
    stageTables.links(level)?.allows ??
    derivedLinks(
      classes,
      stageTables.minOutsideGBytesPerSecond,
      (bandwidth) => stageTables.linkRate(bandwidth) >= minRate,
    );
  const { setting } = stageTables.batch;
  const units = concreteGroups(
    problem,
    classes,
    stageTables.batch,
    minRate,
    stageTables.tpDegree,
    isDerived && classes.every(hasAlignedGroups) ? "aligned" : "all",
  );
  requireLinkLevels(linkBandwidths(network, units), stageTables, levels, minRate);
  return startsMatter(problem)
    ? linkedStartsModel(
        units,
        allows,
        stages,
        layerCount(model),
        allowedCuts(model),
        setting.latency,
        costs,
        limits,
        caseRules(request, stageTables.shape),
        stageTables.shape,
      )
    : slotModel(
        units,
        setting.sizes,
        allows,
        stages,
        layerCount(model),
        costs,
        limits,
        caseRules(request, stageTables.shape),
        stageTables.shape,
      );
}

/** The bandwidths that links between units can have, GB/s. */
function linkBandwidths(network: Network, units: readonly Unit[]): ReadonlySet<number> {
  if (network.kind === "derived") {
    return new Set(
      units.flatMap(
        ({
          instanceClass: {
            type: { instance },
          },
        }) => [instance.insideGBytesPerSecond, externalShareGBytesPerSecond(instance)],
      ),
    );
  }
  const { gpuCount, gBytesPerSecond } = network;
  const ends = [...new Set(units.map(({ lowestGpu }) => lowestGpu))];
  return new Set(
    ends.flatMap((source) =>
      ends
        .filter((target) => target !== source)
        .map((target) => gBytesPerSecond[source * gpuCount + target]!),
    ),
  );
}

/** @throws InternalError when a link that the formulation may use has a rate that is no level */
function requireLinkLevels(
  bandwidths: ReadonlySet<number>,
  { linkRate }: Subproblem["stageTables"],
  levels: Float64Array,
  minRate: number,
): void {
  for (const bandwidth of bandwidths) {
    const rate = linkRate(bandwidth);
    if (rate >= minRate) requireLevel(levels, rate, `a link of ${bandwidth} GB/s`);
  }
}

/** Whether blocks of neighbouring GPUs are all the groups an instance with alike GPUs needs. */
function hasAlignedGroups({ kinds, type }: InstanceClass): boolean {
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
