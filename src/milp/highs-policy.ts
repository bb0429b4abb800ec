import { type CheckedSolution, checkSolution } from "./check.ts";
import { toHighsArrays } from "./highs-arrays.ts";
import type { HighsHooks, HighsJob } from "./highs-job.ts";
import { type Evidence, type HighsReport, judgeReport } from "./highs-verdict.ts";
import type { MilpModel, MilpOptions, MilpOutcome, RelaxationOutcome } from "./model.ts";
import { failed, limitOutcome } from "./outcome.ts";
import { decideTrivially } from "./presolve.ts";
import { judgeRelaxation, relaxationOf } from "./relaxation.ts";
import { boundTolerance, hasWholeObjective } from "./tolerance.ts";
import { validateModel, validateOptions } from "./validate.ts";

/** Where jobs run: this thread, or a worker. */
export interface HighsRunner {
  /** Never throws for what HiGHS does; `signal` ends the run early. */
  run(job: HighsJob, hooks: HighsHooks, signal: AbortSignal | undefined): Promise<HighsReport>;
  /** Throws the loaded module away, since after an abort or a wrong answer it is not to be trusted. */
  renew(): Promise<void>;
}

/** Fixed, so that equal models give equal answers. */
const FIRST_SEED = 0;
const SECOND_SEED = 7919;
const CONFIRMING_SEEDS = [104_729, 1_299_709, 15_485_863];

/** Tolerances of an objective that a solution may gain by using up those of several rows. */
const ROW_GAINS = 10;

/**
 * Solves one model and stands for the answer. What fails is run once more on a fresh module with tighter tolerances and another random
 * seed. HiGHS has called dear solutions optimal and feasible models infeasible, and what it said then changed with the seed: so an answer
 * that claims a proof is believed when a run with another seed, which knows the solution, claims the same, or when it attains a bound
 * that the caller has proven.
 *
 * @param confirm false: the first claim is believed
 * @throws InternalError when the model or the options break the rules of `validateModel` and `validateOptions`.
 */
export async function solveWithHighs(
  runner: HighsRunner,
  model: MilpModel,
  options: MilpOptions,
  confirm: boolean,
): Promise<MilpOutcome> {
  validateModel(model);
  validateOptions(model, options);
  const trivial = decideTrivially(model);
  if (trivial !== null) return trivial;

  const attempts = new Attempts(runner, model, options);
  const first = await attempts.run(FIRST_SEED);
  if (first.status !== "failed") {
    return confirm ? confirmed(runner, attempts, first, false) : first;
  }
  await runner.renew();
  const second = await attempts.run(SECOND_SEED, { isStrict: true });
  // Out of time before a second try: the failure says more than "nothing was found".
  if (second.status === "no_solution" && attempts.isOutOfTime) return first;
  if (second.status !== "failed") {
    return confirm ? confirmed(runner, attempts, second, true) : second;
  }
  await runner.renew();
  return failed(`${first.reason}; tried again: ${second.reason}`);
}

/**
 * An answer on which two runs agree, one after the other; a limit that strikes before leaves no proof. A run that fails says nothing: those
 * after it are on a fresh module with tighter tolerances.
 */
async function confirmed(
  runner: HighsRunner,
  attempts: Attempts,
  first: MilpOutcome,
  isFirstStrict: boolean,
): Promise<MilpOutcome> {
  let answer = first;
  let isStrict = isFirstStrict;
  const disputes: string[] = [];
  for (const seed of CONFIRMING_SEEDS) {
    if (!claimsProof(answer) || attempts.attainsKnownBound(answer)) return answer;
    const next = await attempts.run(seed, { isStrict, isConfirming: true });
    if (attempts.agree(answer, next)) return answer;
    if (next.status === "failed") {
      await runner.renew();
      isStrict = true;
      disputes.push(next.reason);
    } else {
      disputes.push(`it said ${claimText(answer)} before`);
      answer = next;
    }
  }
  if (!claimsProof(answer)) return answer;
  await runner.renew();
  return failed(
    `HiGHS said ${claimText(answer)}, but to confirm it: ${[...new Set(disputes)].join("; ")}`,
  );
}

