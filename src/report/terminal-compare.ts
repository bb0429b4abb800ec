import type { Comparison, PlanPair } from "../compare/compare.ts";
import type { Decomposition, Factor } from "../compare/factors.ts";
import type { Plan } from "../compare/plan.ts";
import type { Colours } from "./colours.ts";
import { renderPlanTable } from "./compare-table.ts";
import { FACTOR_WORDS, isAtRate, isOne, moreText, whySentences } from "./compare-text.ts";
import { figure, percent, printable, usd } from "./format.ts";
import { joinBlocks, renderItem, renderPairs, renderTable } from "./layout.ts";

/** Plans side by side, and why each is cheaper or dearer than the first. */
export function renderComparison(comparison: Comparison, colours: Colours): string {
  const { plans, pairs } = comparison;
  return joinBlocks([
    renderPairs(plans.map(({ name }, index) => [planLabel(index), printable(name)])),
    renderPlanTable(comparison, planLabel, colours),
    renderPrices(plans, colours),
    ...pairs.map((pair) => renderPair(plans, pair, colours)),
  ]);
}

/** A, B, … Z, AA, AB … */
function planLabel(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${planLabel(Math.floor(index / 26) - 1)}${letter}`;
}

function renderPair(plans: readonly Plan[], pair: PlanPair, colours: Colours): string {
  const names = { from: planLabel(0), to: planLabel(pair.plan) };
  const sentences = whySentences(plans[0]!, plans[pair.plan]!, pair, names);
  const { decomposition } = pair;
  const title = colours.bold(`${pairTitle(decomposition, names)}${pair.tie ? ": a tie" : ""}`);
  return [
    title,
    ...sentences.map((sentence) => renderItem("- ", printable(sentence))),
    ...(decomposition ? ["", renderCauses(decomposition, names, plans.some(isAtRate))] : []),
  ].join("\n");
}

function pairTitle(
  decomposition: Decomposition | null,
  { from, to }: { readonly from: string; readonly to: string },
): string {
  if (!decomposition) return `${to} against ${from}`;
  const { cost } = decomposition;
  return isOne(cost)
    ? `Why ${to} costs the same as ${from}`
    : `Why ${to} costs ${moreText(cost.cost_ratio)} than ${from}`;
}

/** The causes with what each multiplies the cost by; causes that are alike in both plans are left out. */
export function renderCauses(
  { cost, price, throughput }: Decomposition,
  { from, to }: { readonly from: string; readonly to: string },
  isAtRate: boolean,
): string {
  const row = (words: string, factor: Factor<string>, write: (value: number) => string) => [
    words,
    write(factor.from),
    write(factor.to),
    figure(factor.cost_ratio),
    factor.share === null ? "" : percent(factor.share),
  ];
  const inner = (factors: readonly Factor[]): string[][] =>
    factors
      .filter((factor) => !isOne(factor))
      .map((factor) => {
        const [words, write] = FACTOR_WORDS[factor.name];
        return row(`  ${words}`, factor, write);
      });
  const table = renderTable(
    [
      { head: "cause" },
      { head: from, align: "right" },
      { head: to, align: "right" },
      { head: "cost ×", align: "right" },
      { head: "share", align: "right" },
    ],
    [
      row("cost per million tokens", cost, usd),
      row("price per hour", price, usd),
      ...inner(price.factors),
      row("throughput, tokens/s", throughput, figure),
      ...inner(throughput.factors),
    ],
  );
  return [
    table,
    "  factors multiply to the total; shares are of its logarithm",
    ...(isAtRate
      ? ["  costs are those with these sequences always in flight, not those at the requested rate"]
      : []),
  ].join("\n");
}

/** Prices as they were stored with the plans; nothing where no plan has any. */
function renderPrices(plans: readonly Plan[], colours: Colours): string {
  const rows = plans.flatMap(({ facts }, index) =>
    (facts.prices ?? []).map((price) => [
      planLabel(index),
      `${price.instances} × ${printable(price.instance_type)}`,
      price.owned_instances === price.instances ? "owned" : usd(price.usd_per_hour),
      printable(price.kind),
      printable(price.region ?? "-"),
      printable(price.as_of ?? "-"),
      printable(price.source),
    ]),
  );
  if (rows.length === 0) return "";
  const table = renderTable(
    [
      { head: "plan" },
      { head: "instances", flexible: true },
      { head: "$/h each", align: "right" },
      { head: "kind" },
      { head: "region", flexible: true },
      { head: "as of" },
      { head: "source", flexible: true },
    ],
    rows,
  );
  return `${colours.bold("Prices used")}\n${table}`;
}
