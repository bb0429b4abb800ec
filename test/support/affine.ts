import fc from "fast-check";
import { expect } from "vitest";
import type { CostModel, LayerLine, NextStage, StageShape } from "../../src/cost/cost-model.ts";
import type { Model } from "../../src/model/model.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";

const NEXT_STAGES: readonly NextStage[] = ["none", "same_instance", "other_instance"];

/** Layers of each kind, by its position; positions beyond the kinds of a model do not count. */
type Mix = readonly number[];

/** What stages are asked for beside the layers they hold. */
export type Group = Omit<StageShape, "startLayer" | "layers">;

/** Some layers, and how many of each kind are added once and twice. */
export interface Mixes {
  readonly some: Mix;
  readonly more: Mix;
}

const arbitraryMix = fc.array(fc.nat(12), { minLength: 3, maxLength: 3 });

export const arbitraryMixes: fc.Arbitrary<Mixes> = fc.record({
  some: arbitraryMix,
  more: arbitraryMix,
});

/** Two sizes of stages, counted round a model's layers. */
export const arbitrarySizes: fc.Arbitrary<[number, number]> = fc.tuple(fc.nat(999), fc.nat(999));

/** Relative: differences of times lose some digits. */
const ROUNDING = 1e-9;

function expectAtMost(value: number, limit: number): void {
  expect(value).toBeLessThanOrEqual(limit * (1 + ROUNDING));
}

/** A stage of a model whose layers are in another order, and what is asked of it. */
interface Asked {
  /** Seconds for each token. */
  readonly time: number;
  readonly tpot: number;
  readonly gib: number;
}

function asked(costModel: CostModel, shape: StageShape, point: OperatingPoint): Asked {
  const { tokensPerSecond, tpotSeconds } = costModel.stage(shape, point);
  const { totalGib } = costModel.memory(shape, point);
  return { time: 1 / tokensPerSecond, tpot: tpotSeconds ?? 0, gib: totalGib };
}

/** The same kinds of layers in another order. */
function reordered(model: Model, kindOf: readonly number[]): Model {
  return { ...model, architecture: { ...model.architecture, kindOf } };
}

/** Axiom 9 of stages inside a model, with these mixes of layers. */
export function expectAffineInside(
  create: (model: Model) => CostModel,
  model: Model,
  group: Group,
  point: OperatingPoint,
  { some, more }: Mixes,
): void {
  const kinds = model.architecture.kinds.length;
  const mix = (count: (kind: number) => number): Mix =>
    Array.from({ length: kinds }, (_, k) => count(k));
  const withOne = (n: Mix): Mix => n.map((count, kind) => count + (kind === 0 ? 1 : 0));
  const base = withOne(mix(() => 0));
  const steps = [0, 1, 2].map((times) => withOne(mix((k) => some[k]! + times * more[k]!)));
  const mixes = [
    base,
    ...mix((k) => k).map((k) => base.map((n, kind) => n + (kind === k ? 1 : 0))),
    ...steps,
  ];
  // One run after the other, between two layers that hold the ends.
  const runs = mixes.map((n) => n.flatMap((count, kind) => new Array<number>(count).fill(kind)));
  const kindOf = [0, ...runs.flat(), 0];
  const costModel = create(reordered(model, kindOf));
  let before = 1;
  const all = runs.map(({ length: layers }) => {
    const startLayer = before + 1;
    before += layers;
    return asked(costModel, { ...group, startLayer, layers }, point);
  });
  const [one, ...rest] = all as [Asked, ...Asked[]];
  const eachKind = rest.slice(0, kinds).map(({ time }) => time - one.time);
  for (const seconds of eachKind) expect(seconds).toBeGreaterThanOrEqual(-ROUNDING * one.time);
  const timeOf = (n: Mix): number =>
    n.reduce((sum, count, kind) => sum + (count - base[kind]!) * eachKind[kind]!, one.time);
  const found = rest.slice(kinds) as [Asked, Asked, Asked];
  for (const [i, { time }] of found.entries()) {
    expect(Math.abs(time / timeOf(steps[i]!) - 1)).toBeLessThanOrEqual(ROUNDING);
  }
  // A message adds the same to every stage.
  const [shortest, longest] = [runs[0]!, runs.at(-1)!].map(({ length: layers }, place) => {
    const startLayer = place === 0 ? 2 : kindOf.length - layers;
    return NEXT_STAGES.map(
      (next) => asked(costModel, { ...group, next, startLayer, layers }, point).time,
    );
  }) as [number[], number[]];
  for (const [i, time] of longest.entries()) {
    const added = time - longest[0]!;
    const addedToShortest = shortest[i]! - shortest[0]!;
    expect(Math.abs(added - addedToShortest)).toBeLessThanOrEqual(
      ROUNDING * Math.max(time, longest[0]!),
    );
  }
  const [low, middle, high] = found;
  expectAtMost(2 * middle.tpot, low.tpot + high.tpot);
  expectAtMost(2 * middle.gib, low.gib + high.gib);
  // Both ends, and every layer of the model.
  const whole = asked(costModel, { ...group, startLayer: 1, layers: kindOf.length }, point);
  expectAtMost(timeOf(mix((k) => kindOf.filter((kind) => kind === k).length)), whole.time);
}

