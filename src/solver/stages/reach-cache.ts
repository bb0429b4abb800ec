import type { CostModel, OpenShape, StageEstimate } from "../../cost/cost-model.ts";
import { type InstanceType, servingKey } from "../../hardware/instance.ts";
import type { GroupKind } from "../../hardware/network.ts";
import { tpLayout } from "../../model/layout.ts";
import type { Model } from "../../model/model.ts";
import type { Problem } from "../../placement/problem.ts";
import { type OperatingPoint, pointKey } from "../../workload/workload.ts";
import { type ModelRuns, modelRuns } from "./run-mixes.ts";
import { REACH_ROUNDING, StageReach } from "./stage-reach.ts";

/** What stages can be at best, made once for machines that serve alike, and for all searches that share the cache. */
export class ReachCache {
  private readonly known = new WeakMap<CostModel, WeakMap<Model, Map<string, GroupReaches>>>();

  /** The reaches of a group; null where the cost model allows no bound without tables. */
  of(problem: Problem, instance: InstanceType, group: GroupKind): GroupReaches | null {
    const { costModel, model } = problem;
    if (!hasLines(costModel)) return null;
    const byModel = this.known.get(costModel) ?? new WeakMap<Model, Map<string, GroupReaches>>();
    this.known.set(costModel, byModel);
    const groups = byModel.get(model) ?? new Map<string, GroupReaches>();
    byModel.set(model, groups);
    const key = `${servingKey(instance)} ${group.gpus} ${group.gBytesPerSecond}`;
    let reaches = groups.get(key);
    if (!reaches) {
      reaches = new GroupReaches(costModel, modelRuns(model), instance, group);
      groups.set(key, reaches);
    }
    return reaches;
  }
}

/** The reaches of one kind of TP group by operating point and number of stages. */
export class GroupReaches {
  private readonly known = new Map<string, ReachesAtPoint>();
  private last: { readonly point: OperatingPoint; readonly reaches: ReachesAtPoint } | null = null;
  /** Where the search for the most layers starts: neighbours differ by little. */
  private lastMost = 0;

  constructor(
    private readonly costModel: LinedCostModel,
    private readonly runs: ModelRuns,
    private readonly instance: InstanceType,
    private readonly group: GroupKind,
  ) {}

  /** The whole model as the only stage; null where it does not fit. */
  model(point: OperatingPoint): StageEstimate | null {
    const reaches = this.at(point);
    if (reaches.model === undefined) {
      const all = { ...this.shape(1), startLayer: 1, layers: this.runs.layers };
      reaches.model = this.fits(point, 1, 1, this.runs.layers)
        ? this.costModel.stage({ ...all, next: "none" }, point)
        : null;
    }
    return reaches.model;
  }

  /** One of several stages. */
  part(point: OperatingPoint, pipelineStages: number, withLatencies: boolean): StageReach {
    const { parts } = this.at(point);
    let reach = parts[pipelineStages];
    if (!reach || (withLatencies && !reach.hasLatencies)) {
      const lines = this.costModel.lines(this.shape(pipelineStages), point, withLatencies);
      const most = reach?.mostLayers ?? this.mostLayersOnce(point, pipelineStages);
      reach = new StageReach(this.runs, lines, most);
      parts[pipelineStages] = reach;
    }
    return reach;
  }

  private at(point: OperatingPoint): ReachesAtPoint {
    if (this.last?.point !== point) {
      const key = pointKey(point);
      const reaches = this.known.get(key) ?? { model: undefined, parts: [], mostLayers: null };
      this.known.set(key, reaches);
      this.last = { point, reaches };
    }
    return this.last.reaches;
  }

  private mostLayersOnce(point: OperatingPoint, pipelineStages: number): number {
    if (!this.costModel.memoryIgnoresStages) return this.mostLayers(point, pipelineStages);
    const reaches = this.at(point);
    reaches.mostLayers ??= this.mostLayers(point, pipelineStages);
    return reaches.mostLayers;
  }

  private mostLayers(point: OperatingPoint, pipelineStages: number): number {
    const { runs } = this;
    // A stage that holds fewer of the same layers is never larger (axiom 2).
    this.lastMost = lastThat(
      (layers) =>
        runs.mixes[layers]!.starts.some((startLayer) =>
          this.fits(point, pipelineStages, startLayer, layers),
        ),
      runs.layers - 1,
      this.lastMost,
    );
    return this.lastMost;
  }

  private fits(
    point: OperatingPoint,
    pipelineStages: number,
    startLayer: number,
    layers: number,
  ): boolean {
    const held = { ...this.shape(pipelineStages), startLayer, layers };
    const { totalGib, capacityGib } = this.costModel.memory(held, point);
    return totalGib <= capacityGib * (1 + REACH_ROUNDING);
  }

  private shape(pipelineStages: number): Omit<OpenShape, "startLayer"> {
    const { instance, group } = this;
    return { instance, group, layout: tpLayout(group.gpus), pipelineStages };
  }
}

/** What is known of a group at an operating point: as the only stage, and as one of several by their number. */
interface ReachesAtPoint {
  model: StageEstimate | null | undefined;
  readonly parts: StageReach[];
  /** Where the memory says the same for any number of stages; null before it is asked for. */
  mostLayers: number | null;
}

type LinedCostModel = CostModel & Required<Pick<CostModel, "lines">>;

function hasLines(costModel: CostModel): costModel is LinedCostModel {
  return costModel.lines !== undefined;
}

/** The last number from 1 to `most` that is so, all before it being so as well; 0 where none is. Quick where it is near `guess`. */
function lastThat(isSo: (number: number) => boolean, most: number, guess: number): number {
  let low = 0;
  let high = most + 1;
  let step = 1;
  for (let next = Math.min(Math.max(guess, 1), most); high - low > 1; step *= 2) {
    const isBoth = low > 0 && high <= most;
    if (isSo(next)) low = next;
    else high = next;
    if (isBoth) next = (low + high) >> 1;
    else next = low > 0 ? Math.min(low + step, high - 1) : Math.max(high - step, 1);
    next = Math.min(Math.max(next, low + 1), high - 1);
  }
  return low;
}
