import { layerCount } from "../model/model.ts";
import { type Placement, parseInstanceName } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import type { SolveRequest } from "../solver/request.ts";
import type { OperatingPoint } from "../workload/workload.ts";
import { SizeFitter } from "./fit-sizes.ts";
import { type GpuGroup, seated, type UsableType, usableTypes } from "./gpu-groups.ts";
import { speedOf } from "./greedy.ts";
import type { Heuristic } from "./heuristic.ts";
import { createRandom, drawIndex, drawItem, type Random } from "./random.ts";
import { better, type Scored, scorePlacement } from "./score.ts";

const SEED = 1;
/** Steps from each start. */
const ITERATIONS = 2000;

/** Share by which a step may make the objective worse at the beginning; falls to nothing at the end. */
const FIRST_TEMPERATURE = 0.05;

/** Share of the steps to other seats after which all layers are shared out anew, in proportion to speed. */
const BALANCED = 0.5;

/** Layers that one step moves between two stages, at most. */
const MOST_MOVED = 8;

/** A stage on its seat with its size. */
interface Piece extends GpuGroup {
  readonly size: number;
}

/**
 * Simulated annealing from the placements of other runners, the best first: sizes change, stages change their type, instance,
 * degree or order, are split or merged. The seed and the number of steps are fixed.
 */
export function localSearch(others: readonly Heuristic[]): Heuristic {
  return {
    name: "local-search",
    description: `simulated annealing from what the others found, ${ITERATIONS} steps each from a fixed seed`,
    place: (problem, request, point) => {
      let best: Scored | null = null;
      for (const start of differentStarts(problem, request, point, others)) {
        best = better(best, anneal(problem, request, point, start));
      }
      return best?.placement ?? null;
    },
  };
}

/** What the others found, each placement once, the best first. */
function differentStarts(
  problem: Problem,
  request: SolveRequest,
  point: OperatingPoint,
  others: readonly Heuristic[],
): Scored[] {
  const starts = new Map<string, Scored>();
  for (const heuristic of others) {
    const placement = heuristic.place(problem, request, point);
    const scored = placement && scorePlacement(problem, request, placement);
    if (scored) starts.set(JSON.stringify(scored.placement), scored);
  }
  return [...starts.values()].sort((a, b) => a.badness - b.badness);
}

function anneal(
  problem: Problem,
  request: SolveRequest,
  point: OperatingPoint,
  start: Scored,
): Scored {
  const random = createRandom(SEED);
  const fitter = new SizeFitter(problem, point);
  const neighbourhood: Neighbourhood = {
    random,
    types: usableTypes(problem, request),
    mostStages: problem.rules.maxPipelineStages,
  };
  let current = start;
  let pieces = piecesOf(problem, start.placement);
  let best = start;
  for (let step = 0; step < ITERATIONS; step++) {
    const move = drawItem(random, MOVES);
    const moved = move(pieces, neighbourhood);
    const changed =
      moved &&
      (move !== moveLayers && random() < BALANCED
        ? withSizes(moved, fitter.fit(moved, balancedSizes(problem, point, moved)))
        : withAllowedSizes(problem, fitter, moved));
    if (!changed) continue;
    const scored = scorePlacement(problem, request, seated(point, changed, sizesOf(changed)));
    if (!scored) continue;
    const temperature = FIRST_TEMPERATURE * (1 - step / ITERATIONS);
    const worsening = (scored.badness - current.badness) / Math.abs(current.badness);
    if (worsening > -temperature * Math.log(1 - random())) continue;
    current = scored;
    pieces = changed;
    if (scored.badness < best.badness) best = scored;
  }
  return best;
}

/** What the moves choose from. */
interface Neighbourhood {
  readonly random: Random;
  readonly types: readonly UsableType[];
  readonly mostStages: number;
}

/** A changed copy, or null when the move is not possible. Sizes always add up to all layers. */
type Move = (pieces: readonly Piece[], around: Neighbourhood) => Piece[] | null;

const moveLayers: Move = (pieces, { random }) => {
  if (pieces.length < 2) return null;
  const from = drawIndex(random, pieces.length);
  const to = (from + 1 + drawIndex(random, pieces.length - 1)) % pieces.length;
  const moved = 1 + drawIndex(random, MOST_MOVED);
  if (pieces[from]!.size <= moved) return null;
  return pieces.map((piece, index) => {
    if (index === from) return { ...piece, size: piece.size - moved };
    return index === to ? { ...piece, size: piece.size + moved } : piece;
  });
};

const changeSeat: Move = (pieces, around) => {
  const index = drawIndex(around.random, pieces.length);
  const others = without(pieces, index);
  const group = drawSeat(others, around);
  return group && replaced(pieces, index, [{ ...group, size: pieces[index]!.size }]);
};

/** All stages of one instance go to another type, each at the nearest degree that it allows. */
const changeInstance: Move = (pieces, around) => {
  const { type, instanceIndex } = drawItem(around.random, pieces);
  const isThere = (piece: Piece): boolean =>
    piece.type === type && piece.instanceIndex === instanceIndex;
  const others = pieces.filter((piece) => !isThere(piece));
  const target = drawItem(around.random, around.types);
  const targetIndex = drawInstance(others, target, around.random);
  return pieces.map((piece) =>
    isThere(piece)
      ? {
          ...piece,
          type: target.type,
          instanceIndex: targetIndex,
          tpDegree: nearestDegree(target, piece.tpDegree),
        }
      : piece,
  );
};

