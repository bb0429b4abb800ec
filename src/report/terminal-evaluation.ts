import type { Evaluation, Infeasible, Success, Violation } from "../placement/evaluation.ts";
import type { Problem } from "../placement/problem.ts";
import { figure, plural, printable, usd } from "./format.ts";
import { joinBlocks, renderItem, renderPairs, wrap } from "./layout.ts";
import type { Paint } from "./paint.ts";
import { brokenLimits, renderMetrics, renderStages, renderWorkload } from "./terminal-placement.ts";
import { placementWords } from "./words.ts";

/** What evaluating a placement says, for people. */
export function renderEvaluation(problem: Problem, evaluation: Evaluation, paint: Paint): string {
  return evaluation.status === "SUCCESS"
    ? renderSuccess(problem, evaluation, paint)
    : renderInfeasible(evaluation, paint);
}

/** A placement that cannot even be made, e.g. an even split over more instances than the pool has. */
export function renderNoPlacement(error: string, paint: Paint): string {
  return joinBlocks([paint.red(wrap(`Infeasible: ${printable(error)}`))]);
}

function renderSuccess(problem: Problem, { placement, metrics }: Success, paint: Paint): string {
  const broken = brokenLimits(problem, metrics);
  return joinBlocks([
    paint.bold(
      wrap(
        `${placementWords(problem.pool, placement)}. ${usd(metrics.dollar_per_million_token)} per million tokens, ${figure(metrics.throughput_tokens_per_sec)} tokens/s, ${usd(metrics.cost_per_hour)} per hour.`,
      ),
    ),
    renderWorkload(problem, placement),
    renderStages(problem, metrics, paint),
    renderMetrics(problem, placement, metrics, paint),
    broken.length === 0
      ? ""
      : [
          paint.yellow("Over the limits given"),
          ...broken.map((text) => renderItem("- ", text)),
        ].join("\n"),
  ]);
}

function renderInfeasible({ violations }: Infeasible, paint: Paint): string {
  return joinBlocks([
    paint.red(
      `Infeasible: ${violations.length === 1 ? "one rule is" : `${violations.length} rules are`} broken.`,
    ),
    ...violations.map((violation, index) => renderViolation(violation, index + 1, paint)),
  ]);
}

function renderViolation(violation: Violation, number: number, paint: Paint): string {
  const item = renderItem(`${number}. `, printable(violation.message));
  const bill = memoryBill(violation);
  return [`  ${paint.bold(violation.rule)}`, item, ...(bill === null ? [] : [bill])].join("\n");
}

/** Required against available memory, item by item; null for rules that are not about memory. */
function memoryBill(violation: Violation): string | null {
  const {
    weights_gb: weights,
    kv_cache_gb: kvCache,
    activations_gb: activations,
    required_gb: required,
    available_gb: available,
  } = violation;
  if (
    typeof weights !== "number" ||
    typeof kvCache !== "number" ||
    typeof activations !== "number" ||
    typeof required !== "number" ||
    typeof available !== "number"
  ) {
    return null;
  }
  const difference = required - available;
  const pairs: [string, string][] = [
    ["   weights", gib(weights)],
    ["   KV cache", gib(kvCache)],
    ["   activations", gib(activations)],
    ["   required", `${gib(required)} on each GPU`],
    [
      "   available",
      `${gib(available)}: ${gib(Math.abs(difference)).trim()} ${difference > 0 ? "too little" : "left over"}`,
    ],
  ];
  const { size, max_size: largest, min_size: smallest } = violation;
  if (typeof size === "number" && typeof largest === "number") {
    const oneLayer = (weights + kvCache) / size + activations;
    pairs.push([
      "   largest",
      oneLayer > available ? "not even one layer fits" : `${plural(largest, "layer")} would fit`,
    ]);
  }
  if (typeof smallest === "number") {
    pairs.push(["   smallest", `${plural(smallest, "layer")} would use enough memory`]);
  }
  return renderPairs(pairs);
}

function gib(value: number): string {
  return `${value.toFixed(2).padStart(8)} GiB`;
}
