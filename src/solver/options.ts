import type { CostModel, LinkEnd } from "../cost/cost-model.ts";
import { externalShareGBytesPerSecond } from "../hardware/instance.ts";
import type { Network } from "../hardware/network.ts";
import { isAllowedCut } from "../model/model.ts";
import type { Problem } from "../placement/problem.ts";
import { allowedSegmentSizes } from "../placement/segment-sizes.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import { canListGroups, degreesOf, matrixGroups } from "./hosts/groups.ts";
import type { GroupKind, HostClass } from "./hosts/host-class.ts";

/** Sizes of a stage and how fast each is. */
export interface SizeRates {
  /** Layers, rising. */
  readonly sizes: readonly number[];
  /** tokens/s of each size, never rising. */
  readonly rates: readonly number[];
}

/**
 * The stages one kind of TP group can carry: their sizes and how fast each size is. Where layers are not alike, the sizes
 * that are possible anywhere, each at its fastest place: no stage of that size is faster.
 */
export interface StageOption extends SizeRates {
  /** Position in the class's kinds. */
  readonly kind: number;
  readonly tpDegree: number;
  /** By the number of layers before the stage, where layers are not alike; null where they are. */
  readonly byStart: readonly SizeRates[] | null;
  /** tokens/s of a link that only this stage's TP group limits; Infinity for TP 1. */
  readonly endRate: number;
}

/** What the instances of one class can carry. */
export interface HostOptions {
  readonly host: HostClass;
  /** By rising TP degree, then rising bandwidth of the group. */
  readonly options: readonly StageOption[];
  /** tokens/s of a link that only the type's share of a derived network limits; Infinity with an explicit matrix. */
  readonly outsideRate: number;
  /** tokens/s of a link between two stages of one instance, TP groups aside; Infinity with an explicit matrix. */
  readonly insideRate: number;
}

/** Everything the search knows about one batch size. */
export interface BatchOptions {
  readonly point: OperatingPoint;
  readonly hosts: readonly HostOptions[];
  /** Every raw rate a placement can have (rates of stages and links), rising, tokens/s. */
  readonly levels: Float64Array;
}

const UNLIMITED: LinkEnd = { tpDegree: 1, groupGBytesPerSecond: Number.POSITIVE_INFINITY };

/**
 * Tabulates every stage that the rules and the memory allow at one batch size. Groups of which not even one layer fits are
 * left out, although `evaluate` lets them pass.
 */
export function batchOptions(
  problem: Problem,
  classes: readonly HostClass[],
  point: OperatingPoint,
): BatchOptions {
  const { costModel, network } = problem;
  const sizes = allowedSegmentSizes(problem.model.numLayers, problem.rules);
  const isDerived = network.kind === "derived";
  const hosts: HostOptions[] = [];
  for (const host of classes) {
    const options = host.kinds
      .map((kind, position) => stageOption(problem, host, kind, position, sizes, point))
      .filter((option) => option.sizes.length > 0);
    if (options.length === 0) continue;
    const { instance } = host.type;
    hosts.push({
      host,
      options,
      outsideRate: isDerived
        ? pairRate(costModel, externalShareGBytesPerSecond(instance), point)
        : Number.POSITIVE_INFINITY,
      insideRate: isDerived
        ? pairRate(costModel, instance.insideGBytesPerSecond, point)
        : Number.POSITIVE_INFINITY,
    });
  }
  const linkRates = matrixLinkRates(network, costModel, point);
  return { point, hosts, levels: levelsOf(problem, classes, hosts, linkRates, sizes, point) };
}

/** tokens/s of a link that only the bandwidth between its two GPUs limits. */
export function pairRate(
  costModel: CostModel,
  gBytesPerSecond: number,
  point: OperatingPoint,
): number {
  return costModel.link(UNLIMITED, UNLIMITED, gBytesPerSecond, point).tokensPerSecond;
}

/** Raw rates are rates of stages or links, and none is above the fastest stage. */
function levelsOf(
  problem: Problem,
  classes: readonly HostClass[],
  hosts: readonly HostOptions[],
  linkRates: readonly number[],
  sizes: readonly number[],
  point: OperatingPoint,
): Float64Array {
  const levels = new Set<number>();
  let fastest = 0;
  const addStages = (option: StageOption): void => {
    for (const { rates } of option.byStart ?? [option]) {
      for (const rate of rates) levels.add(rate);
    }
    fastest = Math.max(fastest, option.rates[0] ?? 0);
  };
  for (const { options } of hosts) for (const option of options) addStages(option);
  // Where links bind, TP groups may be formed for the sake of their links, out of any GPUs.
  const bind = linkRates.some((rate) => rate < fastest);
  const others = bind ? groupOptions(problem, classes, sizes, point) : [];
  for (const option of others) addStages(option);
  const addLink = (rate: number): void => {
    if (rate < fastest) levels.add(rate);
  };
  for (const { options, outsideRate, insideRate } of hosts) {
    addLink(outsideRate);
    addLink(insideRate);
    for (const { endRate } of options) addLink(endRate);
  }
  for (const { endRate } of others) addLink(endRate);
  for (const rate of linkRates) addLink(rate);
  return Float64Array.from(levels).sort();
}

