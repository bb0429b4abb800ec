import type { Problem } from "../placement/problem.ts";
import type { Answer, Sensitivity } from "../solver/solution.ts";
import { explanationBlocks, groupsTable, groupsText } from "./explanation-words.ts";
import { renderTable, wrap } from "./layout.ts";
import type { Paint } from "./paint.ts";

/** What would change an answer: limits, the next placements on either side, prices, other types. */
export function renderExplanation(
  problem: Problem,
  answer: Answer,
  explanation: Sensitivity,
  paint: Paint,
): string {
  const blocks = explanationBlocks(problem, answer, explanation).map(({ text, table }) =>
    table === null ? wrap(text) : `${wrap(text)}\n${renderTable(table.columns, table.rows)}`,
  );
  return `${paint.bold("What would change this answer")}\n${blocks.join("\n\n")}`;
}

/** The best answer of each group of instance types; empty where none was asked for. */
export function renderGroups(problem: Problem, answer: Answer, paint: Paint): string {
  if (!answer.by) return "";
  const table = groupsTable(problem, answer, answer.by);
  const text = wrap(groupsText(answer.by.grouping, table));
  return `${paint.bold(text)}\n${renderTable(table.columns, table.rows)}`;
}
