import type { Metrics } from "../../placement/evaluation.ts";
import type { Problem } from "../../placement/problem.ts";
import { type SetLimit, setLimits } from "../../solver/explain/limits.ts";
import type { SolveRequest } from "../../solver/request.ts";
import type { Answer, NoAnswer, Solution } from "../../solver/solution.ts";
import { planWords, verdictWords } from "../answer-words.ts";
import { limitIsMet } from "../broken-limits.ts";
import { figure, percent, plural, usd } from "../format.ts";
import { limitWords } from "../limit-words.ts";
import { objectiveWords } from "../objective-words.ts";
import { PLAIN } from "../paint.ts";
import { renderDeployable, renderWithoutRestriction } from "../terminal-deployable.ts";
import { noAnswerWords } from "../terminal-no-answer.ts";
import { CONFIDENCE_WORDS, intervalWords } from "../terminal-serving.ts";
import { costModelWords } from "../terminal-workload.ts";
import { html, type Markup } from "./markup.ts";

/** The answer in one sentence, how far it is proven, its figures, and whether they keep what was asked for. */
export function headlineMarkup(
  problem: Problem,
  request: SolveRequest,
  solution: Solution,
): Markup {
  const over = html`<p class="over">llm-placement report: ${problem.model.name}, ${costModelWords(problem)}</p>`;
  return "placement" in solution
    ? html`${over}${answerMarkup(problem, request, solution)}`
    : html`${over}${noAnswerMarkup(problem, solution)}`;
}

function noAnswerMarkup(problem: Problem, solution: NoAnswer): Markup {
  const { model } = problem;
  const isProven = solution.status === "infeasible";
  return html`<h1>${isProven ? `No placement serves ${model.name} as asked` : `No placement of ${model.name} was found in time`}</h1>
<p><span class="badge ${isProven ? "bad" : "warn"}">${isProven ? "✕ infeasible, proven" : "! no answer, a limit struck"}</span>${noAnswerWords(solution)}</p>
${restriction(renderWithoutRestriction(problem, solution))}`;
}

/** The terminal's sentence on what a target restricts; its line breaks are blanks here. */
function restriction(sentence: string): Markup | null {
  return sentence === "" ? null : html`<p>${sentence}</p>`;
}

function answerMarkup(problem: Problem, request: SolveRequest, answer: Answer): Markup {
  const { metrics, status, bound, gap } = answer;
  const isProven = status === "optimal";
  return html`<h1>${problem.model.name} for ${usd(metrics.dollar_per_million_token)} per million tokens: ${figure(metrics.throughput_tokens_per_sec)} tokens/s at ${usd(metrics.cost_per_hour)} per hour</h1>
<p>${planWords(problem, answer)}</p>
<p><span class="badge ${isProven ? "good" : "warn"}">${isProven ? "✓ optimal, proven" : "! feasible, a limit struck"}</span>${verdictWords(problem, request, answer)}${gap === 0 ? html` <span class="dim">Bound ${objectiveWords(answer, bound)}, gap 0.</span>` : null}</p>
${restriction(renderDeployable(problem, answer, PLAIN))}
${tiles(metrics)}
${targets(problem, metrics)}
${confidence(metrics)}`;
}

function tiles(metrics: Metrics): Markup {
  const { uncertainty, ttft_ms, tpot_ms } = metrics;
  const tile = (label: string, value: string, note: string): Markup =>
    html`<div><dt>${label}</dt><dd class="big">${value}</dd><dd class="note">${note}</dd></div>`;
  const interval = (range: { low: number; high: number } | null | undefined): string =>
    intervalWords(range)
      .trim()
      .replace(/^\(|\)$/g, "");
  return html`<dl class="tiles">${tile("$ per million tokens", usd(metrics.dollar_per_million_token), "input and output together")}${tile(
    "Throughput, tokens/s",
    figure(metrics.throughput_tokens_per_sec),
    interval(uncertainty?.throughput_tokens_per_sec) || "a point estimate",
  )}${tile("$ per hour", usd(metrics.cost_per_hour), `${plural(metrics.num_instances, "instance")}, ${metrics.num_gpus} of ${plural(metrics.num_gpus_rented, "GPU")} used`)}${
    ttft_ms === null ? null : tile("TTFT, ms", figure(ttft_ms), interval(uncertainty?.ttft_ms))
  }${
    tpot_ms === null ? null : tile("TPOT, ms", figure(tpot_ms), interval(uncertainty?.tpot_ms))
  }</dl>`;
}

/** Limits and targets that were given, each with what is predicted and whether it is kept. */
function targets(problem: Problem, metrics: Metrics): Markup {
  const set = setLimits(problem.limits);
  if (set.length === 0) return html`<p class="dim">No limit and no latency target was given.</p>`;
  return html`<ul class="plain">${set.map((limit) => {
    const isMet = limitIsMet(problem, metrics, limit.key);
    return html`<li><b class="${isMet ? "good" : "bad"}">${isMet ? "✓ met" : "✕ not met"}</b> ${limit.name} ${limitWords(limit.name, limit.value)}${predicted(problem, metrics, limit)}</li>`;
  })}</ul>`;
}

/** What stands beside a latency target; where the interval reaches beyond it, that is said. */
function predicted(
  { limits }: Problem,
  { ttft_ms, tpot_ms, uncertainty }: Metrics,
  { key, value }: SetLimit,
): string {
  const [ms, interval] =
    key === "maxTtftSeconds"
      ? [ttft_ms, uncertainty?.ttft_ms]
      : key === "maxTpotSeconds"
        ? [tpot_ms, uncertainty?.tpot_ms]
        : [null, null];
  if (ms === null) return "";
  const margin = limits.latencySafetyMargin;
  const beyond = interval && interval.high > value ? ", whose upper end is beyond the target" : "";
  return `: predicted ${figure(ms)} ms, with ${percent(margin)} margin ${figure(ms * (1 + margin))} ms${intervalWords(interval)}${beyond}`;
}

function confidence({ uncertainty }: Metrics): Markup {
  if (!uncertainty) {
    return html`<p class="dim">The cost model does not say how sure it is: take the figures for comparisons, not for promises.</p>`;
  }
  return html`<p><b>Confidence: ${CONFIDENCE_WORDS[uncertainty.confidence]}.</b> ${uncertainty.reasons.join("; ")}${uncertainty.reasons.length > 0 ? "." : ""} <span class="dim">All figures are predictions.</span></p>`;
}
