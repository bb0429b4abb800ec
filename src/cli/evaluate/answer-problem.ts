import { Command } from "commander";
import { costModelOf } from "../../cost/origin.ts";
import { InputError } from "../../errors.ts";
import type { ProblemFlags } from "../../input/problem/merge-flags.ts";
import { parseJson } from "../../input/text/parse-json.ts";
import type { Problem } from "../../placement/problem.ts";
import { problemDifferences } from "../../problem-file/differences.ts";
import type { StoredProblem } from "../../problem-file/store-problem.ts";
import { type Limits, NO_LIMITS } from "../../workload/workload.ts";
import type { CliIo } from "../io/io.ts";
import { type ProblemFlagValues, readFlaggedProblem } from "../options/problem-flags.ts";
import { addDescriptionOptions } from "../options/problem-options.ts";

/** What a command says beside the flags of the problem. */
export type More = Pick<ProblemFlags, "limits" | "timeLimitSeconds" | "ownedByType">;

/** Differences that are named at most. */
const MOST_NAMED = 3;

/** The value of a flag that says more of a problem that is there already. */
const SAYS_MORE = "maxModelLen";

/** What the file of an answer carries beside the placement. */
export interface StoredAnswer {
  readonly problem: StoredProblem;
  /** As they stand there. */
  readonly metrics: unknown;
}

/** The problem that the file of an answer carries, and its figures; null where it carries no problem. */
export function storedAnswer(text: string, path: string): StoredAnswer | null {
  // Most placements are none, and are read again by who knows what is wrong with them.
  if (!text.includes('"problem"')) return null;
  const root = parseJson(text, path);
  if (typeof root !== "object" || root === null) return null;
  const { problem, metrics } = root as { readonly problem?: unknown; readonly metrics?: unknown };
  return typeof problem === "object" && problem !== null
    ? { problem: problem as StoredProblem, metrics }
    : null;
}

/**
 * The problem of an answer: the one that its file carries, that of the flags where it carries none. Both may be given where they say
 * the same; flags then bring the whole pool, and what is open in one is taken from the other.
 * @throws InputError that names the difference where they contradict each other
 */
export async function problemOfAnswer(
  answer: StoredAnswer | null,
  path: string,
  flags: ProblemFlagValues,
  io: Pick<CliIo, "env">,
  more: More,
): Promise<Problem> {
  if (answer === null) return readFlaggedProblem(flags, io, more);
  const { problem: stored } = answer;
  const { restoreProblem } = await import("../../problem-file/restore-problem.ts");
  const own = restoreProblem(stored, `${path}: problem`);
  if (flags.model === undefined && flags.configDir === undefined) {
    refuseParts(flags, more, path);
    return withMore(own, stored, flags, more.limits ?? {}, path);
  }
  const given = await readFlaggedProblem(flags, io, more);
  refuseDifferences(problemDifferences(stored, given), path);
  const { costModel, model } = given;
  const engine = own.engine && {
    ...own.engine,
    maxModelLenTokens: own.engine.maxModelLenTokens ?? given.engine?.maxModelLenTokens ?? null,
  };
  return {
    ...given,
    ...(engine && {
      engine,
      costModel: costModelOf(costModel.origin!, model.architecture, engine),
    }),
    workload: own.workload,
    limits: joinedLimits(own.limits, given.limits),
    warnings: [...own.warnings, ...given.warnings],
  };
}

/** A flag on a part of the problem says nothing without the rest. */
function refuseParts(flags: ProblemFlagValues, { ownedByType }: More, path: string): void {
  const given = new Map(Object.entries(flags).filter(([, value]) => value !== undefined));
  const part = addDescriptionOptions(new Command()).options.find(
    (option) => given.has(option.attributeName()) && option.attributeName() !== SAYS_MORE,
  );
  const flag = part?.long ?? (ownedByType === undefined ? null : "--own");
  if (flag === null) return;
  throw new InputError(
    flag,
    `${path} contains its own problem, which sets this already.`,
    "Omit the flag; or give the whole problem (--config, or --model or --config-dir with all flags), which is then compared.",
  );
}

function refuseDifferences(differences: readonly string[], path: string): void {
  if (differences.length === 0) return;
  const named = differences.slice(0, MOST_NAMED).join("; ");
  const more = differences.length - MOST_NAMED;
  throw new InputError(
    path,
    `the problem in the file differs from that of the flags: ${named}${more > 0 ? `; and ${more} more` : ""}.`,
    "Leave out the flags and --config: the file is enough. Or solve again with them.",
  );
}

/** The stored problem with a longest request and limits that it leaves open. */
function withMore(
  problem: Problem,
  stored: StoredProblem,
  { maxModelLen }: ProblemFlagValues,
  limits: NonNullable<More["limits"]>,
  path: string,
): Problem {
  const { engine, model, costModel } = problem;
  const given = Object.fromEntries(
    Object.entries(limits).filter(([, value]) => value !== undefined),
  );
  const asked: Problem = {
    ...problem,
    ...(engine &&
      maxModelLen !== undefined && {
        engine: { ...engine, maxModelLenTokens: maxModelLen },
        costModel: costModelOf(costModel.origin!, model.architecture, {
          ...engine,
          maxModelLenTokens: maxModelLen,
        }),
      }),
    limits: { ...NO_LIMITS, ...given },
  };
  if (maxModelLen !== undefined && !engine) {
    throw new InputError(
      "--max-model-len",
      `the cost model "${costModel.name}" of ${path} has no engine.`,
      "Leave it out.",
    );
  }
  refuseDifferences(problemDifferences(stored, asked), path);
  return { ...asked, limits: joinedLimits(problem.limits, asked.limits) };
}

/** Limits of both, the own ones first; the margin is that of the latencies that are limited. */
function joinedLimits(own: Limits, given: Limits): Limits {
  const isOfOwn = own.maxTtftSeconds !== null || own.maxTpotSeconds !== null;
  const set = Object.fromEntries(Object.entries(own).filter(([, limit]) => limit !== null));
  return {
    ...given,
    ...set,
    latencySafetyMargin: (isOfOwn ? own : given).latencySafetyMargin,
  };
}