const changeDegree: Move = (pieces, { random, types }) => {
  const index = drawIndex(random, pieces.length);
  const piece = pieces[index]!;
  const usable = types.find(({ type }) => type === piece.type);
  if (!usable) return null;
  return replaced(pieces, index, [{ ...piece, tpDegree: drawItem(random, usable.tpDegrees) }]);
};

const splitStage: Move = (pieces, around) => {
  const index = drawIndex(around.random, pieces.length);
  const piece = pieces[index]!;
  if (pieces.length >= around.mostStages || piece.size < 2) return null;
  const size = 1 + drawIndex(around.random, piece.size - 1);
  const group = around.random() < 0.5 ? piece : drawSeat(pieces, around);
  return (
    group &&
    replaced(pieces, index, [
      { ...piece, size },
      { ...group, size: piece.size - size },
    ])
  );
};

const mergeStages: Move = (pieces, { random }) => {
  if (pieces.length < 2) return null;
  const index = drawIndex(random, pieces.length);
  const others = without(pieces, index);
  const heir = drawIndex(random, others.length);
  return others.map((piece, i) =>
    i === heir ? { ...piece, size: piece.size + pieces[index]!.size } : piece,
  );
};

const swapStages: Move = (pieces, { random }) => {
  const a = drawIndex(random, pieces.length);
  const b = drawIndex(random, pieces.length);
  if (a === b) return null;
  const swapped = [...pieces];
  swapped[a] = pieces[b]!;
  swapped[b] = pieces[a]!;
  return swapped;
};

/** Moving layers is drawn more often: it is what makes stages equally fast. */
const MOVES: readonly Move[] = [
  moveLayers,
  moveLayers,
  moveLayers,
  changeSeat,
  changeInstance,
  changeDegree,
  splitStage,
  mergeStages,
  swapStages,
];

/** A seat of a random type and degree. */
function drawSeat(others: readonly Piece[], { random, types }: Neighbourhood): GpuGroup | null {
  const usable = drawItem(random, types);
  const tpDegree = drawItem(random, usable.tpDegrees);
  return {
    type: usable.type,
    instanceIndex: drawInstance(others, usable, random),
    tpDegree,
  };
}

/** An instance that is used already, the first that is not, or (their links may differ) any. */
function drawInstance(pieces: readonly Piece[], { type }: UsableType, random: Random): number {
  const used = new Set(
    pieces.filter((piece) => piece.type === type).map(({ instanceIndex }) => instanceIndex),
  );
  let firstUnused = 0;
  while (used.has(firstUnused)) firstUnused++;
  const choices = [...used, Math.min(firstUnused, type.count - 1), drawIndex(random, type.count)];
  return drawItem(random, choices);
}

function nearestDegree({ tpDegrees }: UsableType, wanted: number): number {
  return tpDegrees.filter((degree) => degree <= wanted).at(-1) ?? tpDegrees[0]!;
}

/** Quantised sizes rarely survive a move as they are; the nearest ones that do take their place. */
function withAllowedSizes(
  problem: Problem,
  fitter: SizeFitter,
  pieces: Piece[],
): readonly Piece[] | null {
  if (!problem.rules.quantizeSegments || fitter.areAllowed(sizesOf(pieces))) return pieces;
  return withSizes(pieces, fitter.fit(pieces, sizesOf(pieces)));
}

function withSizes(
  pieces: readonly Piece[],
  sizes: readonly number[] | null,
): readonly Piece[] | null {
  return sizes && pieces.map((piece, index) => ({ ...piece, size: sizes[index]! }));
}

/** Every stage's share of the layers, in proportion to its speed. */
function balancedSizes(
  problem: Problem,
  point: OperatingPoint,
  pieces: readonly Piece[],
): number[] {
  const speeds = pieces.map((piece) => speedOf(piece, problem, point, pieces.length));
  const total = speeds.reduce((sum, speed) => sum + speed, 0);
  return speeds.map((speed) => (layerCount(problem.model) * speed) / total);
}

function piecesOf(problem: Problem, placement: Placement): readonly Piece[] {
  return placement.stages.map(({ gpu_type, tp_degree, start_layer, end_layer }) => {
    const { typeName, index } = parseInstanceName(gpu_type)!;
    return {
      type: problem.pool.byName.get(typeName)!,
      instanceIndex: index,
      tpDegree: tp_degree,
      size: end_layer - start_layer + 1,
    };
  });
}

function sizesOf(pieces: readonly Piece[]): number[] {
  return pieces.map(({ size }) => size);
}

function without(pieces: readonly Piece[], index: number): Piece[] {
  return pieces.filter((_, i) => i !== index);
}

function replaced(pieces: readonly Piece[], index: number, by: readonly Piece[]): Piece[] {
  return [...pieces.slice(0, index), ...by, ...pieces.slice(index + 1)];
}
