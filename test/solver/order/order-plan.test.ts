/** Orders of a plan's stages, beside all orders there are. */
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type LinedUpStage,
  type OrderSetting,
  orderPlan,
  type StageKind,
} from "../../../src/solver/order/order-plan.ts";
import type { OptionAtRate } from "../../../src/solver/stages/candidates-at-rate.ts";
import type { StartTable } from "../../../src/solver/stages/start-table.ts";
import {
  innerSizes,
  mayEndModel,
  type StartsAtRate,
  startsAtRate,
} from "../../../src/solver/stages/starts-at-rate.ts";

const LAYERS = 6;

/** Sizes by the layers before a stage, and where it may end the model. A stage takes a second a layer, and what its table adds. */
function startsOf(
  sizes: readonly (readonly number[])[],
  ends: readonly boolean[],
  seconds: number,
): StartsAtRate {
  const table = {
    lists: sizes.map((list, before) => ({ before, sizes: list, rates: list.map(() => 1) })),
    listOf: sizes.map((_, before) => before),
    toEnd: Float64Array.from(ends, Number),
    latencies: {
      ttftSeconds: (_before: number, size: number) => size + seconds,
      tpotSeconds: () => 0,
    },
  } as unknown as StartTable;
  return startsAtRate(table, 1);
}

const arbitraryStarts = fc
  .tuple(
    fc.array(
      fc
        .uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 })
        .map((list) => [...list].sort((a, b) => a - b)),
      { minLength: LAYERS, maxLength: LAYERS },
    ),
    fc.array(fc.boolean(), { minLength: LAYERS, maxLength: LAYERS }),
    fc.integer({ min: 0, max: 3 }),
  )
  .map((parts) => startsOf(...parts));

const arbitraryKind: fc.Arbitrary<StageKind> = fc.record({
  option: fc.record({
    groupGpus: fc.integer({ min: 1, max: 2 }),
    starts: arbitraryStarts,
    stays: fc.option(arbitraryStarts),
  }) as unknown as fc.Arbitrary<OptionAtRate>,
  instanceClass: fc.integer({ min: 0, max: 1 }),
  instanceGpus: fc.integer({ min: 2, max: 4 }),
  copies: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(Number.POSITIVE_INFINITY)),
});

const arbitrarySetting: fc.Arbitrary<OrderSetting> = fc.record({
  stages: fc.integer({ min: 1, max: 4 }),
  layers: fc.constant(LAYERS),
  budget: fc.option(
    fc.integer({ min: LAYERS, max: LAYERS + 6 }).map((ttftSeconds) => ({
      ttftSeconds,
      tpotSeconds: null,
      stageTpotSeconds: null,
    })),
  ),
  isSeated: fc.boolean(),
});

/** Whether stages in an order cover the layers, with as many copies as there are, within the budget, each where it may stand. */
function isOrder(
  kinds: readonly StageKind[],
  { stages, layers, budget, isSeated }: OrderSetting,
  order: readonly LinedUpStage[],
): boolean {
  let seconds = 0;
  let run: { readonly instanceClass: number; readonly gpus: number } | null = null;
  for (const [i, { kind, before, stays }] of order.entries()) {
    const { option, instanceClass, instanceGpus, copies } = kinds[kind]!;
    const end = order[i + 1]?.before ?? layers;
    const starts = stays ? option.stays : option.starts;
    if (!starts) return false;
    const isLast = i === stages - 1;
    if (isLast && stays) return false;
    if (isLast ? !mayEndModel(starts, before) : !innerSizes(starts, before).includes(end - before))
      return false;
    if (order.filter((other) => other.kind === kind).length > copies) return false;
    seconds += starts.table.latencies!.ttftSeconds(before, end - before);
    const gpus: number = (run?.gpus ?? 0) + option.groupGpus;
    if (isSeated && run && (run.instanceClass !== instanceClass || gpus > instanceGpus))
      return false;
    run = stays ? { instanceClass, gpus } : null;
  }
  return (
    order.length === stages &&
    order[0]!.before === 0 &&
    (budget === null || seconds <= budget.ttftSeconds!)
  );
}

/** Every sequence of stages behind each other. */
function* sequences(
  kinds: readonly StageKind[],
  stages: number,
  first: readonly LinedUpStage[] = [],
): Generator<readonly LinedUpStage[]> {
  if (first.length === stages) {
    yield first;
    return;
  }
  const last = first.at(-1);
  for (let before = last ? last.before + 1 : 0; before < (last ? LAYERS : 1); before++) {
    for (const kind of kinds.keys()) {
      for (const stays of [false, true])
        yield* sequences(kinds, stages, [...first, { kind, before, stays }]);
    }
  }
}

it("an order is found exactly where there is one", () => {
  let orders = 0;
  fc.assert(
    fc.property(
      fc.array(arbitraryKind, { minLength: 1, maxLength: 2 }),
      arbitrarySetting,
      (kinds, setting) => {
        const found = orderPlan(kinds, setting);
        if (found === "too_large") throw new Error(found);
        if (found !== null) {
          orders++;
          expect(isOrder(kinds, setting, found)).toBe(true);
          return;
        }
        for (const order of sequences(kinds, setting.stages)) {
          expect(isOrder(kinds, setting, order)).toBe(false);
        }
      },
    ),
    { numRuns: 600 },
  );
  expect(orders).toBeGreaterThan(50);
});
