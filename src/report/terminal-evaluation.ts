import type { Evaluation, Infeasible, Success, Violation } from "../placement/evaluation.ts";
import type { Problem } from "../placement/problem.ts";
import { atAskedRate } from "../placement/rate-service.ts";
import { brokenLimits } from "./broken-limits.ts";
import type { Colours } from "./colours.ts";
import { plural, printable } from "./format.ts";
import { joinBlocks, renderItem, renderPairs, wrap } from "./layout.ts";
import { costText } from "./load-text.ts";
import { placementText } from "./placement-text.ts";
import { renderMemory } from "./terminal-memory.ts";
import { renderMetrics, renderStages } from "./terminal-placement.ts";
import { renderWorkload } from "./terminal-workload.ts";

/** What evaluating a placement says, for people. */
export function renderEvaluation(
  problem: Problem,
  evaluation: Evaluation,
  colours: Colours,
): string {
  return evaluation.status === "SUCCESS"
    ? renderSuccess(problem, evaluation, colours)
    : renderInfeasible(evaluation, colours);
}

/** A placement that cannot even be made, e.g. an even split over more instances than the pool has. */
export function renderNoPlacement(error: string, colours: Colours): string {
  return joinBlocks([colours.red(wrap(`Infeasible: ${printable(error)}`))]);
}

function renderSuccess(problem: Problem, evaluation: Success, colours: Colours): string {
  const { placement, metrics } = evaluation;
  const shown = atAskedRate(problem, evaluation);
  const broken = brokenLimits(problem, metrics);
  return joinBlocks([
    colours.bold(
      wrap(`${placementText(problem.pool, placement)}. ${costText(problem, placement, metrics)}.`),
    ),
    renderWorkload(problem, placement, metrics, "evaluate"),
    renderStages(problem, shown.placement, shown.metrics, colours),
    renderMemory(problem, shown.metrics, colours),
    renderMetrics(problem, placement, metrics, colours),
    broken.length === 0
      ? ""
      : [colours.yellow("Limits not met"), ...broken.map((text) => renderItem("- ", text))].join(
          "\n",
        ),
  ]);
}

function renderInfeasible({ error, violations }: Infeasible, colours: Colours): string {
  // A placement that keeps the rules and does not reach what is asked of it.
  if (violations.length === 0) return renderNoPlacement(error, colours);
  return joinBlocks([
    colours.red(
      `Infeasible: ${violations.length === 1 ? "one rule is" : `${violations.length} rules are`} broken.`,
    ),
    ...violations.map((violation, index) => renderViolation(violation, index + 1, colours)),
  ]);
}

function renderViolation(violation: Violation, number: number, colours: Colours): string {
  const item = renderItem(`${number}. `, printable(violation.message));
  const bill = memoryBill(violation);
  return [`  ${colours.bold(violation.rule)}`, item, ...(bill === null ? [] : [bill])].join("\n");
}

/** Required against available memory, item by item; null for rules that are not about memory. */
function memoryBill(violation: Violation): string | null {
  const {
    weights_gb: weights,
    kv_cache_gb: kvCache,
    activations_gb: activations,
    runtime_gb: runtime,
    reserve_gb: reserve,
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
    ...(typeof runtime === "number" && typeof reserve === "number"
      ? ([
          ["   runtime", gib(runtime)],
          ["   reserve", gib(reserve)],
        ] satisfies [string, string][])
      : []),
    ["   required", `${gib(required)} on each GPU`],
    [
      "   available",
      `${gib(available)}: ${gib(Math.abs(difference)).trim()} ${difference > 0 ? "too little" : "left over"}`,
    ],
  ];
  const { size, max_size: largest, min_size: smallest } = violation;
  if (typeof size === "number" && typeof largest === "number") {
    const fitsNone = violation.message.endsWith("not even one layer fits.");
    pairs.push([
      "   largest",
      fitsNone ? "not even one layer fits" : `${plural(largest, "layer")} would fit`,
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
