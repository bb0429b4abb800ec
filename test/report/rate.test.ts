import { expect, it } from "vitest";
import { evaluate } from "../../src/placement/evaluate.ts";
import { costWords, loadFacts, usdPerMillionAtRate } from "../../src/report/load-words.ts";
import { foundingProblem } from "../support/founding.ts";

const PLACEMENT = {
  batch_size: 32,
  sequence_length: 2048,
  output_length: 512,
  workload_phase: "aggregated",
  stages: [{ gpu_type: "p4de.24xlarge#0", tp_degree: 8, start_layer: 1, end_layer: 80 }],
} as const;

it("a token costs at a rate of requests what the hour costs, spread over the tokens of that rate", () => {
  const problem = foundingProblem();
  const evaluation = evaluate(problem, PLACEMENT);
  if (evaluation.status !== "SUCCESS") throw new Error(evaluation.error);
  const { placement, metrics } = evaluation;
  const load = { kind: "request_rate", requestsPerSecond: 0.01 } as const;
  const expected = metrics.cost_per_hour / (0.01 * 2560 * 3600) / 1e-6;
  expect(usdPerMillionAtRate({ load }, placement, metrics)).toBeCloseTo(expected, 9);
  const workload = { ...problem.workload, load };
  expect(costWords(workload, placement, metrics)).toMatch(
    /^\$40\.96 per hour, \$\S+ per million tokens at 0\.01 requests\/s; up to /,
  );
  expect(loadFacts(workload, placement, metrics).load).toMatchObject({
    dollar_per_million_token_at_rate: expect.closeTo(expected, 9),
  });
  expect(usdPerMillionAtRate({}, placement, metrics)).toBeNull();
  expect(costWords(problem.workload, placement, metrics)).toMatch(/^\$\S+ per million tokens, /);
});
