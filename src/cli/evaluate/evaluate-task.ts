import { InputError } from "../../errors.ts";
import type { SplitShape } from "../../placement/even-split.ts";
import type { ObjectiveName } from "../../solver/request.ts";
import type { DeployableFlags } from "../options/deployable.ts";
import type { LimitFlags } from "../options/limit-options.ts";
import { type OwnedFlag, type ProblemFlagValues, requireFlag } from "../options/problem-flags.ts";

/** The flags of `evaluate`. */
export interface EvaluateFlags extends ProblemFlagValues, OwnedFlag, LimitFlags, DeployableFlags {
  readonly placement?: string;
  readonly placements?: string;
  readonly instanceFamily?: string;
  readonly tpDegree?: number;
  readonly ppStages?: number;
  readonly compareOptimum?: true;
  readonly objective?: ObjectiveName;
  readonly timeLimit?: number;
  readonly out?: string;
  readonly json?: true;
}

/** What is to be evaluated. */
export type Task =
  | { readonly kind: "file" | "lines"; readonly path: string }
  | { readonly kind: "split"; readonly split: SplitShape };

/** Exactly one of the three forms. */
export function chooseTask(flags: EvaluateFlags): Task {
  const { placement, placements, instanceFamily, tpDegree, ppStages } = flags;
  const given = (
    [
      ["--placement", placement],
      ["--placements", placements],
      ["--instance-family", instanceFamily],
      ["--tp-degree", tpDegree],
      ["--pp-stages", ppStages],
    ] as const
  )
    .filter(([, value]) => value !== undefined)
    .map(([flag]) => flag);
  const [first, second] = given;
  const hint =
    "Give --placement FILE, or --placements FILE, or --instance-family with --tp-degree and --pp-stages.";
  if (first === undefined) {
    throw new InputError("evaluate", "there is nothing to evaluate.", hint);
  }
  if ((placement !== undefined || placements !== undefined) && second !== undefined) {
    throw new InputError(first, `it cannot be combined with ${second}.`, hint);
  }
  if (placement !== undefined) return { kind: "file", path: placement };
  if (placements !== undefined) {
    if (flags.compareOptimum) {
      throw new InputError(
        "--compare-optimum",
        "it takes one placement, --placements gives many.",
        "Give one of them as --placement.",
      );
    }
    if (flags.out !== undefined) {
      throw new InputError(
        "--out",
        "it takes one placement, --placements gives many.",
        "Leave it out and redirect the answers from stdout to a file.",
      );
    }
    return { kind: "lines", path: placements };
  }
  const needs = "An even split needs --instance-family, --tp-degree and --pp-stages.";
  return {
    kind: "split",
    split: {
      family: requireFlag("--instance-family", instanceFamily, needs),
      tpDegree: requireFlag("--tp-degree", tpDegree, needs),
      ppStages: requireFlag("--pp-stages", ppStages, needs),
    },
  };
}

/**
 * @param isTyped whether an option, by its attribute, stands on the command line; one in a configuration file may be meant for
 *   another command
 * @throws InputError for flags that say nothing without --compare-optimum
 */
export function checkOptimumFlags(
  { compareOptimum }: EvaluateFlags,
  isTyped: (attribute: string) => boolean,
): void {
  if (compareOptimum) return;
  for (const [flag, attribute] of [
    ["--objective", "objective"],
    ["--time-limit", "timeLimit"],
  ] as const) {
    if (!isTyped(attribute)) continue;
    throw new InputError(
      flag,
      "it has no effect without --compare-optimum.",
      "Add --compare-optimum, or remove it.",
    );
  }
}
