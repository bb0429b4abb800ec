import type { NextStage } from "../../src/cost/cost-model.ts";
import { type GroupKind, groupGBytesPerSecond } from "../../src/hardware/network.ts";
import { instanceMicroUsdPerHour, type PoolType } from "../../src/hardware/pool.ts";
import { tpLayout } from "../../src/model/layout.ts";
import { areLayersAlike, layerCount } from "../../src/model/model.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { SolveRequest } from "../../src/solver/request.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { canShareOut } from "./shape-rule.ts";

/** One concrete instance that may be used. */
export interface Machine {
  readonly type: PoolType;
  readonly index: number;
  readonly microUsdPerHour: number;
}

/** tokens/s by the number of layers before a stage and by its own; 0 where rules or memory forbid it. */
export type Rates = readonly Float64Array[];

/** What the stages of a TP group do that send to one kind of next stage. */
export interface Speed {
  readonly rates: Rates;
  /** Seconds that a stage adds to TTFT and TPOT; null when the cost model predicts none. */
  readonly latencies: { readonly ttft: Rates; readonly tpot: Rates } | null;
}

/** What a stage may send to. Where the cost model does not look at it, all are as the last. */
export const NEXT_STAGES: readonly NextStage[] = ["same_instance", "other_instance", "none"];

/** A group's speed, apart from where it stands. */
export interface Kind {
  readonly group: GroupKind;
  readonly speeds: Readonly<Record<NextStage, Speed>>;
}

/** Some GPUs of a machine, as a set of bits and as what they are worth. */
export interface Seat {
  readonly gpus: number;
  readonly lowestGpu: number;
  readonly kind: number;
}

/** The machines a request allows, in pool order. */
export function machinesOf(problem: Problem, request: SolveRequest): Machine[] {
  return problem.pool.types
    .filter(({ instance }) => !request.excludeTypes.includes(instance.name))
    .filter(({ instance }) => request.includeTypes?.includes(instance.name) ?? true)
    .flatMap((type) =>
      Array.from({ length: type.count }, (_, index) => ({
        type,
        index,
        microUsdPerHour: instanceMicroUsdPerHour(type, index),
      })),
    );
}

/** The seats that the machines offer at one operating point, to stages of a pipeline of some number. */
export class Seats {
  readonly kinds: Kind[] = [];
  private readonly kindByName = new Map<string, number>();

  constructor(
    private readonly problem: Problem,
    private readonly request: SolveRequest,
    private readonly point: OperatingPoint,
    private readonly pipelineStages: number,
  ) {}

  /**
   * The seats that a stage can take on a machine, by its GPUs in use. On a derived network GPUs of one instance are alike,
   * and so the lowest free ones stand for all; of an explicit matrix every set of GPUs is tried.
   */
  on(machine: Machine): (gpusInUse: number) => readonly Seat[] {
    const { gpuCount } = machine.type.instance;
    if (this.problem.network.kind === "matrix") {
      const all = this.seatsOf(
        machine,
        Array.from({ length: 2 ** gpuCount - 1 }, (_, i) => i + 1),
      );
      return (inUse) => all.filter(({ gpus }) => (gpus & inUse) === 0);
    }
    const byInUse = new Map<number, Seat[]>();
    return (inUse) => {
      let seats = byInUse.get(inUse);
      if (!seats) {
        const free = gpuIds(2 ** gpuCount - 1 - inUse);
        const sets = free.map((_, i) => free.slice(0, i + 1).reduce((set, id) => set + 2 ** id, 0));
        seats = this.seatsOf(machine, sets);
        byInUse.set(inUse, seats);
      }
      return seats;
    };
  }

  private seatsOf(machine: Machine, sets: readonly number[]): Seat[] {
    const { name } = machine.type.instance;
    const most = this.request.maxTpByType.get(name) ?? Number.POSITIVE_INFINITY;
    const seats: Seat[] = [];
    for (const gpus of sets) {
      const ids = gpuIds(gpus);
      if (!this.request.tpDegrees.includes(ids.length) || ids.length > most) continue;
      const { model, rules } = this.problem;
      if (!rules.anyShape && !canShareOut(model, ids.length)) continue;
      const kind = this.kindOf(machine, ids);
      const { rates } = this.kinds[kind]!.speeds.none;
      if (rates.some((row) => row.some((rate) => rate > 0))) {
        seats.push({ gpus, lowestGpu: ids[0]!, kind });
      }
    }
    return seats;
  }

