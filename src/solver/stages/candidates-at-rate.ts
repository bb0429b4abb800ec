import { externalShareGBytesPerSecond } from "../../hardware/instance.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import type { LinksAtRate } from "../instances/matrix-links.ts";
import { sizesAtRate } from "./size-rates.ts";
import type { BatchOptions, ClassOptions, StageOption } from "./stage-options.ts";
import { endingOnly, type StartsAtRate, startsAtRate } from "./starts-at-rate.ts";

/** The sizes of TP groups of one degree that are fast enough; kinds of groups that carry the same sizes are one option. */
export interface OptionAtRate {
  readonly groupGpus: number;
  /** Positions of the kinds in the class's kinds. */
  readonly kinds: readonly number[];
  /** Layers, rising; never empty. */
  readonly sizes: readonly number[];
  readonly smallest: number;
  readonly largest: number;
  /** Whether every size from the smallest to the largest is there. */
  readonly contiguous: boolean;
  /** Sizes by where the stage starts: of stages that leave their instance or end the model, and of all stages where `stays` is null. */
  readonly starts: StartsAtRate;
  /**
   * The same of stages whose next one stands on the same instance. Null where no other stage has room there, or may be its next, or
   * where it makes no difference at this rate threshold.
   */
  readonly stays: StartsAtRate | null;
}

/** Where the stages of an option start: one table, or one for each thing that they may send to. */
export function startsOf({ starts, stays }: OptionAtRate): readonly StartsAtRate[] {
  return stays ? [starts, stays] : [starts];
}

/** Whether it matters somewhere which stages have their next one on the same instance. */
export function asksForNext(candidates: readonly CandidatesAtRate[]): boolean {
  return candidates.some(({ options }) => options.some(({ stays }) => stays !== null));
}

/** Groups of each option that one instance offers together, in option order. */
export interface PatternAtRate {
  readonly counts: readonly number[];
  /** Position of the class's partition. */
  readonly partition: number;
}

/** One instance class at a rate threshold, for a number of stages. */
export interface CandidatesAtRate {
  readonly instanceClass: InstanceClass;
  readonly options: readonly OptionAtRate[];
  /** Null when any groups that fit by number can be formed. */
  readonly patterns: readonly PatternAtRate[] | null;
  /**
   * True when a link to another instance would be too slow: then an instance of the class either carries all stages or
   * is not used.
   */
  readonly solo: boolean;
  /** False when two neighbouring stages may not stand on one instance, because the link inside it would be too slow. */
  readonly neighbours: boolean;
  /** Most stages on one instance, from `neighbours` alone: S, or ceil(S / 2) when neighbours are forbidden. */
  readonly maxStagesPerInstance: number;
  /** Where an instance is placed as a whole, with one group for all of its stages: what each of them may be. */
  readonly stageOfNode?: OptionAtRate;
}

/**
 * What is left of the options when every stage and link has to reach `minRate` tokens/s in a placement of `stages` stages.
 *
 * With the derived network a link is the smallest of three things that each belong to one end (TP group and network share
 * of the source, of the target) or to one instance (its inside bandwidth), so the rate threshold decides each on its own:
 * - an option whose TP group carries too little is out;
 * - a class whose network share is too small stands alone (`solo`) with all stages on one instance, since any second
 *   instance in the placement would make one of its stages the end of a link between instances;
 * - a class whose inside bandwidth is too small has no two neighbouring stages on one instance. Stages are alike, so their
 *   order is free, and an order without such neighbours exists exactly when no instance of such a class holds more than
 *   ceil(S / 2) of the S stages (the usual rearrangement argument: others separate them).
 * With an explicit matrix (`links`) the same is decided instance by instance, from the links that are left: an instance that
 * reaches no other is solo, one without a link inside has no neighbours. What is left may still not be linked everywhere,
 * which has to be looked at when a placement is put together.
 *
 * `groupGpus` keeps one degree only (null: all). Links between instances below `minOutsideGBytesPerSecond` are not used.
 */
export function candidatesAtRate(
  batch: BatchOptions,
  minRate: number,
  stages: number,
  groupGpus: number | null,
  minOutsideGBytesPerSecond: number,
  links: LinksAtRate | null,
): CandidatesAtRate[] {
  const linked = stages > 1;
  const atRate: CandidatesAtRate[] = [];
  for (const source of batch.candidates) {
    const options = optionsAtRate(
      source,
      minRate,
      linked,
      groupGpus,
      batch.setting.latency !== null,
    );
    if (options.length === 0) continue;
    const patterns = patternsAtRate(source.instanceClass, options);
    if (patterns?.length === 0) continue;
    const share = externalShareGBytesPerSecond(source.instanceClass.type.instance);
    const parts = links?.binding
      ? splitByLinks(source.instanceClass, links)
      : [
          {
            instanceClass: source.instanceClass,
            outside:
              !source.instanceClass.type.instance.isScattered &&
              source.outsideRate >= minRate &&
              (links !== null || share >= minOutsideGBytesPerSecond),
            inside: source.insideRate >= minRate,
          },
        ];
    for (const { instanceClass, outside, inside } of parts) {
      if (linked && !outside && !inside) continue;
      const neighbours = !linked || inside;
      const maxStagesPerInstance = neighbours ? stages : Math.ceil(stages / 2);
      atRate.push({
        instanceClass,
        options: linked ? withNeighbours(options, outside, inside) : options,
        patterns: patterns && !neighbours ? subPatterns(patterns, maxStagesPerInstance) : patterns,
        solo: linked && !outside,
        neighbours,
        maxStagesPerInstance,
      });
    }
  }
  return atRate;
}

