import { servingKey } from "../../hardware/instance.ts";
import type { PoolType } from "../../hardware/pool.ts";
import { type CheckedPlacement, checkPlacement } from "../../placement/check.ts";
import { pipelineSpeed } from "../../placement/evaluate.ts";
import type { Rule } from "../../placement/evaluation.ts";
import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { PlacedSplit } from "./split-shapes.ts";

/** How fast a split is at an operating point, whether or not it keeps the rules there. */
interface SplitSpeed {
  readonly tokensPerSecond: number;
  readonly ttftSeconds: number | null;
  readonly tpotSeconds: number | null;
}

/** What a split does at all operating points, by rising batch; the price is not part of it. */
export interface SplitFigures {
  /** Points, from the first one, at which it is not too large for the memory: what one is too large for, all after it are. */
  readonly fitting: number;
  /** Whether it keeps all rules at a point, without a warning. */
  keepsRules(point: number): boolean;
  speed(point: number): SplitSpeed;
}

const TOO_LARGE: ReadonlySet<Rule> = new Set<Rule>(["above_max_segment", "above_kv_cache"]);

/** Rules that may be kept at one operating point and broken at another. */
const OF_POINTS: ReadonlySet<Rule> = new Set<Rule>([...TOO_LARGE, "below_min_segment"]);

/**
 * The figures of splits, made once for types that serve alike: a catalogue has the same machine at many providers. They are parts of
 * `evaluate`, which scores the best one as a whole.
 */
export class SplitTable {
  private readonly known = new Map<string, SplitFigures>();

  constructor(
    private readonly problem: Problem,
    private readonly points: readonly OperatingPoint[],
  ) {}

  of(type: PoolType, split: PlacedSplit): SplitFigures {
    const { tpDegree, ppStages, instances } = split.shape;
    const key = `${this.kindOf(type, instances)} ${tpDegree} ${ppStages} ${instances}`;
    let figures = this.known.get(key);
    if (!figures) {
      figures = figuresOf(this.problem, this.points, split);
      this.known.set(key, figures);
    }
    return figures;
  }

  /**
   * The same for types that a split cannot tell apart; one that stays on one instance does not use its network. In a matrix the
   * place of a type's GPUs decides.
   */
  private kindOf({ instance, firstGpu }: PoolType, instances: number): string {
    if (this.problem.network.kind === "matrix") return `${servingKey(instance)} ${firstGpu}`;
    return servingKey(instances > 1 ? instance : withoutNetwork(instance));
  }
}

const alone = new WeakMap<PoolType["instance"], PoolType["instance"]>();

function withoutNetwork(instance: PoolType["instance"]): PoolType["instance"] {
  let known = alone.get(instance);
  if (!known) {
    known = { ...instance, externalGbitsPerSecond: 0 };
    alone.set(instance, known);
  }
  return known;
}

function figuresOf(
  problem: Problem,
  points: readonly OperatingPoint[],
  { placement }: PlacedSplit,
): SplitFigures {
  const checks = new Map<number, CheckedPlacement>();
  const check = (index: number): CheckedPlacement => {
    let checked = checks.get(index);
    if (!checked) {
      const point = points[index]!;
      checked = checkPlacement(problem, { ...placement, batch_size: point.batch }, point);
      checks.set(index, checked);
    }
    return checked;
  };
  const isTooLarge = (index: number): boolean =>
    check(index).violations.some(({ rule }) => TOO_LARGE.has(rule));
  const breaksAlways = check(0).violations.some(({ rule }) => !OF_POINTS.has(rule));
  const speeds = new Map<number, SplitSpeed>();
  return {
    fitting: breaksAlways ? 0 : firstThat(points.length, isTooLarge),
    keepsRules: (index) => {
      const { violations, warnings } = check(index);
      return violations.length === 0 && warnings.length === 0;
    },
    speed(index) {
      let speed = speeds.get(index);
      if (!speed) {
        const { tokensPerSecond, latency } = pipelineSpeed(
          problem,
          check(0).stages,
          points[index]!,
        );
        speed = {
          tokensPerSecond,
          ttftSeconds: latency?.ttftSeconds ?? null,
          tpotSeconds: latency?.tpotSeconds ?? null,
        };
        speeds.set(index, speed);
      }
      return speed;
    },
  };
}

/** The first index from 0 that is so, all after it being so as well; `count` where none is. */
function firstThat(count: number, isSo: (index: number) => boolean): number {
  if (count === 0 || isSo(0)) return 0;
  let [last, first] = [0, count];
  while (first - last > 1) {
    const middle = (last + first) >> 1;
    if (isSo(middle)) first = middle;
    else last = middle;
  }
  return first;
}