  private kindOf({ type, index }: Machine, ids: readonly number[]): number {
    const gBytesPerSecond = groupGBytesPerSecond(this.problem.network, type, index, ids);
    const group = { gpus: ids.length, gBytesPerSecond };
    const name = `${type.position} ${group.gpus} ${gBytesPerSecond}`;
    let kind = this.kindByName.get(name);
    if (kind === undefined) {
      kind = this.kinds.length;
      this.kindByName.set(name, kind);
      const { problem, point, pipelineStages } = this;
      const speedWith = (next: NextStage): Speed =>
        tablesOf(problem, type, group, point, pipelineStages, next);
      const none = speedWith("none");
      const { dependsOnNext } = problem.costModel;
      this.kinds.push({
        group,
        speeds: {
          none,
          same_instance: dependsOnNext ? speedWith("same_instance") : none,
          other_instance: dependsOnNext ? speedWith("other_instance") : none,
        },
      });
    }
    return kind;
  }
}

/** The GPUs of a set of bits, rising. */
export function gpuIds(set: number): number[] {
  const ids: number[] = [];
  for (let id = 0; 2 ** id <= set; id++) if (set & (1 << id)) ids.push(id);
  return ids;
}

function tablesOf(
  problem: Problem,
  type: PoolType,
  group: GroupKind,
  point: OperatingPoint,
  pipelineStages: number,
  next: NextStage,
): Speed {
  const numLayers = layerCount(problem.model);
  const from = (before: number): Row =>
    rowFrom(problem, type, group, point, pipelineStages, before, next);
  // Where all layers are alike, so are all starts; a stage that is too long for the rest adds up to too much.
  const rows = areLayersAlike(problem.model)
    ? new Array<Row>(numLayers).fill(from(0))
    : Array.from({ length: numLayers }, (_, before) => from(before));
  return {
    rates: rows.map(({ rates }) => rates),
    latencies: problem.costModel.predictsLatency
      ? { ttft: rows.map(({ ttft }) => ttft), tpot: rows.map(({ tpot }) => tpot) }
      : null,
  };
}

/** Of the stages that start after some layers, by their own: tokens/s, and seconds of TTFT and TPOT. */
interface Row {
  readonly rates: Float64Array;
  readonly ttft: Float64Array;
  readonly tpot: Float64Array;
}

function rowFrom(
  { model, rules, costModel }: Problem,
  { instance }: PoolType,
  group: GroupKind,
  point: OperatingPoint,
  pipelineStages: number,
  before: number,
  next: NextStage,
): Row {
  const numLayers = layerCount(model);
  const startLayer = before + 1;
  const rates = new Float64Array(numLayers + 1);
  const ttft = new Float64Array(numLayers + 1);
  const tpot = new Float64Array(numLayers + 1);
  const shape = { instance, group, layout: tpLayout(group.gpus), startLayer, pipelineStages };
  const { fits, smallest, largest } = costModel.segmentRange(
    shape,
    point,
    rules.minMemoryUtilization,
  );
  for (let layers = 1; layers <= numLayers - before; layers++) {
    if (!fits || layers < smallest || layers > largest) continue;
    if (layers < rules.minLayersPerStage) continue;
    if (layers * rules.maxPipelineStages < numLayers) continue;
    const isPowerOfTwo = layers >= 4 && (layers & (layers - 1)) === 0;
    if (rules.quantizeSegments && numLayers % layers !== 0 && !isPowerOfTwo) continue;
    const end = before + layers;
    const cuts = model.allowedCuts;
    if (end < numLayers && cuts !== null && !cuts.includes(end)) continue;
    const estimate = costModel.stage({ ...shape, layers, next }, point);
    rates[layers] = estimate.tokensPerSecond;
    ttft[layers] = estimate.ttftSeconds ?? 0;
    tpot[layers] = estimate.tpotSeconds ?? 0;
  }
  return { rates, ttft, tpot };
}
