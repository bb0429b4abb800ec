import type { Evaluation } from "../../placement/evaluation.ts";
import type { StoredAnswer } from "./answer-problem.ts";

/** Relative difference up to which two figures are one: what is printed has as many digits. */
const SAME = 1e-6;

/** Figures of an answer that decide what it is worth. */
const FIGURES = ["cost_per_hour", "throughput_tokens_per_sec"] as const;

/**
 * What to warn of where an answer with a problem of its own has other figures than its placement has for that problem: one of the two
 * was edited, or another version wrote it.
 */
export function figureWarnings(
  { metrics }: StoredAnswer,
  path: string,
  evaluation: Evaluation,
): string[] {
  if (evaluation.status !== "SUCCESS") return [];
  if (typeof metrics !== "object" || metrics === null) return [];
  return FIGURES.flatMap((name) => {
    const stored = (metrics as Readonly<Record<string, unknown>>)[name];
    const value = evaluation.metrics[name];
    if (typeof stored !== "number" || Math.abs(stored - value) <= SAME * Math.abs(value)) return [];
    return [
      `${path}: metrics.${name} is ${stored}, but the problem in the file gives ${value}: the file was edited, or another version wrote it. The figures shown are computed from the problem. Solve again for a consistent answer.`,
    ];
  });
}
