import { existsSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { requestOf } from "../src/cli/solve/solve-request.ts";
import { startableRequest } from "../src/export/deployable.ts";
import { launcherOf } from "../src/export/startable.ts";
import { type ProblemOptions, readServedProblem } from "../src/files/read-problem.ts";
import type { Problem } from "../src/placement/problem.ts";
import type { SolveRequest } from "../src/solver/request.ts";

/** One solve as people ask for it: a model of the library on machines of the catalogue, by the calibrated cost model. */
export interface CatalogueProblem {
  /** Unique. */
  readonly name: string;
  readonly options: CatalogueOptions;
  readonly frontier?: true;
}

type CatalogueOptions = Pick<
  ProblemOptions,
  | "model"
  | "inputTokens"
  | "outputTokens"
  | "concurrency"
  | "requestRate"
  | "providers"
  | "regions"
  | "limits"
>;

const MS_PER_SECOND = 1000;

/** Ages of prices are counted to this day, so that a problem is the same every day. */
export const TODAY = "2026-12-01";

const LENGTHS = { inputTokens: 1024, outputTokens: 256 };
const ONE_REGION = { ...LENGTHS, providers: ["AWS"], regions: ["us-east-1"] };
const SIX_CLOUDS = {
  ...LENGTHS,
  providers: ["AWS", "GCP", "Azure", "Lambda", "Nebius", "CoreWeave"],
};
const SOON = { maxTtftSeconds: 2, maxTpotSeconds: 0.06 };

/**
 * One region of one cloud, six clouds, the whole catalogue; a small, a large and a huge model and a mixture of experts; the load given, left
 * open (63 levels of concurrency) or a rate of requests; limits on latencies.
 */
export const CATALOGUE_PROBLEMS: readonly CatalogueProblem[] = [
  one("region-8b", "llama-3.1-8b", { ...ONE_REGION, concurrency: 64 }),
  one("region-8b-open", "llama-3.1-8b", ONE_REGION),
  one("region-70b", "llama-3.1-70b", { ...ONE_REGION, concurrency: 64 }),
  one("region-70b-open", "llama-3.1-70b", ONE_REGION),
  one("region-70b-limits", "llama-3.1-70b", { ...ONE_REGION, concurrency: 64, limits: SOON }),
  one("region-70b-rate", "llama-3.1-70b", { ...ONE_REGION, requestRate: 5 }),
  one("region-405b", "llama-3.1-405b", { ...ONE_REGION, concurrency: 64 }),
  {
    ...one("region-70b-frontier", "llama-3.1-70b", { ...ONE_REGION, concurrency: 64 }),
    frontier: true,
  },
  one("clouds-70b", "llama-3.1-70b", { ...SIX_CLOUDS, concurrency: 64 }),
  one("clouds-moe", "deepseek-v3", { ...SIX_CLOUDS, concurrency: 64 }),
  one("whole-70b", "llama-3.1-70b", { ...LENGTHS, concurrency: 64 }),
  one("whole-moe-limits", "deepseek-v3", { ...LENGTHS, concurrency: 64, limits: SOON }),
];

function one(
  name: string,
  model: string,
  options: Omit<CatalogueOptions, "model">,
): CatalogueProblem {
  return { name, options: { model, ...options } };
}

/** The problem and the request that the command line makes of it. */
export function madeOf({ options, frontier }: CatalogueProblem): {
  readonly problem: Problem;
  readonly request: SolveRequest;
} {
  linkShippedFiles();
  const problem = readServedProblem({ ...options, today: TODAY });
  const request = requestOf(frontier ? { frontier } : {}, problem.workload);
  return { problem, request: startableRequest(launcherOf(problem)!, problem, request) };
}

/** The build of this room looks for the shipped models and the catalogue beside itself. */
export function linkShippedFiles(): void {
  const beside = fileURLToPath(new URL("../config", import.meta.url));
  if (!existsSync(beside)) symlinkSync("../config", beside);
}

/** The arguments of `llm-placement` for it. */
export function argumentsOf({ options, frontier }: CatalogueProblem): string[] {
  const { limits = {} } = options;
  const milliseconds = (seconds: number | null | undefined): number | undefined =>
    seconds ? seconds * MS_PER_SECOND : undefined;
  const flags: Readonly<Record<string, string | number | undefined>> = {
    "--model": options.model,
    "--input-length": options.inputTokens,
    "--output-length": options.outputTokens,
    "--concurrency": options.concurrency,
    "--request-rate": options.requestRate,
    "--providers": options.providers?.join(","),
    "--regions": options.regions?.join(","),
    "--max-ttft-ms": milliseconds(limits.maxTtftSeconds),
    "--max-tpot-ms": milliseconds(limits.maxTpotSeconds),
  };
  return [
    "solve",
    ...Object.entries(flags).flatMap(([flag, value]) =>
      value === undefined ? [] : [flag, String(value)],
    ),
    ...(frontier ? ["--frontier"] : []),
  ];
}
