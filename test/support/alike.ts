import { expect } from "vitest";
import type { Answer, Solution } from "../../src/solver/solution.ts";

/** Answers of two searches agree to this, relative. */
const AGREEMENT = 1e-9;

/** A weighted score this small is the rounding of what it is the difference of, and rounding decides its ties. */
const NEXT_TO_NOTHING = 1e-6;

/** All of an answer that the rules on ties decide: how the layers are divided may differ. */
function decided({ metrics, placement: { stages, batch_size } }: Answer): number[] {
  const { cost_per_hour, throughput_tokens_per_sec, num_gpus_rented, num_instances } = metrics;
  return [
    cost_per_hour,
    throughput_tokens_per_sec,
    num_gpus_rented,
    num_instances,
    stages.length,
    batch_size,
  ];
}

function frontierOf({ frontier = [] }: Solution): number[] {
  return frontier.flatMap((point) => [
    point.cost_per_hour,
    point.throughput_tokens_per_sec,
    point.batch_size,
    point.placement.stages.length,
  ]);
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs(actual[i]! - value);
    expect(difference, `${actual} instead of ${expected}`).toBeLessThanOrEqual(
      AGREEMENT * Math.max(1, Math.abs(value)),
    );
  }
}

/** Two proven solutions of one problem say the same. */
export function expectAlike(actual: Solution, expected: Solution): void {
  expect(actual.status).toBe(expected.status);
  expectClose(frontierOf(actual), frontierOf(expected));
  if (!("placement" in actual && "placement" in expected)) return;
  expectClose([actual.objective.value], [expected.objective.value]);
  if (Math.abs(expected.objective.value) < NEXT_TO_NOTHING) return;
  expectClose(decided(actual), decided(expected));
}
