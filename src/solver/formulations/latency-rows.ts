import type { Builder, Term } from "../../milp/builder.ts";
import type { LatencyBudget } from "../stages/latency-budget.ts";
import type { SegmentLatencies } from "../stages/start-table.ts";

/** Limits on Σ latency are scaled to this, so that a MILP solver's tolerances are small beside them. */
const SCALED_LIMIT = 1e4;

/** One limited latency: what stages add to it, and the row over them, in units of the limit / SCALED_LIMIT. */
export interface LatencyKind {
  readonly name: "ttft" | "tpot";
  readonly scaled: (latencies: SegmentLatencies, before: number, layers: number) => number;
  readonly most: number;
}

/** The latencies that a budget limits. */
export function limitedLatencies(budget: LatencyBudget | null): LatencyKind[] {
  const kinds: LatencyKind[] = [];
  const add = (
    name: LatencyKind["name"],
    limit: number | null | undefined,
    secondsOf: LatencyKind["scaled"],
  ): void => {
    if (limit === null || limit === undefined) return;
    // Nothing but stages without latency keeps a limit of 0, and any unit does for them.
    const scale = limit > 0 ? SCALED_LIMIT / limit : 1;
    kinds.push({
      name,
      scaled: (latencies, before, layers) => secondsOf(latencies, before, layers) * scale,
      most: limit * scale,
    });
  };
  add("ttft", budget?.ttftSeconds, (latencies, before, layers) =>
    latencies.ttftSeconds(before, layers),
  );
  add("tpot", budget?.tpotSeconds, (latencies, before, layers) =>
    latencies.tpotSeconds(before, layers),
  );
  return kinds;
}

/** What is less than this beside a limit of SCALED_LIMIT says nothing, and MILP solvers do not take it. */
const NEXT_TO_NOTHING = 1e-9;

/** The terms that count. */
export function withoutNothing(terms: readonly Term[]): Term[] {
  return terms.filter(({ coefficient }) => Math.abs(coefficient) >= NEXT_TO_NOTHING);
}

/** A binary column that stands for one run of layers. */
export interface Run {
  readonly column: number;
  readonly before: number;
  readonly layers: number;
  readonly latencies: SegmentLatencies | null;
}

/** Σ latency of the chosen runs ≤ limit. */
export function addLatencyRows(
  build: Builder,
  budget: LatencyBudget | null,
  runs: readonly Run[],
): void {
  for (const kind of limitedLatencies(budget)) {
    const terms: Term[] = runs.map(({ column, before, layers, latencies }) => ({
      column,
      coefficient: kind.scaled(latencies!, before, layers),
    }));
    build.row(kind.name, Number.NEGATIVE_INFINITY, kind.most, withoutNothing(terms));
  }
}
