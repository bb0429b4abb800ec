import type { Interval, Metrics } from "../../placement/evaluation.ts";
import { limitIsMet } from "../../placement/limits.ts";
import type { Problem } from "../../placement/problem.ts";
import { type RateService, rateService } from "../../placement/rate-service.ts";
import { type SetLimit, setLimits } from "../../solver/explain/limits.ts";
import type { SolveRequest } from "../../solver/request.ts";
import type { Answer, NoAnswer, Solution } from "../../solver/solution.ts";
import { isLatencyLimit } from "../../workload/workload.ts";
import { planText, verdictText } from "../answer-text.ts";
import { PLAIN } from "../colours.ts";
import { count, figure, hourlyText, monthlyUsd, percent, plural, usd } from "../format.ts";
import { limitText } from "../limit-text.ts";
import { rateText } from "../load-text.ts";
import { objectiveText } from "../objective-text.ts";
import { renderDeployable, renderWithoutRestriction } from "../terminal-deployable.ts";
import { noAnswerText } from "../terminal-no-answer.ts";
import { CONFIDENCE_WORDS, intervalText } from "../terminal-serving.ts";
import { costModelText } from "../terminal-workload.ts";
import { html, type Markup } from "./markup.ts";

/** The answer in one sentence, how far it is proven, its figures, and whether they keep what was asked for. */
export function headlineMarkup(
  problem: Problem,
  request: SolveRequest,
  solution: Solution,
): Markup {
  const over = html`<p class="over">llm-placement report: ${problem.model.name}, ${costModelText(problem)}</p>`;
  return "placement" in solution
    ? html`${over}${answerMarkup(problem, request, solution)}`
    : html`${over}${noAnswerMarkup(problem, solution)}`;
}

function noAnswerMarkup(problem: Problem, solution: NoAnswer): Markup {
  const { model } = problem;
  const isProven = solution.status === "infeasible";
  return html`<h1>${isProven ? `No placement of ${model.name} meets the requirements` : `No placement of ${model.name} was found in time`}</h1>
<p><span class="badge ${isProven ? "bad" : "warn"}">${isProven ? "✕ infeasible, proven" : "! no answer, the search stopped"}</span>${noAnswerText(problem.workload, solution)}</p>
${restriction(renderWithoutRestriction(problem, solution))}`;
}

/** The terminal's sentence on what a target restricts; its line breaks are blanks here. */
function restriction(sentence: string): Markup | null {
  return sentence === "" ? null : html`<p>${sentence}</p>`;
}

function answerMarkup(problem: Problem, request: SolveRequest, answer: Answer): Markup {
  const { placement, metrics, status, bound, gap } = answer;
  const isProven = status === "optimal";
  const service = rateService(problem, placement);
  return html`<h1>${problem.model.name} ${titleText(metrics, service)}</h1>
<p>${planText(problem, answer)}</p>
<p><span class="badge ${isProven ? "good" : "warn"}">${isProven ? "✓ optimal, proven" : "! feasible, not proven"}</span>${verdictText(problem, request, answer)}${gap === 0 ? html` <span class="dim">Bound ${objectiveText(answer, bound)}, gap 0.</span>` : null}</p>
${restriction(renderDeployable(problem, answer, PLAIN))}
${service ? rateTiles(service) : tiles(metrics)}
${targets(problem, metrics, service)}
${confidence(metrics)}`;
}

/** What is served for how much; where a rate is asked for, at that rate. */
function titleText(metrics: Metrics, service: RateService | null): string {
  const perHour = hourlyText(metrics.cost_per_hour);
  if (!service) {
    return `for ${usd(metrics.dollar_per_million_token)} per million tokens: ${figure(metrics.throughput_tokens_per_sec)} tokens/s at ${perHour}`;
  }
  return `at ${rateText(service.requestsPerSecond)} for ${perHour}: ${usd(service.usdPerMillionTokens)} per million tokens`;
}

function tile(label: string, value: string, note: string): Markup {
  return html`<div><dt>${label}</dt><dd class="big">${value}</dd><dd class="note">${note}</dd></div>`;
}

/** An 80 % interval as the note of a tile. */
function interval(range: Interval | null | undefined): string {
  return intervalText(range)
    .trim()
    .replace(/^\(|\)$/g, "");
}

function tiles(metrics: Metrics): Markup {
  const { uncertainty } = metrics;
  return html`<dl class="tiles">${tile("$ per million tokens", usd(metrics.dollar_per_million_token), "input and output together")}${tile(
    "Throughput, tokens/s",
    figure(metrics.throughput_tokens_per_sec),
    interval(uncertainty?.throughput_tokens_per_sec) || "a point estimate",
  )}${priceTile(metrics)}${latencyTiles(metrics)}</dl>`;
}

