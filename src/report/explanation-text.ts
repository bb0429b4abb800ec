import { isTie } from "../compare/tie.ts";
import { evaluate } from "../placement/evaluate.ts";
import type { Metrics } from "../placement/evaluation.ts";
import type { Placement } from "../placement/placement.ts";
import type { Problem } from "../placement/problem.ts";
import { atFullUse } from "../placement/rate-service.ts";
import { setLimits } from "../solver/explain/limits.ts";
import type { Grouping, ObjectiveName } from "../solver/request.ts";
import type {
  Answer,
  FrontierPoint,
  GroupBest,
  PriceRise,
  Sensitivity,
} from "../solver/solution.ts";
import type { Limits } from "../workload/workload.ts";
import { figure, monthlyUsd, percent, printable, usd, usdColumn } from "./format.ts";
import type { TextTable } from "./layout.ts";
import { limitText } from "./limit-text.ts";
import { perTokenHead } from "./load-text.ts";
import {
  againstText,
  OBJECTIVE_HEAD,
  objectiveCell,
  objectiveText,
  TIE_LEGEND,
  TIE_MARK,
} from "./objective-text.ts";
import { placementText } from "./placement-text.ts";

/** A sentence, and the table that it introduces if it does. */
export interface ExplanationBlock {
  readonly text: string;
  readonly table: TextTable | null;
}

/** What would change an answer: limits, the next placements on either side, prices, other types. */
export function explanationBlocks(
  problem: Problem,
  answer: Answer,
  explanation: Sensitivity,
): ExplanationBlock[] {
  return [
    ...bindingLimits(problem, answer, explanation),
    neighbours(problem, answer, explanation),
    ...priceRises(problem, explanation),
    bestByType(problem, answer, explanation),
  ];
}

function bindingLimits(
  { limits }: Problem,
  answer: Answer,
  { binding_limits }: Sensitivity,
): ExplanationBlock[] {
  if (binding_limits.length === 0) {
    const text = "No given limit is binding.";
    return hasLimits(limits) ? [{ text, table: null }] : [];
  }
  const table = {
    columns: [
      { head: "limit" },
      { head: "value", align: "right" },
      { head: "best without it", align: "right" },
      { head: "vs. this answer" },
    ],
    rows: binding_limits.map(({ limit, value, objective_without }) => [
      limit,
      limitText(limit, value),
      objectiveText(answer, objective_without),
      againstText(answer.objective.name, objective_without, answer.objective.value),
    ]),
  } as const;
  return [{ text: "Binding limits, each relaxed alone:", table }];
}

function neighbours(
  problem: Problem,
  answer: Answer,
  { next_faster, next_cheaper }: Sensitivity,
): ExplanationBlock {
  const { placement, metrics } = atFullUse(problem, answer);
  const { pool, limits } = problem;
  const nothing = hasLimits(limits) ? "nothing within the limits" : "nothing";
  const row = (name: string, point: FrontierPoint | null, words: string): string[] => {
    if (point === null) return [name, "", "", "", "", "", `${nothing} ${words}`];
    const perHour = point.cost_per_hour - metrics.cost_per_hour;
    return [
      name,
      usd(point.cost_per_hour),
      signed(perHour, usd),
      figure(point.throughput_tokens_per_sec),
      usdColumn(point.dollar_per_million_token),
      `${againstText(
        "cost-per-token",
        point.dollar_per_million_token,
        metrics.dollar_per_million_token,
      )}${tieMark(problem, "cost-per-token", metrics, point.placement)}`,
      placementText(pool, point.placement),
    ];
  };
  const table = {
    columns: [
      { head: "" },
      { head: "$/hour", align: "right" },
      { head: "more", align: "right" },
      { head: "tokens/s", align: "right" },
      { head: perTokenHead(problem.workload), align: "right" },
      { head: "per token" },
      { head: "placement", flexible: true },
    ],
    rows: [
      [
        "this answer",
        usd(metrics.cost_per_hour),
        "",
        figure(metrics.throughput_tokens_per_sec),
        usdColumn(metrics.dollar_per_million_token),
        "",
        placementText(pool, placement),
      ],
      row("next faster", next_faster, "is faster"),
      row("next cheaper", next_cheaper, "costs less per hour"),
    ],
  } as const;
  const text =
    "The cheapest placement that is faster, and the fastest one that costs less per hour:";
  return { text: withTieLegend(text, table), table };
}

function priceRises({ pool }: Problem, { price_rises }: Sensitivity): ExplanationBlock[] {
  if (price_rises.length === 0) return [];
  const then = (rise: PriceRise): string => {
    if (rise.then) return placementText(pool, rise.then);
    if (rise.may_change_earlier) return "unknown: limits rule out some placements at some prices";
    return rise.changes_above_usd_per_hour === null
      ? "this answer, up to 100 times the price"
      : "none: no placement meets the limits any more";
  };
  const table = {
    columns: [
      { head: "instance type", flexible: true },
      { head: "$/hour", align: "right" },
      { head: "changes above", align: "right" },
      { head: "of price", align: "right" },
      { head: "best then", flexible: true },
    ],
    rows: price_rises.map((rise) => {
      const { price_usd_per_hour: price, changes_above_usd_per_hour: above } = rise;
      return [
        printable(rise.instance_type),
        usd(price),
        `${above === null ? "-" : usd(above)}${rise.may_change_earlier ? " *" : ""}`,
        above === null || price === 0 ? "" : percent(Math.round((above / price) * 1000) / 1000),
        then(rise),
      ];
    }),
  } as const;
  const isKnown = price_rises.every((rise) => !rise.may_change_earlier);
  const text = "Price at which another placement becomes better, other prices unchanged";
  const below = " (*: at the latest; limits may let another be better below it)";
  return [{ text: `${text}${isKnown ? "" : below}:`, table }];
}

