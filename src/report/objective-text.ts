import type { ObjectiveName } from "../solver/request.ts";
import type { Answer } from "../solver/solution.ts";
import { figure, percent, usd, usdColumn } from "./format.ts";

/** Differences below this share are rounding. */
const SAME = 1e-9;

/** Stands behind a difference that is below the error of the predictions. */
export const TIE_MARK = " ≈";

/** What the mark means. */
export const TIE_LEGEND = "≈ tie: the difference is smaller than the prediction error";

/** A value of an objective with its unit. */
export function objectiveText({ objective }: Answer, value: number): string {
  switch (objective.name) {
    case "cost-per-token":
      return `${usd(value)} per million tokens`;
    case "cost":
      return `${usd(value)} per hour`;
    case "throughput":
      return `${figure(value)} tokens/s`;
    case "weighted":
      return `${figure(value)} (${objective.unit})`;
  }
}

/** A value of an objective in a column of its own. */
export function objectiveCell(name: ObjectiveName, value: number): string {
  return name === "cost-per-token" || name === "cost" ? usdColumn(value) : figure(value);
}

/** The head of such a column. */
export const OBJECTIVE_HEAD: Readonly<Record<ObjectiveName, string>> = {
  "cost-per-token": "$/M tokens",
  cost: "$/hour",
  throughput: "tokens/s",
  weighted: "score",
};

const WORDS: Readonly<Record<ObjectiveName, readonly [more: string, less: string]>> = {
  "cost-per-token": ["more", "less"],
  cost: ["more", "less"],
  throughput: ["faster", "slower"],
  weighted: ["better", "worse"],
};

/** How a value of an objective stands beside another: "12.3 % more"; a share of nothing has no percentage. */
export function againstText(name: ObjectiveName, value: number, other: number): string {
  const difference = value - other;
  if (Math.abs(difference) <= SAME * Math.max(Math.abs(value), Math.abs(other))) return "the same";
  const [more, less] = WORDS[name];
  const word = difference > 0 ? more : less;
  if (name === "weighted") return `${figure(Math.abs(difference))} ${word}`;
  return other === 0 ? word : `${percent(Math.abs(difference / other))} ${word}`;
}
