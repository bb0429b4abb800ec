import { groupBy } from "../lists.ts";
import { DIMENSIONS, sortedGroups } from "./error-tables.ts";
import type { PredictedRow } from "./predicted-row.ts";
import type { RowSpread } from "./row-case.ts";
import { mean, median } from "./statistics.ts";

/** How often measured figures lie inside their intervals. */
export interface Coverage {
  readonly name: string;
  readonly groups: number;
  readonly rows: number;
  /** Mean over the config groups of the share of figures inside [predicted · low, predicted · high]; 0 to 1. */
  readonly coverage: number;
  /** Median over the figures of high/low: how wide the intervals are. */
  readonly median_width: number;
}

interface CoverageTable {
  readonly by: string;
  readonly lines: readonly Coverage[];
}

type SureRow = PredictedRow & { readonly spread: RowSpread };

const CONFIDENCE = { by: "confidence", keyOf: (row: SureRow) => row.spread.confidence };

export interface IntervalCoverage {
  readonly overall: Coverage;
  readonly tables: readonly CoverageTable[];
}

/** Coverage of all figures, by confidence and by the properties of the error tables; null when no row has an interval. */
export function intervalCoverage(rows: readonly PredictedRow[]): IntervalCoverage | null {
  const sure = rows.filter((row): row is SureRow => row.spread !== null);
  if (sure.length === 0) return null;
  const dimensions = [CONFIDENCE, ...DIMENSIONS];
  return {
    overall: coverageOf("all", sure),
    tables: dimensions.map(({ by, keyOf }) => ({
      by,
      lines: sortedGroups(sure, keyOf as (row: PredictedRow) => string).map(([name, part]) =>
        coverageOf(name, part as SureRow[]),
      ),
    })),
  };
}

function coverageOf(name: string, rows: readonly SureRow[]): Coverage {
  const groups = [...groupBy(rows, ({ row }) => row.measurement.configGroup).values()];
  return {
    name,
    groups: groups.length,
    rows: rows.length,
    coverage: mean(groups.map((group) => group.filter(isInside).length / group.length)),
    median_width: median(rows.map(({ spread }) => spread.high / spread.low)),
  };
}

function isInside({ row, predicted, spread }: SureRow): boolean {
  return predicted * spread.low <= row.measured && row.measured <= predicted * spread.high;
}
