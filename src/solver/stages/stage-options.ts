import { type CostModel, type LinkEnd, tpGroup } from "../../cost/cost-model.ts";
import { externalShareGBytesPerSecond } from "../../hardware/instance.ts";
import type { GroupKind, Network } from "../../hardware/network.ts";
import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import type { OtherGroups } from "../instances/tp-groups.ts";
import { type LatencyBudget, withinLatency } from "./latency-budget.ts";
import type { SizeRates } from "./size-rates.ts";
import { envelope, type StartTable, tableRates } from "./start-table.ts";
import type { TableCache } from "./table-cache.ts";
import type { TableSetting } from "./tabulate.ts";

/**
 * The stages one kind of TP group can carry: the sizes that are possible anywhere, each at its fastest place: no stage of that size
 * is faster.
 */
export interface StageOption extends SizeRates {
  /** Position in the class's kinds. */
  readonly kind: number;
  readonly groupGpus: number;
  /** By where the stage starts. Stages that leave their instance or end the model. */
  readonly starts: StartTable;
  /** The same of stages whose next one stands on the same instance; null where that makes no difference or cannot be. */
  readonly stays: StartTable | null;
  /** tokens/s of a link that only this stage's TP group limits; Infinity for TP 1. */
  readonly endRate: number;
}

/** What the instances of one class can carry. */
export interface ClassOptions {
  readonly instanceClass: InstanceClass;
  /** By rising TP degree, then rising bandwidth of the group. */
  readonly options: readonly StageOption[];
  /** tokens/s of a link that only the type's share of a derived network limits; Infinity with an explicit matrix. */
  readonly outsideRate: number;
  /** tokens/s of a link between two stages of one instance, TP groups aside; Infinity with an explicit matrix. */
  readonly insideRate: number;
}

/** What the stages of a search have in common. */
export interface StageSetting extends TableSetting {
  /** What the latencies of all stages together may be; null for no limit. */
  readonly latency: LatencyBudget | null;
  readonly tables: TableCache;
}

/** Everything the search knows about one batch size, or one batch size and number of stages. */
export interface BatchOptions {
  readonly setting: StageSetting;
  readonly candidates: readonly ClassOptions[];
  /** Every raw rate a placement can have (rates of stages and links), rising, tokens/s. */
  readonly levels: Float64Array;
  /**
   * Whether the levels hold the rates of every TP group that any GPUs can form, not only of the groups of the classes. Only then
   * may a formulation over single groups be used: see `formulations/concrete-groups.ts`.
   */
  readonly holdsAllGroups: boolean;
}

const UNLIMITED: LinkEnd = tpGroup(1);

/**
 * Tabulates every stage that the rules, the memory and the limits on latencies allow in a setting. Groups of which not even
 * one layer fits are left out, although `evaluate` lets them pass.
 * @param otherGroups kinds of groups that only links or rules on nodes can make worth forming, see `groupsBeside`
 * @param groupGpus of groups of so many GPUs only; null: of all
 */
export function batchOptions(
  problem: Problem,
  classes: readonly InstanceClass[],
  setting: StageSetting,
  otherGroups: OtherGroups,
  groupGpus: number | null = null,
): BatchOptions {
  const { costModel, network } = problem;
  const { point } = setting;
  const isDerived = network.kind === "derived";
  const candidates: ClassOptions[] = [];
  for (const instanceClass of classes) {
    const options = instanceClass.kinds
      .flatMap((kind, position) =>
        groupGpus === null || kind.gpus === groupGpus
          ? [stageOption(problem, instanceClass, kind, position, setting)]
          : [],
      )
      .filter((option) => option.sizes.length > 0);
    if (options.length === 0) continue;
    const { instance } = instanceClass.type;
    candidates.push({
      instanceClass,
      options,
      outsideRate: isDerived
        ? pairRate(costModel, externalShareGBytesPerSecond(instance), point)
        : Number.POSITIVE_INFINITY,
      insideRate: isDerived
        ? pairRate(costModel, instance.insideGBytesPerSecond, point)
        : Number.POSITIVE_INFINITY,
    });
  }
  const levels = levelsOf(problem, candidates, setting, otherGroups ?? []);
  return { setting, candidates, levels, holdsAllGroups: otherGroups !== null };
}

/** tokens/s of a link that only the bandwidth between its two GPUs limits. */
export function pairRate(
  costModel: CostModel,
  gBytesPerSecond: number,
  point: OperatingPoint,
): number {
  return costModel.link(UNLIMITED, UNLIMITED, gBytesPerSecond, point).tokensPerSecond;
}

/**
 * Raw rates are rates of stages or links, and none is above the fastest stage. The other groups are no faster than those of
 * the classes, but a placement that needs them is as fast as they are.
 */
function levelsOf(
  problem: Problem,
  candidates: readonly ClassOptions[],
  setting: StageSetting,
  otherGroups: NonNullable<OtherGroups>,
): Float64Array {
  const others = otherGroups.flatMap(({ instanceClass, kinds }) =>
    kinds.map((kind) => stageOption(problem, instanceClass, kind, 0, setting)),
  );
  const levels = new Set<number>();
  let fastest = 0;
  for (const option of [...candidates.flatMap(({ options }) => options), ...others]) {
    for (const rate of ratesOf(option)) levels.add(rate);
    fastest = Math.max(fastest, option.rates[0] ?? 0);
  }
  const addLink = (rate: number): void => {
    if (rate < fastest) levels.add(rate);
  };
  for (const { options, outsideRate, insideRate } of candidates) {
    addLink(outsideRate);
    addLink(insideRate);
    for (const { endRate } of options) addLink(endRate);
  }
  for (const { endRate } of others) addLink(endRate);
  for (const rate of matrixLinkRates(problem.network, problem.costModel, setting.point)) {
    addLink(rate);
  }
  return Float64Array.from(levels).sort();
}

/** tokens/s of every stage of an option; the same may come more than once. */
export function* ratesOf({
  starts,
  stays,
}: Pick<StageOption, "starts" | "stays">): Generator<number> {
  yield* tableRates(starts);
  if (stays) yield* tableRates(stays);
}

function matrixLinkRates(network: Network, costModel: CostModel, point: OperatingPoint): number[] {
  if (network.kind === "derived") return [];
  return [...new Set(network.gBytesPerSecond)].map((bandwidth) =>
    pairRate(costModel, bandwidth, point),
  );
}

/** The stages one kind of TP group can carry. `kind` is its position among the class's kinds. */
export function stageOption(
  problem: Problem,
  { type: { instance }, kinds }: Pick<InstanceClass, "type" | "kinds">,
  group: GroupKind,
  kind: number,
  setting: StageSetting,
): StageOption {
  const { costModel } = problem;
  const { point, latency, tables } = setting;
  const { gpus: groupGpus } = group;
  const endRate = costModel.link(
    { group },
    UNLIMITED,
    Number.POSITIVE_INFINITY,
    point,
  ).tokensPerSecond;
  const all = tables.of(problem, instance, group, setting);
  const within = (table: StartTable): StartTable =>
    latency ? withinLatency(table, latency) : table;
  const starts = within(all.leaves);
  const smallestDegree = Math.min(...kinds.map(({ gpus }) => gpus));
  const staying = groupGpus + smallestDegree <= instance.gpuCount ? all.stays() : null;
  const stays = staying && within(staying);
  return {
    kind,
    groupGpus,
    ...envelope(stays ? [starts, stays] : [starts]),
    starts,
    stays,
    endRate,
  };
}
