import {
  PLAN_STATUSES,
  type Plan,
  type PlanAnswer,
  type PlanAtRate,
  type StoredFacts,
} from "../../compare/plan.ts";
import { InputError } from "../../errors.ts";
import { nearestHint } from "../../nearest.ts";
import { pathText } from "../text/json-shape.ts";
import { parseJson } from "../text/parse-json.ts";
import { type PlanFile, planFileSchema } from "./plan-schema.ts";

const RENEW = "Write the file again with `solve --out`, `evaluate --json` or `sweep`.";

/** Sums in a file are rounded numbers; differences above this are another sum. */
const SAME = 1e-6;

/**
 * Reads a plan: solution.json of `solve --out` or `evaluate --out`, what they print with `--json`, or
 * placement_metrics.json of a sweep's run. A plan without an answer is one; a placement without metrics is none.
 * @throws InputError with line and column for broken JSON, with the JSON path for what is no plan, and for figures that do not
 *   add up
 */
export function parsePlan(text: string, fileName: string): Plan {
  const value = parseJson(text, fileName);
  refuseOthers(value, fileName);
  const parsed = planFileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError(`${fileName}: ${pathText(issue!.path)}`, `${issue!.message}.`, RENEW);
  }
  const file = parsed.data;
  const answer = answerOf(file, fileName);
  return {
    name: fileName,
    status: file.status,
    gap: file.gap ?? null,
    answer,
    reason: answer === null ? reasonOf(file) : null,
    facts: factsOf(file),
  };
}

/** What looks like a plan and is none gets a word of its own. */
function refuseOthers(value: unknown, fileName: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InputError(fileName, "it is not a JSON object.", RENEW);
  }
  const { status } = value as { status?: unknown };
  if (status === undefined && "stages" in value) {
    throw new InputError(
      fileName,
      "it is a placement without metrics.",
      `Evaluate it: \`evaluate --placement ${fileName} --json\`, and compare its output.`,
    );
  }
  if (typeof status !== "string") {
    throw new InputError(`${fileName}: status`, "it is not a plan status.", RENEW);
  }
  if (!PLAN_STATUSES.some((known) => known === status)) {
    const hint = nearestHint(status, PLAN_STATUSES);
    throw new InputError(`${fileName}: status`, `"${status}" is not a plan status.`, hint);
  }
}

function answerOf({ status, placement, metrics }: PlanFile, fileName: string): PlanAnswer | null {
  if (status === "infeasible" || status === "no_solution" || status === "INFEASIBLE") return null;
  if (!placement) throw missing("placement", status, fileName);
  if (!metrics) throw missing("metrics", status, fileName);
  const answer = { placement, metrics };
  checkSums(answer, fileName);
  return answer;
}

function missing(field: string, status: string, fileName: string): InputError {
  return new InputError(
    `${fileName}: ${field}`,
    `it is missing, although the plan is "${status}".`,
    RENEW,
  );
}

/** What a comparison divides up has to be whole. */
function checkSums({ placement, metrics }: PlanAnswer, fileName: string): void {
  const { stages, cost_per_hour, throughput_tokens_per_sec, bottleneck } = metrics;
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  const checks: readonly (readonly [field: string, value: number, sum: number, what: string])[] = [
    ["stages", stages.length, placement.stages.length, "the stages of the placement are"],
    [
      "num_gpus",
      metrics.num_gpus,
      sum(stages.map((stage) => stage.tp_degree)),
      "the stages' GPUs are",
    ],
    [
      "cost_per_hour",
      cost_per_hour,
      sum(stages.map((stage) => stage.price_share_usd_per_hour)),
      "the stages' shares of the price are",
    ],
    [
      "dollar_per_million_token",
      metrics.dollar_per_million_token,
      (cost_per_hour / (throughput_tokens_per_sec * 3600)) * 1e6,
      "cost_per_hour and throughput_tokens_per_sec give",
    ],
  ];
  for (const [field, value, expected, what] of checks) {
    if (Math.abs(value - expected) <= SAME * Math.max(Math.abs(value), Math.abs(expected)))
      continue;
    throw new InputError(
      `${fileName}: metrics.${field}`,
      `it is ${value}, but ${what} ${expected}.`,
      RENEW,
    );
  }
  const places = bottleneck.kind === "stage" ? stages.length : metrics.links.length;
  if (metrics.links.length !== stages.length - 1 || bottleneck.index >= places) {
    throw new InputError(
      `${fileName}: metrics.bottleneck.index`,
      `${bottleneck.kind} ${bottleneck.index} does not exist: there are ${stages.length} stages and ${metrics.links.length} links.`,
      RENEW,
    );
  }
}

function reasonOf({ error, explanation }: PlanFile): string | null {
  return error ?? explanation?.sentences?.join(" ") ?? null;
}

/** A sweep's run names its model under `run`. */
function factsOf(file: PlanFile): StoredFacts {
  const { model, cost_model, workload, prices, run } = file;
  const ofRun =
    run?.model_name === undefined ? undefined : { name: run.model_name, layers: run.total_layers };
  return { model: model ?? ofRun, cost_model, workload, prices, at_rate: atRateOf(file) };
}

/** Absent as well in files of versions that stored nothing of it. */
function atRateOf({ load }: PlanFile): PlanAtRate | undefined {
  const rate = load?.request_rate_per_sec;
  if (!rate || !load.at_rate) return undefined;
  const { capacity_used, dollar_per_million_token, ttft_ms, tpot_ms } = load.at_rate;
  return { request_rate_per_sec: rate, capacity_used, dollar_per_million_token, ttft_ms, tpot_ms };
}
