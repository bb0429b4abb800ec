import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import { evenSplit } from "../../src/placement/even-split.ts";
import { type TimeShares, timeShares } from "../../src/placement/time-shares.ts";
import { calibratedProblem, defaultSettings, LLAMA_70B, llama } from "../support/calibrated.ts";
import { foundingProblem, RELAXED_RULES } from "../support/founding.ts";

const SHARE_OF = {
  compute: "compute",
  memory_bandwidth: "memory",
  collectives: "collectives",
  links: "links",
  overhead: "overhead",
  bubble: "bubble",
} as const satisfies Record<string, keyof TimeShares>;

it("what limits a stage is the largest share of its time", () => {
  const problems = [
    calibratedProblem(LLAMA_70B, defaultSettings("vllm")),
    calibratedProblem(llama({ hidden: 1024, heads: 8 }), defaultSettings("vllm-eager")),
    foundingProblem({ rules: RELAXED_RULES }),
  ];
  const named = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...problems),
      fc.record({
        family: fc.constantFrom("p4de.24xlarge", "g6e.48xlarge"),
        tpDegree: fc.constantFrom(1, 2, 4, 8),
        ppStages: fc.integer({ min: 1, max: 4 }),
      }),
      fc.record({
        phase: fc.constantFrom("prefill" as const, "decode" as const, "aggregated" as const),
        batch: fc.constantFrom(1, 2, 4, 8, 16, 64),
        inputTokens: fc.constantFrom(1, 64, 2048),
        outputTokens: fc.constantFrom(1, 16, 512),
      }),
      (problem, split, point) => {
        const made = evenSplit(problem, split, point);
        if (made.status !== "placement") return;
        const evaluation = evaluate(problem, made.placement);
        if (evaluation.status !== "SUCCESS") return;
        const { metrics, placement } = evaluation;
        const shares = timeShares(problem, placement, metrics)!;
        const check = (limit: string, share: TimeShares, isWhole: boolean): void => {
          const { waiting: _, realWorld: __, bubble, ...own } = share;
          const most = Math.max(...Object.values(own), isWhole ? bubble : 0);
          expect(share[SHARE_OF[limit as keyof typeof SHARE_OF]]).toBeCloseTo(most, 9);
          named.add(limit);
        };
        for (const [index, stage] of metrics.stages.entries()) {
          check(stage.limited_by, shares[index]!, false);
        }
        const { kind, index, limited_by } = metrics.bottleneck;
        if (kind === "stage") check(limited_by, shares[index]!, true);
      },
    ),
    { numRuns: 300 },
  );
  for (const name of ["compute", "memory_bandwidth", "overhead", "collectives"]) {
    expect([...named]).toContain(name);
  }
});
