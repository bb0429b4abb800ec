import type { NextStage } from "../../cost/cost-model.ts";
import { areLayersAlike, layerCount } from "../../model/model.ts";
import { type EvenSeat, evenSeats, stagesOnEach } from "../../placement/even-split.ts";
import type { Problem } from "../../placement/problem.ts";
import { LayerWindows } from "../stages/layer-windows.ts";
import type { SplitShape } from "./split-shapes.ts";

/** A kind of stage of splits, with a seat that has it. */
export interface StageKind {
  /** Numbers kinds from 0. */
  readonly id: number;
  /** Numbers what kinds hold, from 0: the same layers, whatever the next stage. */
  readonly heldId: number;
  readonly tpDegree: number;
  readonly ppStages: number;
  readonly seat: EvenSeat;
  /** Layers before the first run in the model that no cost model tells from the stage's (axiom 3). */
  readonly before: number;
  /** "none" as well where it makes no difference (axiom 8). */
  readonly next: NextStage;
}

/** A kind of link between two stages that follow each other. */
export interface LinkKind {
  readonly source: StageKind;
  readonly target: StageKind;
  /** Seats at the ends of one. */
  readonly from: EvenSeat;
  readonly to: EvenSeat;
  /** Between two instances. */
  readonly isOutside: boolean;
}

/** What the splits of a shape consist of, on any type. */
export interface SplitPattern {
  /** Numbers patterns from 0. */
  readonly id: number;
  readonly shape: SplitShape;
  /** Kinds of its stages. The one that ends the model comes first. */
  readonly kinds: readonly StageKind[];
  /** Positions in `kinds` of its stages, in their order. */
  readonly order: readonly number[];
  readonly links: readonly LinkKind[];
}

/**
 * The patterns of all shapes, made once. Stages are of a kind where no cost model tells them apart on GPUs that are alike. In a matrix
 * each pair of GPUs has a bandwidth of its own: no two stages are of a kind there, nor are two links.
 */
export class SplitPatterns {
  private readonly patterns = new Map<string, SplitPattern>();
  private readonly kinds = new Map<string, StageKind>();
  private readonly heldIds = new Map<string, number>();

  constructor(private readonly problem: Problem) {}

  of(shape: SplitShape): SplitPattern {
    const key = `${shape.tpDegree} ${shape.ppStages} ${shape.instances}`;
    let pattern = this.patterns.get(key);
    if (!pattern) {
      pattern = this.made(shape);
      this.patterns.set(key, pattern);
    }
    return pattern;
  }

  private made(shape: SplitShape): SplitPattern {
    const { model, network } = this.problem;
    const { tpDegree, ppStages, instances } = shape;
    const isMatrix = network.kind === "matrix";
    const seats = evenSeats(layerCount(model), tpDegree, stagesOnEach(ppStages, instances));
    const ofSeats = seats.map((seat, index) => this.kindOf(shape, seat, seats[index + 1]));
    const kinds = [...new Set(ofSeats.toReversed())];
    const links: LinkKind[] = [];
    for (let index = 0; index + 1 < seats.length; index++) {
      const [source, target] = [ofSeats[index]!, ofSeats[index + 1]!];
      const isOutside = seats[index]!.instance !== seats[index + 1]!.instance;
      if (!isMatrix && links.some((link) => link.isOutside === isOutside)) continue;
      links.push({ source, target, from: seats[index]!, to: seats[index + 1]!, isOutside });
    }
    const order = ofSeats.map((kind) => kinds.indexOf(kind));
    return { id: this.patterns.size, shape, kinds, order, links };
  }

  private kindOf(
    { tpDegree, ppStages }: SplitShape,
    seat: EvenSeat,
    nextSeat: EvenSeat | undefined,
  ): StageKind {
    const { network, costModel } = this.problem;
    const { layers, instance, firstGpu } = seat;
    const before = this.firstLike(seat, nextSeat === undefined);
    const next = costModel.dependsOnNext ? nextOf(seat, nextSeat) : "none";
    const held = `${tpDegree} ${ppStages} ${before} ${layers}`;
    const heldId = this.heldIds.get(held) ?? this.heldIds.size;
    this.heldIds.set(held, heldId);
    const place = network.kind === "matrix" ? `${instance} ${firstGpu}` : "";
    const key = `${held} ${next} ${place}`;
    let kind = this.kinds.get(key);
    if (!kind) {
      kind = { id: this.kinds.size, heldId, tpDegree, ppStages, seat, before, next };
      this.kinds.set(key, kind);
    }
    return kind;
  }

  private firstLike({ startLayer, layers }: EvenSeat, isLast: boolean): number {
    const { model } = this.problem;
    if (areLayersAlike(model)) return 0;
    const before = startLayer - 1;
    return before === 0 || isLast ? before : LayerWindows.of(model).firstLike(before, layers);
  }
}

/** Where the stage after a seat's stands. */
function nextOf(seat: EvenSeat, nextSeat: EvenSeat | undefined): NextStage {
  if (!nextSeat) return "none";
  return nextSeat.instance === seat.instance ? "same_instance" : "other_instance";
}
