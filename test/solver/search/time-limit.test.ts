import { afterAll, expect, it } from "vitest";
import { createPool } from "../../../src/hardware/pool.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { EvenSplits } from "../../../src/solver/even-splits/even-splits.ts";
import { instanceClasses } from "../../../src/solver/instances/instance-classes.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import { affordable, priceUnits } from "../../../src/solver/search/costs.ts";
import { solve } from "../../../src/solver/solve.ts";
import { everyCase } from "../../support/every-case.ts";
import { FOUNDING_POOL, foundingProblem } from "../../support/founding.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

it("a limit that strikes before all cases are known leaves no proof and no bound", async () => {
  const problem = { ...foundingProblem(), timeLimitSeconds: 1e-6 };
  const solution = await solve(problem, { ...DEFAULT_REQUEST, frontier: true }, backend);
  expect(["feasible", "no_solution"]).toContain(solution.status);
  expect(solution.frontier_complete).toBe(false);
  if (solution.status === "feasible") expect(Number.isFinite(solution.bound)).toBe(false);
});

it("a signal while even splits are looked for leaves the best of those that were found as the answer", async () => {
  const pool = createPool([...FOUNDING_POOL].reverse());
  const problem = foundingProblem({ pool });
  const request = DEFAULT_REQUEST;
  const controller = new AbortController();
  const solution = await solve(problem, request, backend, {
    signal: controller.signal,
    onProgress: ({ phase }) => {
      if (phase === "even splits") controller.abort();
    },
  });
  if (solution.status !== "feasible") throw new Error(solution.status);
  const [first] = EvenSplits.of(problem, request).families();
  if (first?.status !== "best") throw new Error(first?.status);
  expect(solution.objective.value).toBe(first.evaluation.metrics.dollar_per_million_token);
  expect(solution.placement).toEqual(first.evaluation.placement);
});

it("a limit that strikes when only ties are left does not take the proof away", async () => {
  const problem = foundingProblem();
  const request = { ...DEFAULT_REQUEST, objective: "throughput" } as const;
  const whole = await solve(problem, request, everyCase(backend));
  if (whole.status !== "optimal") throw new Error(whole.status);
  const seen = new Set<string>();
  for (let milps = 1; milps <= whole.run.milps_solved; milps++) {
    const controller = new AbortController();
    let asked = 0;
    const cut: typeof backend = {
      ...backend,
      name: backend.name,
      dispose: () => backend.dispose(),
      solve: async (model, options) => {
        const outcome = await backend.solve(model, options);
        if (++asked === milps) controller.abort();
        return outcome;
      },
    };
    const solution = await solve(problem, request, everyCase(cut), { signal: controller.signal });
    if (!("placement" in solution)) continue;
    seen.add(solution.status);
    if (solution.status === "feasible") {
      expect(solution.gap).toBeGreaterThan(0);
      expect(solution.bound).not.toBe(solution.objective.value);
    } else {
      expect(solution.objective.value).toBe(whole.objective.value);
    }
  }
  expect(seen).toContain("optimal");
});

it("no tables are made of machines that are beyond the hourly budget", () => {
  const classes = instanceClasses(foundingProblem(), DEFAULT_REQUEST);
  const units = priceUnits(classes);
  const left = (maxHourlyCostUsd: number | null): string[] =>
    affordable(classes, units, { maxHourlyCostUsd }).map(({ type }) => type.instance.name);
  expect(left(null)).toHaveLength(classes.length);
  expect(left(5.67)).toEqual(["g5.12xlarge", "g5.4xlarge", "g6e.4xlarge"]);
  expect(left(5.669999)).toEqual(["g5.4xlarge", "g6e.4xlarge"]);
  expect(left(0)).toEqual([]);
});
