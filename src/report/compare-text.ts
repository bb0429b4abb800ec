import type { FieldDifference } from "../compare/comparable.ts";
import type { PlanPair } from "../compare/compare.ts";
import {
  type Decomposition,
  type Factor,
  type FactorName,
  type NetFactorName,
  netFactors,
} from "../compare/factors.ts";
import { type Plan, type PlanAnswer, typesUsed } from "../compare/plan.ts";
import { costInterval } from "../compare/rows.ts";
import { isOnePrediction } from "../compare/tie.ts";
import type { Interval } from "../placement/evaluation.ts";
import { count, figure, percent, printable, usd } from "./format.ts";
import { bottleneckText } from "./placement-text.ts";

/** Ratios nearer to 1 than this are rounding. */
const SAME = 1e-9;

type Words = readonly [words: string, write: (value: number) => string];

/** How causes are called, and how their values are written. */
export const FACTOR_WORDS: Readonly<Record<FactorName, Words>> = {
  prices_of_same_types: ["different prices for the same types", usd],
  gpus_rented: ["GPUs rented", figureOfCount],
  usd_per_gpu_hour: ["price per rented GPU-hour", usd],
  gpus_used: ["GPUs used", figureOfCount],
  batch: ["sequences in flight", figureOfCount],
  gpu_seconds_per_step: ["GPU-seconds per step", figure],
  busy_share: ["share of time GPUs are busy", percent],
  pipeline_efficiency: ["pipeline efficiency (bubble)", percent],
  real_world_efficiency: ["real-world efficiency", percent],
};

const NET_FACTOR_WORDS: Readonly<Record<NetFactorName, Words>> = {
  prices_of_same_types: FACTOR_WORDS.prices_of_same_types,
  usd_per_gpu_hour: FACTOR_WORDS.usd_per_gpu_hour,
  gpus_rented_per_used: ["GPUs rented per GPU used", figure],
  gpu_seconds_per_token: ["GPU-seconds per token", figure],
  busy_share: FACTOR_WORDS.busy_share,
  pipeline_efficiency: FACTOR_WORDS.pipeline_efficiency,
  real_world_efficiency: FACTOR_WORDS.real_world_efficiency,
};

/** Whether a factor changes nothing. */
export function isOne({ cost_ratio }: Pick<Factor, "cost_ratio">): boolean {
  return Math.abs(cost_ratio - 1) <= SAME;
}

/** "12.3 % more", "12.3 % less", "the same": what a cost is multiplied by. */
export function moreText(ratio: number): string {
  if (Math.abs(ratio - 1) <= SAME) return "the same";
  return `${percent(Math.abs(ratio - 1))} ${ratio > 1 ? "more" : "less"}`;
}

/** What plans are called in a report. */
export interface PairNames {
  /** The plan that is compared with. */
  readonly from: string;
  readonly to: string;
}

/** Why one plan costs more or less per token than another, in sentences; why the two do not compare, if they do not. */
export function whySentences(from: Plan, to: Plan, pair: PlanPair, names: PairNames): string[] {
  if (!pair.comparable) {
    return [
      `${names.to} cannot be compared with ${names.from}; they answer different questions: ${differenceList(pair.problem_differences)}.`,
    ];
  }
  const settings =
    pair.setting_differences.length === 0
      ? []
      : [`${names.to} is set up differently: ${differenceList(pair.setting_differences)}.`];
  if (!from.answer || !to.answer) return [...noAnswerSentences(from, to, names), ...settings];
  if (!pair.decomposition) {
    return [`One of the two costs nothing, so there is no cost ratio to explain.`, ...settings];
  }
  return [
    ...costSentences(pair.decomposition, names, alwaysText(from, to)),
    ...rateSentences(from, to, names),
    ...priceChanges(from.answer, to.answer, names),
    bottleneckSentence(from.answer, to.answer, names),
    ...tieSentence(from.answer, to.answer, pair, names),
    ...settings,
  ];
}

function noAnswerSentences(from: Plan, to: Plan, names: PairNames): string[] {
  return (
    [
      [names.from, from],
      [names.to, to],
    ] as const
  ).flatMap(([name, plan]) =>
    plan.answer
      ? []
      : [`${name} has no placement to compare${plan.reason ? `: ${plan.reason}` : "."}`],
  );
}

/** At which load costs are compared, where at a rate there are others as well: " with 12 against 4 sequences always in flight". */
function alwaysText(from: Plan, to: Plan): string {
  if (!isAtRate(from) && !isAtRate(to)) return "";
  const sequences = ({ answer }: Plan): string => count(answer!.placement.batch_size);
  return ` with ${sequences(to)} against ${sequences(from)} sequences always in flight`;
}

/** Whether a plan was made for a rate of requests, where a token costs more than it does with its sequences always in flight. */
export function isAtRate({ facts }: Plan): boolean {
  return facts.at_rate !== undefined;
}

