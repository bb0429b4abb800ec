import type { Problem } from "../../placement/problem.ts";
import type { SolveRequest } from "../../solver/request.ts";
import type { Answer, Solution } from "../../solver/solution.ts";
import { groupsTable, groupsText, groupsTitle } from "../explanation-text.ts";
import { solutionJson } from "../json.ts";
import { metricsBlocks } from "../terminal-placement.ts";
import { assumptionsMarkup } from "./assumptions.ts";
import { changeMarkup, infeasibleMarkup } from "./change.ts";
import { frontierMarkup } from "./frontier.ts";
import { headlineMarkup } from "./headline.ts";
import { html } from "./markup.ts";
import { pageMarkup, pairsMarkup, type Section } from "./page.ts";
import { pipelineMarkup } from "./pipeline.ts";
import { pricesMarkup } from "./prices.ts";
import { type Origin, reproduceMarkup, warningsMarkup } from "./reproduce.ts";
import { textTable } from "./table.ts";

/** What a report of a solve is made from. */
export interface SolveReportInput extends Origin {
  readonly problem: Problem;
  readonly request: SolveRequest;
  /** With frontier and explanation the report has a plot and says what would change the answer. */
  readonly solution: Solution;
  readonly warnings: readonly string[];
}

/**
 * A solve as one HTML file that loads nothing: answer and proof, frontier, pipeline, prices, assumptions, what would change it, and how to
 * get it again. Equal input gives equal text; the time that the search took is left out.
 */
export function renderSolveReport(input: SolveReportInput): string {
  const { problem, request, solution, warnings, version } = input;
  return pageMarkup({
    title: `${problem.model.name}: placement report`,
    header: html`${headlineMarkup(problem, request, solution)}${warningsMarkup(warnings)}`,
    sections: sectionsOf(input),
    data: withoutTime(solutionJson(problem, solution, warnings)),
    version,
  });
}

function sectionsOf(input: SolveReportInput): Section[] {
  const { problem, request, solution } = input;
  const answer = "placement" in solution ? solution : null;
  const sections: (Section | null)[] = [
    solution.status === "infeasible"
      ? { id: "why", title: "Why nothing fits", content: infeasibleMarkup(problem.pool, solution) }
      : null,
    section("frontier", "Cost against throughput", frontierMarkup(problem, solution)),
    answer && {
      id: "pipeline",
      title: "Pipeline",
      content: html`${pipelineMarkup(problem, answer)}
${metricsBlocks(problem, answer.placement, answer.metrics).map(
  ({ title, pairs }) => html`<h3>${title === "Metrics" ? "All figures" : title}</h3>
${pairsMarkup(pairs)}`,
)}`,
    },
    {
      id: "prices",
      title: "Prices",
      content: pricesMarkup(problem, request, answer?.placement ?? null),
    },
    {
      id: "assumptions",
      title: "Assumptions",
      content: assumptionsMarkup(problem, request, solution),
    },
    answer?.by ? groupsSection(problem, answer, answer.by) : null,
    answer?.explanation
      ? {
          id: "change",
          title: "What would change this answer",
          content: changeMarkup(problem, answer, answer.explanation),
        }
      : null,
    { id: "reproduce", title: "Reproduce", content: reproduceMarkup(input, solution) },
  ];
  return sections.filter((each) => each !== null);
}

function groupsSection(problem: Problem, answer: Answer, by: NonNullable<Answer["by"]>): Section {
  const table = groupsTable(problem, answer, by);
  return {
    id: "groups",
    title: groupsTitle(by.grouping),
    content: textTable(groupsText(by.grouping, table).replace(/:$/, ""), table),
  };
}

function section(id: string, title: string, content: Section["content"]): Section | null {
  return content === null ? null : { id, title, content };
}

/** Times differ from run to run. */
function withoutTime(json: object): object {
  const { run, ...rest } = json as { readonly run: Solution["run"] };
  const { total_seconds: _, ...effort } = run;
  return { ...rest, run: effort };
}
