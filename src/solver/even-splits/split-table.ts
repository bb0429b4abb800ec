import { servingKey } from "../../hardware/instance.ts";
import type { PoolType } from "../../hardware/pool.ts";
import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import { slowestUsedLink } from "../instances/bandwidth-percentile.ts";
import { isAllowed, tpDegreesOf } from "../instances/instance-classes.ts";
import type { SolveRequest } from "../request.ts";
import { SplitMachine } from "./split-machine.ts";
import { type SplitPattern, SplitPatterns } from "./split-pattern.ts";
import { regularStages, type SplitShape, shapesOf } from "./split-shapes.ts";

/** What the splits of all types of a question have in common. Points are positions in `points`. */
export class SplitTable {
  /** Links between instances below this, GB/s, are not used. */
  readonly slowestLink: number;
  private readonly patterns: SplitPatterns;
  private readonly machines = new Map<string | number, SplitMachine>();
  private readonly shapes = new Map<string, readonly SplitShape[]>();
  /** Numbers of stages whose even sizes keep the rules that know nothing of memory. */
  private readonly regularStages: ReadonlySet<number>;

  constructor(
    readonly problem: Problem,
    readonly request: SolveRequest,
    readonly points: readonly OperatingPoint[],
  ) {
    this.slowestLink = slowestUsedLink(problem.pool, problem.network, request.bandwidthPercentile);
    this.patterns = new SplitPatterns(problem);
    this.regularStages = regularStages(problem);
  }

  /** Shared by types that serve alike: a catalogue has the same machine at many providers. In a matrix the place decides. */
  machineOf(type: PoolType): SplitMachine {
    const isMatrix = this.problem.network.kind === "matrix";
    const key = isMatrix ? type.position : servingKey(type.instance);
    let machine = this.machines.get(key);
    if (!machine) {
      machine = new SplitMachine(this.problem, this.points, type);
      this.machines.set(key, machine);
    }
    return machine;
  }

  patternOf(shape: SplitShape): SplitPattern {
    return this.patterns.of(shape);
  }

  /** The shapes of splits that the request leaves a type, before its rules on what is rented. */
  shapesOf(type: PoolType): readonly SplitShape[] {
    const { problem, request } = this;
    const tpDegrees = isAllowed(type, request) ? tpDegreesOf(problem, type, request) : [];
    const mostInstances = Math.min(type.count, request.maxInstances ?? type.count);
    const key = `${tpDegrees} ${type.instance.gpuCount} ${mostInstances}`;
    let shapes = this.shapes.get(key);
    if (!shapes) {
      shapes = shapesOf(problem, type, tpDegrees, mostInstances);
      this.shapes.set(key, shapes);
    }
    return shapes;
  }

  /** Those of them that keep the rules that know nothing of memory. */
  patternsOf(type: PoolType): SplitPattern[] {
    const patterns: SplitPattern[] = [];
    for (const shape of this.shapesOf(type)) {
      if (!this.regularStages.has(shape.ppStages)) continue;
      if (shape.instances > 1 && type.instance.isScattered) continue;
      patterns.push(this.patterns.of(shape));
    }
    return patterns;
  }
}