type Proof = Extract<MilpOutcome, { readonly status: "optimal" | "infeasible" | "feasible" }>;

function claimsProof(outcome: MilpOutcome): outcome is Proof {
  return outcome.status === "optimal" || outcome.status === "infeasible";
}

function claimText(claim: Proof): string {
  return claim.status === "infeasible" ? "infeasible" : `optimal at ${claim.objective}`;
}

/**
 * Names of rows and bounds that cannot hold together even with fractions, none of which could be left out; null when the model without
 * integrality is feasible, or when HiGHS finds no such rows.
 */
export async function conflictWithHighs(
  runner: HighsRunner,
  model: MilpModel,
): Promise<readonly string[] | null> {
  validateModel(model);
  const rows = model.rows.filter((row) => row.terms.length > 0);
  const job: HighsJob = {
    arrays: { ...toHighsArrays(model), integrality: null },
    randomSeed: FIRST_SEED,
    absoluteGap: 0,
    isStrict: false,
    hasHeuristics: true,
    timeLimitSeconds: CONFLICT_SECONDS,
    start: null,
    wantsConflict: true,
    wantsDuals: false,
  };
  const report = await runner.run(job, silentHooks(undefined), undefined);
  if (report.kind === "crashed") await runner.renew();
  if (report.kind !== "answer") return null;
  const { conflict } = report.answer;
  if (!conflict || conflict.rows.length === 0) return null;
  return [
    ...[...conflict.rows].map((row) => rows[row]!.name),
    ...[...conflict.columns].map((column) => `the bounds of ${model.columns[column]!.name}`),
  ];
}

/**
 * Solves the linear relaxation of a model and stands for its duals. They are the same for equal models; where several are optimal,
 * which ones come back is HiGHS's choice.
 *
 * @throws InternalError when the model or the options break the rules of `validateModel` and `validateOptions`.
 */
export async function relaxWithHighs(
  runner: HighsRunner,
  model: MilpModel,
  options: MilpOptions,
): Promise<RelaxationOutcome> {
  validateModel(model);
  validateOptions(model, options);
  const { signal, timeLimitSeconds = Infinity } = options;
  const relaxed = relaxationOf(model);
  const trivial = decideTrivially(relaxed);
  if (trivial?.status === "infeasible") return { status: "infeasible" };
  if (trivial !== null) return judgeRelaxation(relaxed, { values: [], rowDuals: [] });
  const job: HighsJob = {
    arrays: toHighsArrays(relaxed),
    randomSeed: FIRST_SEED,
    absoluteGap: 0,
    isStrict: false,
    hasHeuristics: true,
    timeLimitSeconds: timeLimitSeconds === Infinity ? null : timeLimitSeconds,
    start: null,
    wantsConflict: false,
    wantsDuals: true,
  };
  const report = await runner.run(job, silentHooks(signal), signal);
  if (report.kind === "stopped") return { status: "stopped" };
  if (report.kind === "crashed") {
    await runner.renew();
    return { status: "failed", reason: report.reason };
  }
  const { end, modelStatus, values, rowDuals } = report.answer;
  if (end === "infeasible") return { status: "infeasible" };
  if (end === "limit") return { status: "stopped" };
  return end === "optimal" && values !== null && rowDuals !== null
    ? judgeRelaxation(relaxed, { values, rowDuals })
    : { status: "failed", reason: `HiGHS ended a relaxation with model status ${modelStatus}` };
}

function silentHooks(signal: AbortSignal | undefined): HighsHooks {
  return {
    isCancelled: () => signal?.aborted ?? false,
    onImproving: () => {},
    onProgress: () => {},
  };
}

/** A conflict is an explanation beside an answer, not worth more than this. */
const CONFLICT_SECONDS = 10;

