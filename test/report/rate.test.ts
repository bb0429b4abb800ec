import { describe, expect, it } from "vitest";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";
import { evaluateAtRate } from "../../src/placement/at-load.ts";
import type { Placement } from "../../src/placement/placement.ts";
import { rateService } from "../../src/placement/rate-service.ts";
import { headlineText, verdictText } from "../../src/report/answer-text.ts";
import { PLAIN } from "../../src/report/colours.ts";
import { figure } from "../../src/report/format.ts";
import { frontierMarkup } from "../../src/report/html/frontier.ts";
import { pipelineMarkup } from "../../src/report/html/pipeline.ts";
import { renderSolveReport } from "../../src/report/html/solve-report.ts";
import { solutionJson } from "../../src/report/json.ts";
import { frontierProofText } from "../../src/report/terminal-frontier.ts";
import { noAnswerText } from "../../src/report/terminal-no-answer.ts";
import { renderSolution } from "../../src/report/terminal-solution.ts";
import { bestEvenSplits } from "../../src/solver/even-splits/even-splits.ts";
import { DEFAULT_REQUEST } from "../../src/solver/request.ts";
import type { Answer, NoAnswer } from "../../src/solver/solution.ts";
import { solve } from "../../src/solver/solve.ts";
import { NO_LIMITS } from "../../src/workload/workload.ts";
import { calibratedProblem, defaultSettings, llama } from "../support/calibrated.ts";

const RATE = 2;
const TOKENS = 1200;
const REQUEST = { ...DEFAULT_REQUEST, objective: "cost", includeTypes: ["g6e.4xlarge"] } as const;

/** Llama 8B at 2 requests/s of 1,000 + 200 tokens. */
const problem = (() => {
  const plain = calibratedProblem(llama(), defaultSettings("vllm"));
  return {
    ...plain,
    limits: { ...NO_LIMITS, minTokensPerSecond: RATE * TOKENS, maxTtftSeconds: 5 },
    workload: {
      ...plain.workload,
      phase: "aggregated" as const,
      inputTokens: 1000,
      outputTokens: 200,
      load: { kind: "request_rate" as const, requestsPerSecond: RATE },
    },
  };
})();
const answer = (await solve(problem, REQUEST, createInlineHighs())) as Answer;
const placementAt = (batch_size: number): Placement => ({ ...answer.placement, batch_size });
const atRate = evaluateAtRate(problem, RATE, placementAt);
if (atRate.status !== "SUCCESS") throw new Error(atRate.error);
const inFlight = atRate.placement.batch_size;
const { cost_per_hour } = answer.metrics;
const usdPerMillion = (cost_per_hour / (RATE * TOKENS * 3600)) * 1e6;

