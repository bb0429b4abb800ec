import type { Pool } from "../../hardware/pool.ts";
import type { Problem } from "../../placement/problem.ts";
import type { Answer, NoAnswer, Sensitivity } from "../../solver/solution.ts";
import { explanationBlocks } from "../explanation-text.ts";
import {
  conflictText,
  JOINT_TEXT,
  jointTable,
  RELAXATIONS_TEXT,
  relaxationTable,
} from "../terminal-no-answer.ts";
import { html, type Markup } from "./markup.ts";
import { textTable } from "./table.ts";

/** What would change an answer, as the terminal says it: limits, the next placements, prices, other types. */
export function changeMarkup(problem: Problem, answer: Answer, explanation: Sensitivity): Markup {
  return html`${explanationBlocks(problem, answer, explanation).map(({ text, table }) =>
    table === null ? html`<p>${text}</p>` : textTable(text.replace(/:$/, ""), table),
  )}<p class="dim">Every figure here is proven by its own search.</p>`;
}

/** Why nothing fits, what cannot be met together, and the smallest changes that would help. */
export function infeasibleMarkup(pool: Pool, { explanation }: NoAnswer): Markup {
  const { sentences, relaxations, joint_relaxations } = explanation;
  return html`<ul class="plain">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>
${conflictText(explanation).map((text) => html`<p><b>${text}</b></p>`)}
${
  relaxations.length > 0
    ? textTable(RELAXATIONS_TEXT.replace(/:$/, ""), relaxationTable(pool, explanation))
    : html`<p>No single change to a limit or a count was found to help.</p>`
}
${
  joint_relaxations.length > 0
    ? textTable(JOINT_TEXT.replace(/:$/, ""), jointTable(pool, explanation))
    : html``
}`;
}
