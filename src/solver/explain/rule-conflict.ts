import type { MilpConflict } from "../solution.ts";

/** What rows and bounds of a formulation stand for, by their names. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [
    /^the bounds of [xzq]\.|\.(?:least|most)$|^(?:least|most)\.s\d+$/,
    "the layers that fit on the GPUs of a stage",
  ],
  [
    /^the bounds of y\.|\.pool$|^gpu\d+$|\.gpus\d*$|\.rented\d+$/,
    "the instances of the pool and their GPUs",
  ],
  [/^max_instances$/, "--max-instances"],
  [/^max_types$|\.used_type$|^the bounds of used_type\./, "--max-instance-types"],
  [/\.max_stages$/, "--max-stages"],
  [/\.no_idle$/, "--no-idle-gpus"],
];

/**
 * Which rules cannot hold together, in words of a user, where HiGHS names rows of the least demanding MILP that exclude each other;
 * nothing where one of them stands for no rule that a user has.
 */
export function ruleConflict({ stages, batch, rows }: MilpConflict, layers: number): string[] {
  const rules = rows.map((row) => {
    if (row === "stages") return `a pipeline of ${stages} ${stages === 1 ? "stage" : "stages"}`;
    if (row === "layers" || /^start\.a\d+$/.test(row)) return `all ${layers} layers on some stage`;
    return MEANINGS.find(([name]) => name.test(row))?.[1] ?? null;
  });
  if (rules.includes(null)) return [];
  const different = [...new Set(rules)];
  // One alone says nothing of how they exclude each other.
  if (different.length < 2) return [];
  return [
    `With ${batch} ${batch === 1 ? "sequence" : "sequences"} in flight these rules cannot hold together: ${different.join("; ")}.`,
  ];
}
