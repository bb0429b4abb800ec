import { seconds, table } from "./markdown.ts";
import type { GrowthRun, GrowthSeries } from "./measured.ts";
import { median } from "./statistics.ts";

/** What the number of a series counts. */
export const GROWTH_LABELS: Readonly<Record<GrowthSeries, string>> = {
  offers: "offers in the pool",
  levels: "levels of concurrency",
  layers: "layers of the model",
  stages: "most stages of a pipeline",
};

/** The series that were measured, in their order. */
export function seriesOf(runs: readonly GrowthRun[]): GrowthSeries[] {
  return [...new Set(runs.map(({ series }) => series))];
}

/** The processor time of a size: the median of its draws, seconds. */
export function typicalSeconds({ draws_processor_seconds }: GrowthRun): number {
  return median(draws_processor_seconds);
}

/** How many times as long the largest problem of a series takes as the smallest, beside how many times as large it is. */
export function growthOf(runs: readonly GrowthRun[]): {
  readonly timesSize: number;
  readonly timesSeconds: number;
} {
  const rising = [...runs].sort((a, b) => a.size - b.size);
  const [least, most] = [rising[0]!, rising.at(-1)!];
  return {
    timesSize: most.size / least.size,
    timesSeconds: typicalSeconds(most) / typicalSeconds(least),
  };
}

/** A table of all sizes of all series, and a line for each that says how it grows. */
export function growthBlocks(runs: readonly GrowthRun[]): string[] {
  const rows = runs.map((run) => {
    const draws = run.draws_processor_seconds;
    return [
      GROWTH_LABELS[run.series],
      String(run.size),
      seconds(typicalSeconds(run)),
      seconds(Math.min(...draws)),
      seconds(Math.max(...draws)),
      String(run.cases),
      String(run.milps),
      run.load.toFixed(1),
    ];
  });
  const lines = seriesOf(runs).map((name) => {
    const growth = growthOf(runs.filter(({ series }) => series === name));
    return `- ${GROWTH_LABELS[name]}: ${growth.timesSize.toFixed(1)} times as many take ${growth.timesSeconds.toFixed(1)} times the processor time.`;
  });
  return [
    lines.join("\n"),
    table(["changed", "size", "processor s", "least", "most", "cases", "MILPs", "load"], rows),
  ];
}
