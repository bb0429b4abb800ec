import type { Pool } from "../hardware/pool.ts";
import type { Infeasibility, NoAnswer } from "../solver/solution.ts";
import type { Workload } from "../workload/workload.ts";
import type { Colours } from "./colours.ts";
import { printable } from "./format.ts";
import { renderItem, renderTable, type TextTable, wrap } from "./layout.ts";
import { enoughText, limitText } from "./limit-text.ts";
import { levelsTriedText } from "./load-text.ts";
import { placementText } from "./placement-text.ts";

/** That there is no answer, in one sentence: proven, or only not found yet. */
export function renderNoAnswerTitle(
  workload: Workload,
  answer: NoAnswer,
  colours: Colours,
): string {
  return colours.red(wrap(noAnswerText(workload, answer)));
}

/** The same without colour. */
export function noAnswerText(workload: Workload, { status }: NoAnswer): string {
  return status === "infeasible"
    ? `Infeasible: no single pipeline in this pool meets the rules and limits${levelsTriedText(workload)}. Proven for single pipelines; replicas are not searched${sharesText(workload)}.`
    : "No answer: the search stopped before it found a placement. One may exist.";
}

/** What copies may do where a rate is asked for, which they share. */
function sharesText({ load }: Workload): string {
  return load?.kind === "request_rate"
    ? ": copies that share the rate may, so solve for a half or a third of it"
    : "";
}

/** Why nothing fits, what cannot be met together, and what would help; empty when a limit struck before that was known. */
export function renderInfeasibility(
  pool: Pool,
  { status, explanation }: NoAnswer,
  colours: Colours,
): string {
  if (status !== "infeasible") return "";
  return [
    colours.bold("Why nothing fits"),
    ...explanation.sentences.map((sentence) => renderItem("- ", printable(sentence))),
    ...conflictText(explanation).map((text) => wrap(text)),
    ...relaxationLines(pool, explanation),
    ...jointLines(pool, explanation),
    ...stagesNote(explanation),
  ].join("\n");
}

/** The limits that cannot be met together, if limits are to blame. */
export function conflictText({ conflict }: Infeasibility): string[] {
  if (conflict.length === 0) return [];
  const limits = conflict.map(printable).join(", ");
  return [
    conflict.length === 1
      ? `This cannot be met, whatever the other limits: ${limits}.`
      : `These cannot be met together: ${limits}.`,
  ];
}

/** What introduces the table of relaxations. */
export const RELAXATIONS_TEXT = "The smallest single changes that would help:";

function relaxationLines(pool: Pool, explanation: Infeasibility): string[] {
  if (explanation.relaxations.length === 0) return [];
  const { columns, rows } = relaxationTable(pool, explanation);
  return [wrap(RELAXATIONS_TEXT), renderTable(columns, rows)];
}

/** More stages than are needed may be asked for, since the rule has two sides. */
const STAGES_TEXT = "max_pipeline_stages N also sets the smallest stage: layers / N, rounded up.";

function stagesNote({ relaxations, joint_relaxations }: Infeasibility): string[] {
  const changes = [...relaxations, ...joint_relaxations.flatMap((way) => way.changes)];
  return changes.some(({ change }) => change === "max_pipeline_stages") ? [wrap(STAGES_TEXT)] : [];
}

/** Changes that make a placement possible, a row each. */
export function relaxationTable(pool: Pool, { relaxations }: Infeasibility): TextTable {
  return {
    columns: [
      { head: "change", flexible: true },
      { head: "from", align: "right" },
      { head: "to", align: "right" },
      { head: "makes possible", flexible: true },
    ],
    rows: relaxations.map(({ change, from, to, placement }) => [
      printable(change),
      limitText(change, from),
      enoughText(change, to),
      placementText(pool, placement),
    ]),
  };
}

/** What introduces the table of changes that help together. */
export const JOINT_TEXT = "Changes that would help together:";

function jointLines(pool: Pool, explanation: Infeasibility): string[] {
  if (explanation.joint_relaxations.length === 0) return [];
  const { columns, rows } = jointTable(pool, explanation);
  return [wrap(JOINT_TEXT), renderTable(columns, rows)];
}

/** Changes that only together make a placement possible: a row for each change, the first of a way out with what it makes possible. */
export function jointTable(pool: Pool, { joint_relaxations }: Infeasibility): TextTable {
  return {
    columns: [
      { head: "way", align: "right" },
      { head: "change", flexible: true },
      { head: "from", align: "right" },
      { head: "to", align: "right" },
      { head: "makes possible", flexible: true },
    ],
    rows: joint_relaxations.flatMap(({ changes, placement }, way) =>
      changes.map(({ change, from, to }, i) => [
        i === 0 ? String(way + 1) : "",
        printable(change),
        limitText(change, from),
        enoughText(change, to),
        i === 0 ? placementText(pool, placement) : "",
      ]),
    ),
  };
}