/** The options of every TP group that an explicit matrix tells apart; none where they are too many to be used one by one. */
function groupOptions(
  problem: Problem,
  classes: readonly HostClass[],
  sizes: readonly number[],
  point: OperatingPoint,
): StageOption[] {
  const { network } = problem;
  if (network.kind !== "matrix" || !canListGroups(classes)) return [];
  return classes.flatMap((host) => {
    const kinds = new Map<string, GroupKind>();
    for (const instanceIndex of host.instances) {
      for (const tpDegree of degreesOf(host.kinds)) {
        for (const { groupGBytesPerSecond } of matrixGroups(
          network,
          host,
          instanceIndex,
          tpDegree,
        )) {
          kinds.set(`${tpDegree} ${groupGBytesPerSecond}`, { tpDegree, groupGBytesPerSecond });
        }
      }
    }
    return [...kinds.values()].map((kind) => stageOption(problem, host, kind, 0, sizes, point));
  });
}

function matrixLinkRates(network: Network, costModel: CostModel, point: OperatingPoint): number[] {
  if (network.kind === "derived") return [];
  return [...new Set(network.gBytesPerSecond)].map((bandwidth) =>
    pairRate(costModel, bandwidth, point),
  );
}

/** The stages one kind of TP group can carry. `kind` is its position among the host's kinds. */
export function stageOption(
  problem: Problem,
  host: Pick<HostClass, "type">,
  group: GroupKind,
  kind: number,
  allowedSizes: readonly number[],
  point: OperatingPoint,
): StageOption {
  const { costModel, model } = problem;
  const endRate = costModel.link(group, UNLIMITED, Number.POSITIVE_INFINITY, point).tokensPerSecond;
  const { tpDegree } = group;
  const from = (startLayer: number): SizeRates =>
    sizeRates(problem, host, group, startLayer, allowedSizes, point);
  if (!model.layers) return { kind, tpDegree, ...from(1), byStart: null, endRate };
  const byStart = Array.from({ length: model.numLayers }, (_, before) =>
    before === 0 || isAllowedCut(model, before) ? from(before + 1) : NOTHING,
  );
  return { kind, tpDegree, ...envelope(byStart), byStart, endRate };
}

const NOTHING: SizeRates = { sizes: [], rates: [] };

function sizeRates(
  { costModel, model, rules }: Problem,
  { type: { instance } }: Pick<HostClass, "type">,
  { tpDegree, groupGBytesPerSecond }: GroupKind,
  startLayer: number,
  allowedSizes: readonly number[],
  point: OperatingPoint,
): SizeRates {
  const range = costModel.segmentRange(
    instance,
    tpDegree,
    point,
    rules.minMemoryUtilization,
    startLayer,
  );
  const sizes = range.fits
    ? allowedSizes.filter(
        (size) =>
          size >= range.smallest &&
          size <= range.largest &&
          startLayer + size - 1 <= model.numLayers &&
          isAllowedCut(model, startLayer + size - 1),
      )
    : [];
  return {
    sizes,
    rates: sizes.map(
      (layers) =>
        costModel.stage({ instance, tpDegree, startLayer, layers, groupGBytesPerSecond }, point)
          .tokensPerSecond,
    ),
  };
}

/** Every size that some start allows, at a rate that no start exceeds and that never rises with the size. */
function envelope(byStart: readonly SizeRates[]): SizeRates {
  const fastest = new Map<number, number>();
  for (const { sizes, rates } of byStart) {
    for (const [i, size] of sizes.entries()) {
      fastest.set(size, Math.max(fastest.get(size) ?? 0, rates[i]!));
    }
  }
  const sizes = [...fastest.keys()].sort((a, b) => a - b);
  const rates = sizes.map((size) => fastest.get(size)!);
  // A size may be possible only at a slower start than a larger one; lifting it keeps the bound and the order.
  for (let i = rates.length - 2; i >= 0; i--) rates[i] = Math.max(rates[i]!, rates[i + 1]!);
  return { sizes, rates };
}
