import type { Pool } from "../hardware/pool.ts";
import type { Infeasibility, NoAnswer } from "../solver/solution.ts";
import { printable } from "./format.ts";
import { renderItem, renderTable, wrap } from "./layout.ts";
import { enoughWords, limitWords } from "./limit-words.ts";
import type { Paint } from "./paint.ts";
import { placementWords } from "./words.ts";

/** That there is no answer, in one sentence: proven, or only not found yet. */
export function renderNoAnswerTitle({ status }: NoAnswer, paint: Paint): string {
  return paint.red(
    wrap(
      status === "infeasible"
        ? "Infeasible: no placement of this pool keeps the rules and limits. This is proven."
        : "No answer: a limit struck before any placement was found. One may exist.",
    ),
  );
}

/** Why nothing fits, what cannot be met together, and what would help; empty when a limit struck before that was known. */
export function renderInfeasibility(
  pool: Pool,
  { status, explanation }: NoAnswer,
  paint: Paint,
): string {
  if (status !== "infeasible") return "";
  return [
    paint.bold("Why nothing fits"),
    ...explanation.sentences.map((sentence) => renderItem("- ", printable(sentence))),
    ...conflictLines(explanation),
    ...relaxationLines(pool, explanation),
  ].join("\n");
}

function conflictLines({ conflict }: Infeasibility): string[] {
  if (conflict.length === 0) return [];
  const limits = conflict.map(printable).join(", ");
  return [
    wrap(
      conflict.length === 1
        ? `This cannot be met, whatever the other limits: ${limits}.`
        : `These cannot be met together: ${limits}.`,
    ),
  ];
}

function relaxationLines(pool: Pool, { relaxations }: Infeasibility): string[] {
  if (relaxations.length === 0) return [];
  const table = renderTable(
    [
      { head: "change", flexible: true },
      { head: "from", align: "right" },
      { head: "to", align: "right" },
      { head: "makes possible", flexible: true },
    ],
    relaxations.map(({ change, from, to, placement }) => [
      printable(change),
      limitWords(change, from),
      enoughWords(change, to),
      placementWords(pool, placement),
    ]),
  );
  return [wrap("The smallest single changes that would help:"), table];
}