/**
 * Options of a class whose stages have their next one on another instance only (`inside` false), or on the same one only (`outside`
 * false): then none but the one that ends the model leaves.
 */
function withNeighbours(
  options: readonly OptionAtRate[],
  outside: boolean,
  inside: boolean,
): readonly OptionAtRate[] {
  return options.map((option) => {
    if (option.stays === null) return option;
    if (!inside) return { ...option, stays: null };
    return outside ? option : { ...option, starts: endingOnly(option.starts) };
  });
}

/** The instances of a class by what their links of an explicit matrix allow. */
function splitByLinks(
  instanceClass: InstanceClass,
  links: LinksAtRate,
): {
  readonly instanceClass: InstanceClass;
  readonly outside: boolean;
  readonly inside: boolean;
}[] {
  const parts = new Map<string, { outside: boolean; inside: boolean; instances: number[] }>();
  for (const index of instanceClass.instances) {
    const outside = links.reachesOthers(instanceClass, index);
    const inside = links.linksInside(instanceClass, index);
    const key = `${outside} ${inside}`;
    const part = parts.get(key);
    if (part) part.instances.push(index);
    else parts.set(key, { outside, inside, instances: [index] });
  }
  return [...parts.values()].map(({ outside, inside, instances }) => ({
    instanceClass: { ...instanceClass, instances },
    outside,
    inside,
  }));
}

function optionsAtRate(
  source: ClassOptions,
  minRate: number,
  linked: boolean,
  groupGpus: number | null,
  isLatencyLimited: boolean,
): OptionAtRate[] {
  const options: OptionAtRate[] = [];
  for (const option of source.options) {
    if (groupGpus !== null && option.groupGpus !== groupGpus) continue;
    if (linked && option.endRate < minRate) continue;
    const sizes = sizesAtRate(option, minRate);
    const count = sizes.length;
    if (count === 0) continue;
    const last = options.at(-1);
    // Sizes of one degree differ only in how many are fast enough.
    if (
      last?.groupGpus === option.groupGpus &&
      last.sizes.length === count &&
      option.starts.isAlike
    ) {
      options[options.length - 1] = { ...last, kinds: [...last.kinds, option.kind] };
      continue;
    }
    const smallest = sizes[0]!;
    const largest = sizes[count - 1]!;
    options.push({
      groupGpus: option.groupGpus,
      kinds: [option.kind],
      sizes,
      smallest,
      largest,
      contiguous: largest - smallest + 1 === count,
      ...startsOfOption(source, option, minRate, linked, groupGpus, isLatencyLimited),
    });
  }
  return options;
}

function startsOfOption(
  { instanceClass }: ClassOptions,
  { starts: leaving, stays: staying, groupGpus }: StageOption,
  minRate: number,
  linked: boolean,
  onlyDegree: number | null,
  isLatencyLimited: boolean,
): Pick<OptionAtRate, "starts" | "stays"> {
  const starts = startsAtRate(leaving, minRate);
  const hasRoom = onlyDegree === null || 2 * groupGpus <= instanceClass.type.instance.gpuCount;
  if (!staying || !linked || !hasRoom) return { starts, stays: null };
  const stays = startsAtRate(staying, minRate);
  const isSame =
    !isLatencyLimited && stays.sizes.every((sizes, i) => sizes.length === starts.sizes[i]!.length);
  return { starts, stays: isSame ? null : stays };
}

/** The class's partitions in terms of the options; of equal or worse ones the first is kept. */
function patternsAtRate(
  instanceClass: InstanceClass,
  options: readonly OptionAtRate[],
): readonly PatternAtRate[] | null {
  if (!instanceClass.partitions) return null;
  const optionOf = new Map<number, number>();
  for (const [i, { kinds }] of options.entries()) for (const kind of kinds) optionOf.set(kind, i);
  const kept: PatternAtRate[] = [];
  for (const [partition, { counts: byKind }] of instanceClass.partitions.entries()) {
    const counts = new Array<number>(options.length).fill(0);
    for (const [kind, count] of byKind.entries()) {
      const option = optionOf.get(kind);
      if (option !== undefined) counts[option]! += count;
    }
    if (counts.every((count) => count === 0)) continue;
    if (kept.some((other) => counts.every((count, i) => count <= other.counts[i]!))) continue;
    const better = kept.filter((other) => !other.counts.every((count, i) => count <= counts[i]!));
    kept.splice(0, kept.length, ...better, { counts, partition });
  }
  return kept;
}

/** Every non-empty part of the patterns with at most so many groups: what an instance really holds then counts. */
export function subPatterns(
  patterns: readonly PatternAtRate[],
  maxGroups: number,
): readonly PatternAtRate[] {
  const parts = new Map<string, PatternAtRate>();
  const add = (
    { counts, partition }: PatternAtRate,
    option: number,
    chosen: readonly number[],
    left: number,
  ): void => {
    if (option === counts.length) {
      if (left < maxGroups) parts.set(chosen.join(), { counts: chosen, partition });
      return;
    }
    for (let n = 0; n <= Math.min(counts[option]!, left); n++) {
      add({ counts, partition }, option + 1, [...chosen, n], left - n);
    }
  };
  for (const pattern of patterns) add(pattern, 0, [], maxGroups);
  return [...parts.values()];
}