/** Axiom 9 of stages at the ends of a model, whose layers come three times over. */
export function expectAffineAtEnds(
  create: (model: Model) => CostModel,
  model: Model,
  group: Group,
  point: OperatingPoint,
  sizes: readonly [number, number],
): void {
  const { kindOf } = model.architecture;
  const length = kindOf.length;
  const costModel = create(reordered(model, [...kindOf, ...kindOf, ...kindOf]));
  const of = (startLayer: number, layers: number): Asked =>
    asked(costModel, { ...group, startLayer, layers }, point);
  for (const [end, inside] of [
    [() => 1, () => length + 1],
    [(n: number) => 3 * length - n + 1, (n: number) => 2 * length - n + 1],
  ] as const) {
    const [some, others] = sizes.map((size) => {
      const layers = 1 + (size % length);
      const atEnd = of(end(layers), layers);
      const like = of(inside(layers), layers);
      expectAtMost(like.time, atEnd.time);
      expectAtMost(like.tpot, atEnd.tpot);
      expectAtMost(like.gib, atEnd.gib);
      return { more: atEnd.time - like.time, time: atEnd.time };
    }) as [{ more: number; time: number }, { more: number; time: number }];
    expect(Math.abs(some.more - others.more)).toBeLessThanOrEqual(
      ROUNDING * Math.max(some.time, others.time),
    );
  }
}

/** That no stage is faster than the lines of its group say; and, where the model is affine, none slower than its own line. */
export function expectWithinLines(
  costModel: CostModel,
  model: Model,
  shape: StageShape,
  point: OperatingPoint,
): void {
  const { kindOf, kinds } = model.architecture;
  const lines = costModel.lines?.(shape, point, true);
  if (!lines) return;
  const held = kindOf.slice(shape.startLayer - 1, shape.startLayer - 1 + shape.layers);
  const counts = kinds.map((_, kind) => held.filter((one) => one === kind).length);
  const endsModel = shape.startLayer - 1 + shape.layers === kindOf.length;
  const secondsOf = ({ perLayer, sending, head }: LayerLine): number =>
    counts.reduce(
      (sum, count, kind) => sum + count * perLayer[kind]!,
      sending[shape.next] + (endsModel ? head : 0),
    );
  const { tokensPerSecond, ttftSeconds, tpotSeconds } = costModel.stage(shape, point);
  expectAtMost(secondsOf(lines.token), 1 / tokensPerSecond);
  expectAtMost(secondsOf(lines.ttft!), ttftSeconds!);
  expectAtMost(secondsOf(lines.tpot!), tpotSeconds!);
  if (costModel.affineInLayers) expectAtMost(1 / tokensPerSecond, secondsOf(lines.token));
  expect(costModel.lines!(shape, point, false)).toEqual({ token: lines.token });
}