/** The runs of one model: they share the time limit, the cancellation and the best solution found so far. */
class Attempts {
  readonly #runner: HighsRunner;
  readonly #model: MilpModel;
  readonly #options: MilpOptions;
  readonly #beganAt = performance.now();
  #best: CheckedSolution | null;
  #bound = -Infinity;

  constructor(runner: HighsRunner, model: MilpModel, options: MilpOptions) {
    this.#runner = runner;
    this.#model = model;
    this.#options = options;
    const start = options.start && checkSolution(model, options.start);
    this.#best = start?.ok ? start.solution : null;
  }

  /** Whether two outcomes claim the same, within the allowed gap and what columns that are not whole gain by the tolerances of rows. */
  agree(a: MilpOutcome, b: MilpOutcome): boolean {
    if (a.status !== "optimal" || b.status !== "optimal") return a.status === b.status;
    const gap = this.#options.absoluteGap ?? 0;
    const tolerance = hasWholeObjective(this.#model) ? 1 : ROW_GAINS;
    return (
      Math.abs(a.objective - b.objective) <=
      gap + tolerance * boundTolerance(this.#model, a.objective)
    );
  }

  /** Whether nothing is better than a solution by what the caller knows. */
  attainsKnownBound(outcome: MilpOutcome): boolean {
    const { knownBound, absoluteGap = 0 } = this.#options;
    if (knownBound === undefined || outcome.status !== "optimal") return false;
    const room = Math.max(absoluteGap, boundTolerance(this.#model, outcome.objective));
    return outcome.objective - knownBound <= room;
  }

  get isOutOfTime(): boolean {
    return this.#remainingSeconds() === 0;
  }

  /** @param isConfirming whether the run only looks for what is better than the best known */
  async run(
    randomSeed: number,
    { isStrict = false, isConfirming = false } = {},
  ): Promise<MilpOutcome> {
    this.#bound = -Infinity;
    if (this.#options.signal?.aborted || this.isOutOfTime) {
      return limitOutcome(this.#model, this.#best, -Infinity);
    }
    const job: HighsJob = {
      arrays: toHighsArrays(this.#model),
      randomSeed,
      absoluteGap: this.#options.absoluteGap ?? 0,
      isStrict,
      hasHeuristics: !isConfirming,
      timeLimitSeconds: this.#remainingSeconds(),
      start: this.#best?.values.slice() ?? this.#options.start?.slice() ?? null,
      wantsConflict: false,
      wantsDuals: false,
    };
    const report = await this.#runner.run(job, this.#hooks(), this.#options.signal);
    return judgeReport(report, this.#evidence());
  }

  #hooks(): HighsHooks {
    return {
      isCancelled: () => this.#options.signal?.aborted ?? false,
      onImproving: (values) => {
        const check = checkSolution(this.#model, values);
        // What does not hold is dropped: the final answer is judged, and this one may be HiGHS's rounding.
        if (!check.ok) return;
        if (this.#best !== null && check.solution.objective >= this.#best.objective) return;
        this.#best = check.solution;
        this.#tell();
      },
      onProgress: (bound) => {
        this.#bound = Math.max(this.#bound, bound);
        this.#tell();
      },
    };
  }

  #tell(): void {
    this.#options.onProgress?.({
      objective: this.#best?.objective ?? null,
      bound: Number.isFinite(this.#bound) ? this.#bound : null,
    });
  }

  #evidence(): Evidence {
    return {
      model: this.#model,
      absoluteGap: this.#options.absoluteGap ?? 0,
      best: this.#best,
      lastBound: this.#bound,
    };
  }

  /** Seconds left of the time limit, or null when there is none. */
  #remainingSeconds(): number | null {
    const limit = this.#options.timeLimitSeconds;
    if (limit === undefined || limit === Infinity) return null;
    return Math.max(0, limit - (performance.now() - this.#beganAt) / 1000);
  }
}