/** Every figure is that of the rate; what could be served beside it stands in the notes. */
function rateTiles(service: RateService): Markup {
  const { atRate, atCapacity, used } = service;
  return html`<dl class="tiles">${priceTile(atRate.metrics)}${tile(
    "$ per million tokens",
    usd(service.usdPerMillionTokens),
    `at ${rateText(service.requestsPerSecond)}; ${usd(atCapacity.metrics.dollar_per_million_token)} at capacity`,
  )}${tile("Throughput, tokens/s", figure(service.tokensPerSecond), `as requested; capacity ${figure(atCapacity.metrics.throughput_tokens_per_sec)}`)}${tile(
    "In use",
    percent(used),
    `of a capacity of ${figure(service.capacityRequestsPerSecond)} requests/s`,
  )}${tile("In flight", count(atRate.placement.batch_size), `sequences; ${count(atCapacity.placement.batch_size)} at capacity`)}${latencyTiles(atRate.metrics)}</dl>`;
}

function priceTile(metrics: Metrics): Markup {
  return tile(
    "$ per hour",
    usd(metrics.cost_per_hour),
    `${monthlyUsd(metrics.cost_per_hour)} per month; ${plural(metrics.num_instances, "instance")}, ${metrics.num_gpus} of ${plural(metrics.num_gpus_rented, "GPU")} used`,
  );
}

function latencyTiles({ uncertainty, ttft_ms, tpot_ms }: Metrics): (Markup | null)[] {
  return [
    ttft_ms === null ? null : tile("TTFT, ms", figure(ttft_ms), interval(uncertainty?.ttft_ms)),
    tpot_ms === null ? null : tile("TPOT, ms", figure(tpot_ms), interval(uncertainty?.tpot_ms)),
  ];
}

/** Limits and targets that were given, each with what is predicted and whether it is kept; latencies are those of a rate. */
function targets(problem: Problem, metrics: Metrics, service: RateService | null): Markup {
  const set = setLimits(problem.limits, problem.workload);
  if (set.length === 0) return html`<p class="dim">No limit and no latency target was given.</p>`;
  return html`<ul class="plain">${set.map((limit) => {
    const counted = service && isLatencyLimit(limit.key) ? service.atRate.metrics : metrics;
    const isMet = limitIsMet(problem, counted, limit.key);
    return html`<li><b class="${isMet ? "good" : "bad"}">${isMet ? "✓ met" : "✕ not met"}</b> ${limit.name} ${limitText(limit.name, limit.value)}${atFullUse(limit, service)}${predicted(problem, counted, limit)}</li>`;
  })}</ul>`;
}

/** Budgets for tokens are kept by what a token costs at full use; at a rate it costs more, which is said. */
function atFullUse({ key }: SetLimit, service: RateService | null): string {
  return service && key === "maxCostPerMillionTokenUsd"
    ? `, at capacity; ${usd(service.usdPerMillionTokens)} at ${rateText(service.requestsPerSecond)}`
    : "";
}

/** What stands beside a latency target; where the interval reaches beyond it, that is said. */
function predicted(
  { limits }: Problem,
  { ttft_ms, tpot_ms, uncertainty }: Metrics,
  { key, value }: SetLimit,
): string {
  const [ms, range] =
    key === "maxTtftSeconds"
      ? [ttft_ms, uncertainty?.ttft_ms]
      : key === "maxTpotSeconds"
        ? [tpot_ms, uncertainty?.tpot_ms]
        : [null, null];
  if (ms === null) return "";
  const margin = limits.latencySafetyMargin;
  const beyond = range && range.high > value ? ", whose upper end exceeds the target" : "";
  return `: predicted ${figure(ms)} ms, with ${percent(margin)} margin ${figure(ms * (1 + margin))} ms${intervalText(range)}${beyond}`;
}

function confidence({ uncertainty }: Metrics): Markup {
  if (!uncertainty) {
    return html`<p class="dim">The cost model gives no intervals: use the figures for comparison, not as guarantees.</p>`;
  }
  return html`<p><b>Confidence: ${CONFIDENCE_WORDS[uncertainty.confidence]}.</b> ${uncertainty.reasons.join("; ")}${uncertainty.reasons.length > 0 ? "." : ""} <span class="dim">All figures are predictions.</span></p>`;
}
