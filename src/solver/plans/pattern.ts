import type { Demand } from "../bounds/demand.ts";
import type { CandidatesAtRate, OptionAtRate } from "../stages/candidates-at-rate.ts";
import { carriesAll } from "./carries.ts";

/** The stages of one instance: how many of each option. */
export interface Pattern {
  /** In option order. */
  readonly counts: readonly number[];
  readonly stages: number;
  readonly gpus: number;
  /** The most that the stages hold of each demand. */
  readonly holds: readonly number[];
  /** Position of the class's partition; null when the class's GPUs are alike. */
  readonly partition: number | null;
}

/** What patterns are listed for. */
export interface PatternSetting {
  /** Stages of the pipeline. */
  readonly stages: number;
  readonly demands: readonly Demand[];
  /** Exactly so many stages on every instance; null: any number. */
  readonly stagesPerInstance: number | null;
  readonly noIdleGpus: boolean;
  /** Whether it matters how many GPUs stages use. */
  readonly countsGpus: boolean;
  readonly isLatencyLimited: boolean;
}

/** More patterns of one class than this are not listed. */
const MOST_PATTERNS = 1000;

/**
 * What an instance of a class may carry, without what another pattern with as many stages can do as well, stage by stage.
 * @returns null when that is too much to be listed
 */
export function patternsOf(atRate: CandidatesAtRate, setting: PatternSetting): Pattern[] | null {
  const lists = countsOf(atRate, setting);
  if (lists === null) return null;
  const { gpuCount } = atRate.instanceClass.type.instance;
  const held = atRate.options.map((option) => setting.demands.map(({ holds }) => holds(option)));
  const patterns: Pattern[] = [];
  for (const { counts, partition } of lists) {
    const stages = counts.reduce((sum, count) => sum + count, 0);
    const gpus = counts.reduce((sum, count, i) => sum + count * atRate.options[i]!.groupGpus, 0);
    if (atRate.solo && stages !== setting.stages) continue;
    if (setting.stagesPerInstance !== null && stages !== setting.stagesPerInstance) continue;
    if (setting.noIdleGpus && gpus !== gpuCount) continue;
    const holds = setting.demands.map((_, m) => {
      let any = 0;
      // Of the stages of an instance one at least leaves it.
      let less = Number.POSITIVE_INFINITY;
      for (let i = 0; i < counts.length; i++) {
        if (counts[i] === 0) continue;
        const { any: most, leaving } = held[i]![m]!;
        any += counts[i]! * most;
        less = Math.min(less, most - leaving);
      }
      return any - less;
    });
    patterns.push({ counts, stages, gpus, holds, partition });
  }
  return setting.countsGpus ? patterns : withoutWorse(patterns, atRate.options, setting);
}

/** Every combination of options that fits an instance. */
function countsOf(
  { instanceClass, options, patterns, maxStagesPerInstance }: CandidatesAtRate,
  { stages }: PatternSetting,
): { readonly counts: readonly number[]; readonly partition: number | null }[] | null {
  const most = Math.min(stages, maxStagesPerInstance);
  const { gpuCount } = instanceClass.type.instance;
  const all = new Map<string, { counts: readonly number[]; partition: number | null }>();
  const counts = new Array<number>(options.length).fill(0);
  const extend = (
    option: number,
    gpus: number,
    left: number,
    limits: readonly number[] | null,
    partition: number | null,
  ): boolean => {
    if (option === options.length) {
      if (left < most && !all.has(counts.join()))
        all.set(counts.join(), { counts: [...counts], partition });
      return all.size <= MOST_PATTERNS;
    }
    const { groupGpus } = options[option]!;
    for (let n = 0; n <= left && (limits ? n <= limits[option]! : n * groupGpus <= gpus); n++) {
      counts[option] = n;
      if (!extend(option + 1, gpus - n * groupGpus, left - n, limits, partition)) return false;
    }
    counts[option] = 0;
    return true;
  };
  const isListed = patterns
    ? patterns.every((pattern) => extend(0, gpuCount, most, pattern.counts, pattern.partition))
    : extend(0, gpuCount, most, null, null);
  return isListed ? [...all.values()] : null;
}

function withoutWorse(
  patterns: readonly Pattern[],
  options: readonly OptionAtRate[],
  { isLatencyLimited }: PatternSetting,
): Pattern[] {
  const carries = options.map((better) =>
    options.map((worse) => better === worse || (!isLatencyLimited && carriesAll(better, worse))),
  );
  const kept: Pattern[] = [];
  // Those with many GPUs first: they are what is as good as others.
  const sorted = [...patterns].sort((a, b) => a.stages - b.stages || b.gpus - a.gpus);
  for (const pattern of sorted) {
    const isWorse = kept.some(
      (other) => other.stages === pattern.stages && replaces(other, pattern, carries),
    );
    if (!isWorse) kept.push(pattern);
  }
  return kept;
}

/** Whether each stage of a pattern has one of its own in another one that carries all that it can. */
function replaces(
  { counts: better }: Pattern,
  { counts: worse }: Pattern,
  carries: readonly (readonly boolean[])[],
): boolean {
  const wanted = worse.flatMap((count, option) => new Array<number>(count).fill(option));
  const slots = better.flatMap((count, option) => new Array<number>(count).fill(option));
  const taken = new Array<number>(slots.length).fill(-1);
  const find = (stage: number, seen: boolean[]): boolean => {
    for (const [slot, option] of slots.entries()) {
      if (seen[slot] || !carries[option]![wanted[stage]!]) continue;
      seen[slot] = true;
      if (taken[slot]! < 0 || find(taken[slot]!, seen)) {
        taken[slot] = stage;
        return true;
      }
    }
    return false;
  };
  return wanted.every((_, stage) => find(stage, []));
}
