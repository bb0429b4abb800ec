import type { Problem } from "../placement/problem.ts";
import type { Answer, Sensitivity } from "../solver/solution.ts";
import type { Colours } from "./colours.ts";
import { explanationBlocks, groupsTable, groupsText } from "./explanation-text.ts";
import { renderTable, wrap } from "./layout.ts";

/** What would change an answer: limits, the next placements on either side, prices, other types. */
export function renderExplanation(
  problem: Problem,
  answer: Answer,
  explanation: Sensitivity,
  colours: Colours,
): string {
  const blocks = explanationBlocks(problem, answer, explanation).map(({ text, table }) =>
    table === null ? wrap(text) : `${wrap(text)}\n${renderTable(table.columns, table.rows)}`,
  );
  return `${colours.bold("What would change this answer")}\n${blocks.join("\n\n")}`;
}

/** The best answer of each group of instance types; empty where none was asked for. */
export function renderGroups(problem: Problem, answer: Answer, colours: Colours): string {
  if (!answer.by) return "";
  const table = groupsTable(problem, answer, answer.by);
  const text = wrap(groupsText(answer.by.grouping, table));
  return `${colours.bold(text)}\n${renderTable(table.columns, table.rows)}`;
}