function costSentences(decomposition: Decomposition, names: PairNames, always: string): string[] {
  const { cost, price, throughput } = decomposition;
  const alone = (factor: Factor<string>): string =>
    `that alone makes a token cost ${moreText(factor.cost_ratio)}`;
  const whole = `${names.to} costs ${moreText(cost.cost_ratio)} per token than ${names.from}${always}: ${usd(cost.to)} against ${usd(cost.from)} per million.`;
  return [
    isOne(cost) ? `${names.to} costs the same per token as ${names.from}${always}.` : whole,
    ...(isOne(price)
      ? []
      : [`An hour costs ${usd(price.to)} against ${usd(price.from)}: ${alone(price)}.`]),
    ...(isOne(throughput)
      ? []
      : [
          `It serves ${figure(throughput.to)} against ${figure(throughput.from)} tokens/s: ${alone(throughput)}.`,
        ]),
    ...heaviest(decomposition),
  ];
}

/** What holds at the rate that both were asked to serve: throughput beyond it is worth nothing there. */
function rateSentences(from: Plan, to: Plan, names: PairNames): string[] {
  const [a, b] = [from.facts.at_rate, to.facts.at_rate];
  if (!a && !b) return [];
  if (a?.request_rate_per_sec !== b?.request_rate_per_sec) {
    return [
      "The two have different request rates, so the costs above are at their own concurrency.",
    ];
  }
  const [before, after] = [a!.dollar_per_million_token, b!.dollar_per_million_token];
  return [
    `At the requested ${figure(a!.request_rate_per_sec)} requests/s, where extra throughput is worth nothing, ${names.to} costs ${moreText(after / before)} per token than ${names.from}: ${usd(after)} against ${usd(before)} per million.`,
  ];
}

/** The cause that moves the cost most, up or down; causes that offset one another count as one. */
function heaviest(decomposition: Decomposition): string[] {
  const [first] = netFactors(decomposition).sort((a, b) => weight(b) - weight(a));
  if (!first || isOne(first)) return [];
  const [words, write] = NET_FACTOR_WORDS[first.name];
  return [
    `The largest single factor: ${words}, ${write(first.to)} against ${write(first.from)} (cost × ${figure(first.cost_ratio)}).`,
  ];
}

function weight({ cost_ratio }: Pick<Factor, "cost_ratio">): number {
  return Math.abs(Math.log(cost_ratio));
}

/** Types that both pay for, at different prices. */
function priceChanges(from: PlanAnswer, to: PlanAnswer, names: PairNames): string[] {
  const before = new Map(
    typesUsed(from.metrics).map((type) => [type.instance_type, type.usd_per_hour]),
  );
  return typesUsed(to.metrics).flatMap(({ instance_type, usd_per_hour }) => {
    const old = before.get(instance_type) ?? null;
    if (old === null || usd_per_hour === null) return [];
    if (Math.abs(usd_per_hour / old - 1) <= SAME) return [];
    return [
      `Prices differ: ${printable(instance_type)} costs ${usd(usd_per_hour)} per hour in ${names.to}, ${usd(old)} in ${names.from}.`,
    ];
  });
}

function bottleneckSentence(from: PlanAnswer, to: PlanAnswer, names: PairNames): string {
  const words = ({ placement, metrics }: PlanAnswer): string => bottleneckText(placement, metrics);
  return `${names.from} is limited by ${words(from)}; ${names.to} by ${words(to)}.`;
}

/** That the difference in cost is smaller than what is uncertain of it, or that the uncertain costs at least overlap. */
function tieSentence(
  from: PlanAnswer,
  to: PlanAnswer,
  { tie }: PlanPair,
  names: PairNames,
): string[] {
  const [a, b] = [costInterval(from), costInterval(to)];
  if (!a || !b || isOnePrediction(from.metrics, to.metrics)) return [];
  const words = ({ low, high }: Interval): string => `${usd(low)} to ${usd(high)}`;
  const intervals = `${words(b)} against ${words(a)} per million, 80 %`;
  if (tie) {
    return [
      `${names.to} and ${names.from} tie: the difference is smaller than the prediction error (${intervals}). Take the simpler one, or measure.`,
    ];
  }
  return a.low <= b.high && b.low <= a.high
    ? [`The 80 % intervals of the two costs overlap (${intervals}): measure before you rely on it.`]
    : [];
}

function differenceList(differences: readonly FieldDifference[]): string {
  return differences
    .map(({ field, from, to }) => `${field} ${valueText(to)} against ${valueText(from)}`)
    .join(", ");
}

function valueText(value: string | number | null): string {
  return value === null ? "none" : printable(String(value));
}

function figureOfCount(value: number): string {
  return figure(value).replace(/\.0+$/, "");
}
