import { type OperatingPoint, pointKey } from "../../workload/workload.ts";
import type { GroupHardware } from "./group-hardware.ts";
import type { PointMemory } from "./group-memory.ts";
import { GroupTimes } from "./group-times.ts";
import type { PipelineSteps } from "./pipeline-steps.ts";

/** Groups and points remembered before everything is forgotten: a search over many operating points must not fill the memory. */
const MOST_GROUPS = 50_000;

/** A pipeline at an operating point, and the groups that were asked about in it. */
interface KnownPipeline {
  readonly steps: PipelineSteps;
  readonly groups: Map<GroupHardware, GroupTimes>;
}

/** An operating point, and pipelines at it by their number of stages. */
interface KnownPoint {
  readonly memory: PointMemory;
  readonly pipelines: Map<number, KnownPipeline>;
}

/** What points and pipelines are made with. */
export interface PointMakers {
  readonly memoryOf: (point: OperatingPoint) => PointMemory;
  readonly stepsOf: (point: OperatingPoint, stages: number) => PipelineSteps;
}

/** Operating points, and times of groups at them in pipelines, each made once. Points are alike that say the same. */
export class KnownPoints {
  private byKey = new Map<string, KnownPoint>();
  private byObject = new WeakMap<OperatingPoint, KnownPoint>();
  private lastPoint: OperatingPoint | null = null;
  private last: KnownPoint | null = null;
  private size = 0;

  constructor(private readonly make: PointMakers) {}

  memory(point: OperatingPoint): PointMemory {
    return this.of(point).memory;
  }

  times(hardware: GroupHardware, point: OperatingPoint, stages: number): GroupTimes {
    const { groups, steps } = this.pipeline(point, stages);
    let times = groups.get(hardware);
    if (!times) {
      if (this.size >= MOST_GROUPS) {
        this.forget();
        return this.times(hardware, point, stages);
      }
      times = new GroupTimes(hardware, steps);
      groups.set(hardware, times);
      this.size++;
    }
    return times;
  }

  private forget(): void {
    this.byKey = new Map();
    this.byObject = new WeakMap();
    this.lastPoint = null;
    this.size = 0;
  }

  private pipeline(point: OperatingPoint, stages: number): KnownPipeline {
    const { pipelines } = this.of(point);
    let pipeline = pipelines.get(stages);
    if (!pipeline) {
      pipeline = { steps: this.make.stepsOf(point, stages), groups: new Map() };
      pipelines.set(stages, pipeline);
    }
    return pipeline;
  }

  private of(point: OperatingPoint): KnownPoint {
    if (point === this.lastPoint) return this.last!;
    let known = this.byObject.get(point);
    if (!known) {
      known = this.ofEqual(point);
      this.byObject.set(point, known);
    }
    this.lastPoint = point;
    this.last = known;
    return known;
  }

  private ofEqual(point: OperatingPoint): KnownPoint {
    const key = pointKey(point);
    let known = this.byKey.get(key);
    if (!known) {
      if (this.size >= MOST_GROUPS) this.forget();
      known = { memory: this.make.memoryOf(point), pipelines: new Map() };
      this.byKey.set(key, known);
      this.size++;
    }
    return known;
  }
}