describe("an answer at a rate of requests", () => {
  it("has the latencies of that rate, and the capacity beside it", () => {
    const service = rateService(problem, answer.placement)!;
    expect(service.atRate).toEqual(atRate);
    // Little's law: what is in flight has come in while one request is served.
    const { ttft_ms, tpot_ms } = atRate.metrics;
    const seconds = (ttft_ms! + 200 * tpot_ms!) / 1000;
    expect(inFlight).toBeGreaterThan(0.7 * RATE * seconds);
    expect(inFlight).toBeLessThan(1.3 * RATE * seconds + 1);
    expect(inFlight).toBeLessThan(service.atCapacity.placement.batch_size);
    expect(service.used).toBeCloseTo(RATE / service.capacityRequestsPerSecond, 9);
    expect(service.atCapacity.metrics.ttft_ms! * 1.1).toBeLessThanOrEqual(5000);
    expect(service.usdPerMillionTokens).toBeCloseTo(usdPerMillion, 9);
    expect(service.keepsLatencyLimits).toBe(true);
  });

  it("is told at that rate by the terminal, its capacity second", () => {
    const text = renderSolution(problem, REQUEST, answer, [], PLAIN);
    const lines = text.replaceAll(/\n +(?=[a-z(])/g, " ");
    const { ttft_ms } = atRate.metrics;
    expect(headlineText(problem, answer)).toContain(
      `, ${inFlight} sequences in flight. At 2 requests/s: `,
    );
    expect(headlineText(problem, answer)).toContain(`TTFT ${figure(ttft_ms!)} ms`);
    expect(lines).toContain("\nAt 2 requests/s\n");
    expect(lines.indexOf(`TTFT        ${figure(ttft_ms!)} ms`)).toBeGreaterThan(0);
    expect(lines.indexOf("\nAt capacity, ")).toBeGreaterThan(lines.indexOf("\nAt 2 requests/s\n"));
  });

  it("shows stages and memory with the sequences that are in flight at that rate, in terminal and report", () => {
    const more = { ...answer, placement: placementAt(inFlight + 1) };
    const text = renderSolution(problem, REQUEST, more, [], PLAIN);
    expect(text).toContain(`\nStages with ${inFlight} sequences in flight\n`);
    const stage = atRate.metrics.stages[0]!;
    expect(text).toContain(` ${figure(stage.throughput_tokens_per_sec)}  `);
    expect(pipelineMarkup(problem, more).text).toContain(`with ${inFlight} sequences in flight`);
  });

  it("is told at that rate by the report: title, tiles and targets", () => {
    const page = renderSolveReport({
      problem,
      request: REQUEST,
      solution: answer,
      warnings: [],
      version: "0",
    });
    const { ttft_ms } = atRate.metrics;
    expect(page).toMatch(/<h1>[^<]* at 2 requests\/s for \$/);
    expect(page).toContain(`<dt>TTFT, ms</dt><dd class="big">${figure(ttft_ms!)}</dd>`);
    expect(page).toContain(`<dt>In flight</dt><dd class="big">${inFlight}</dd>`);
    expect(page).toContain(`max_ttft_ms 5,000.0 ms: predicted ${figure(ttft_ms!)} ms`);
  });

  it("has one capacity in every table: even splits, the plot of the report", () => {
    const { atCapacity } = rateService(problem, answer.placement)!;
    const { batch_size } = atCapacity.placement;
    // The level that the search found the answer with is neither the rate's nor the capacity's.
    expect(batch_size).not.toBe(answer.placement.batch_size);
    const families = bestEvenSplits(problem, REQUEST);
    const text = renderSolution(problem, REQUEST, answer, families, PLAIN);
    const most = figure(atCapacity.metrics.throughput_tokens_per_sec);
    const table = text.slice(text.indexOf("Against an even split"));
    expect(table).toMatch(new RegExp(`this answer +${most} `));
    expect(table).toMatch(new RegExp(`TP 1 × PP 1, batch ${batch_size} +${most} `));
    expect(table).not.toContain(figure(answer.metrics.throughput_tokens_per_sec));
    const explanation = {
      best_by_type: [{ instance_type: "g6e.4xlarge", placement: answer.placement }],
    } as unknown as NonNullable<Answer["explanation"]>;
    const plot = String(frontierMarkup(problem, { ...answer, explanation })?.text);
    expect(plot).toContain("best of g6e.4xlarge");
    expect(plot).toContain(most);
    expect(plot).not.toContain(figure(answer.metrics.throughput_tokens_per_sec));
  });

  it("says why it is no point of the frontier where another one of its price could serve more", () => {
    const { placement, metrics } = rateService(problem, answer.placement)!.atCapacity;
    const { cost_per_hour, dollar_per_million_token } = metrics;
    const own = metrics.throughput_tokens_per_sec;
    const words = (throughput_tokens_per_sec: number): string =>
      frontierProofText(problem, {
        ...answer,
        status: "optimal",
        frontier_complete: true,
        frontier: [
          {
            cost_per_hour,
            throughput_tokens_per_sec,
            dollar_per_million_token,
            batch_size: placement.batch_size,
            placement,
          },
        ],
      });
    expect(words(own)).not.toContain("The answer");
    expect(words(own * 1.1)).toContain(
      `${figure(own)} tokens/s at capacity) is not one of these points`,
    );
    expect(words(own * 1.1)).toContain("lower latency decides");
  });

  it("is told at that rate in JSON, beside the metrics of its batch", () => {
    const json = solutionJson(problem, answer, []) as Record<string, Record<string, unknown>>;
    const { used, capacityRequestsPerSecond } = rateService(problem, answer.placement)!;
    expect(json.load).toMatchObject({
      // The same as in the two objects.
      concurrency: inFlight,
      capacity_requests_per_sec: capacityRequestsPerSecond,
      capacity_used: used,
      dollar_per_million_token_at_rate: expect.closeTo(usdPerMillion, 9),
      at_rate: {
        concurrency: inFlight,
        throughput_tokens_per_sec: RATE * TOKENS,
        ttft_ms: atRate.metrics.ttft_ms,
        tpot_ms: atRate.metrics.tpot_ms,
        dollar_per_million_token: expect.closeTo(usdPerMillion, 9),
        meets_latency_targets: true,
      },
      capacity: { requests_per_sec: capacityRequestsPerSecond },
    });
    expect(json.metrics!.ttft_ms).toBe(answer.metrics.ttft_ms);
  });

  it("is not slower than itself with more in flight: what is faster is another placement", async () => {
    const asked = {
      ...REQUEST,
      includeTypes: ["g6e.4xlarge", "g6e.12xlarge"],
      explain: true,
      frontier: true,
    };
    const explained = (await solve(problem, asked, createInlineHighs())) as Answer;
    const faster = explained.explanation!.next_faster!;
    expect(faster.cost_per_hour).toBeGreaterThan(explained.metrics.cost_per_hour);
    const { capacityRequestsPerSecond } = rateService(problem, explained.placement)!;
    expect(faster.throughput_tokens_per_sec / TOKENS).toBeGreaterThan(capacityRequestsPerSecond);
    // Where a price has several speeds it is the fastest, as on the frontier.
    const { atCapacity } = rateService(problem, faster.placement)!;
    expect(faster.throughput_tokens_per_sec).toBeCloseTo(
      atCapacity.metrics.throughput_tokens_per_sec,
      6,
    );
  });

  it("costs as much a token as any other of the price: the verdict on tokens speaks of full use", () => {
    const words = verdictText(problem, { ...REQUEST, objective: "cost-per-token" }, answer);
    expect(words.replaceAll("\n", " ")).toContain("has a lower cost per token at capacity.");
  });

  it("says what to do about replicas, which share a rate: solve for half of it", () => {
    const half = "solve for half the rate as well, two such copies may cost less";
    expect(verdictText(problem, REQUEST, answer)).toContain(half);
    const { load: _, ...workload } = problem.workload;
    const words = verdictText({ ...problem, workload }, REQUEST, answer);
    expect(words).toMatch(/\. Replicas are not searched\.$/);
    const owned = { ...answer, metrics: { ...answer.metrics, cost_per_hour: 0 } };
    expect(verdictText(problem, REQUEST, owned)).not.toContain(half);
    const none = { ...answer, status: "infeasible" } as unknown as NoAnswer;
    expect(noAnswerText(problem.workload, none)).toContain("solve for a half or a third of it");
    expect(noAnswerText(workload, none)).toMatch(/; replicas are not searched\.$/);
  });
});