function bestByType(
  problem: Problem,
  { objective, placement, metrics }: Answer,
  { best_by_type }: Sensitivity,
): ExplanationBlock {
  const { pool } = problem;
  const { name } = objective;
  const row = (label: string, value: number, against: string, shown: Placement): string[] => [
    label,
    objectiveCell(name, value),
    against,
    placementText(pool, shown),
  ];
  const table = {
    columns: [
      { head: "instance type", flexible: true },
      { head: OBJECTIVE_HEAD[name], align: "right" },
      { head: "vs. this answer" },
      { head: "placement", flexible: true },
    ],
    rows: [
      row("this answer", objective.value, "", placement),
      ...best_by_type.flatMap(({ instance_type, objective: value, placement: best }) =>
        value === null || best === null
          ? []
          : [
              row(
                printable(instance_type),
                value,
                `${againstText(name, value, objective.value)}${tieMark(problem, name, metrics, best)}`,
                best,
              ),
            ],
      ),
      ...noneAlone(best_by_type),
    ],
  } as const;
  return {
    text: withTieLegend("The best placement on instances of one type alone:", table),
    table,
  };
}

/** The mark of a tie with the answer, by what an objective is unsure of; a price an hour and a score have none. */
function tieMark(
  problem: Problem,
  name: ObjectiveName,
  metrics: Metrics,
  placement: Placement,
): string {
  if (name === "cost" || name === "weighted") return "";
  const evaluation = evaluate(problem, placement);
  if (evaluation.status !== "SUCCESS") return "";
  const of = name === "throughput" ? "throughput" : "cost";
  return isTie(evaluation.metrics, metrics, of) ? TIE_MARK : "";
}

/** An introduction, with what the mark of ties means where the table has one. */
function withTieLegend(text: string, { rows }: TextTable): string {
  const hasTie = rows.some((cells) => cells.some((cell) => cell.endsWith(TIE_MARK)));
  return hasTie ? `${text.slice(0, -1)} (${TIE_LEGEND}):` : text;
}

/** Of many types that cannot serve alone only the first are named. */
const MOST_NAMED = 3;

function noneAlone(types: Sensitivity["best_by_type"]): string[][] {
  const names = types.filter(({ placement }) => placement === null).map((one) => one.instance_type);
  if (names.length === 0) return [];
  const shown = names.slice(0, MOST_NAMED).map(printable).join(", ");
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  const words = names.length === 1 ? "this type alone" : "each of these types alone";
  return [[`${shown}${more}`, "", "", `none: ${words} cannot serve the workload`]];
}

/** The heading over the table of groups. */
export function groupsTitle(grouping: Grouping): string {
  return `By ${GROUPING_WORDS[grouping]}`;
}

/** What introduces that table. */
export function groupsText(grouping: Grouping, table: TextTable): string {
  const text = `The best answer by ${GROUPING_WORDS[grouping]}, each proven by its own search:`;
  return withTieLegend(text, table);
}

const GROUPING_WORDS: Readonly<Record<Grouping, string>> = {
  provider: "provider",
  region: "region",
  gpu: "GPU",
  "price-kind": "price kind",
};

/** The best placement of each group of instance types, a row each; groups that cannot serve share a row. */
export function groupsTable(
  problem: Problem,
  { objective: { name, value }, metrics }: Answer,
  { grouping, groups }: NonNullable<Answer["by"]>,
): TextTable {
  const without = (status: GroupBest["status"], words: string): string[][] => {
    const names = groups.filter((one) => one.status === status).map(({ group }) => group);
    if (names.length === 0) return [];
    return [[printable(names.join(", ")), "", "", "", words]];
  };
  return {
    columns: [
      { head: GROUPING_WORDS[grouping], flexible: true },
      { head: OBJECTIVE_HEAD[name], align: "right" },
      { head: "vs. this answer" },
      { head: "$/month", align: "right" },
      { head: "placement", flexible: true },
    ],
    rows: [
      ...groups.flatMap(({ group, objective, cost_per_hour, placement }) =>
        objective === null || cost_per_hour === null || placement === null
          ? []
          : [
              [
                printable(group),
                objectiveCell(name, objective),
                `${againstText(name, objective, value)}${tieMark(problem, name, metrics, placement)}`,
                monthlyUsd(cost_per_hour),
                placementText(problem.pool, placement),
              ],
            ],
      ),
      ...without("infeasible", "none: these types alone cannot serve the workload"),
      ...without("not_known", "unknown: the search stopped"),
    ],
  };
}

function hasLimits(limits: Limits): boolean {
  return setLimits(limits).length > 0;
}

/** A difference with its sign. */
function signed(difference: number, write: (value: number) => string): string {
  if (difference === 0) return write(0);
  return `${difference > 0 ? "+" : "−"}${write(Math.abs(difference))}`;
}
