import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { cli, scratchDirectory } from "./harness.ts";

const root = scratchDirectory();
const MODEL = ["--model=llama-3.1-8b", "--input-length=1000", "--output-length=200"];
const solved = (name: string): string => `${root}/${name}/solution.json`;

beforeAll(async () => {
  const solve = async (name: string, type: string, rate: number): Promise<void> => {
    const pool = `--instances=${type}@us-east-1=1`;
    await cli(["solve", ...MODEL, pool, `--request-rate=${rate}`, `--out=${root}/${name}`]);
  };
  await solve("l4", "g6.xlarge", 1);
  await solve("l40s", "g6e.xlarge", 1);
  await solve("slow", "g6.xlarge", 0.5);
}, 60_000);

it("plans at a rate have the figures of that rate beside those of their sequences in flight", async () => {
  const { code, stdout } = await cli(["compare", solved("l4"), solved("l40s"), "--json"]);
  expect(code).toBe(0);
  const { rows, pairs } = JSON.parse(stdout);
  const valuesOf = (name: string): number[] =>
    rows
      .find((row: { name: string }) => row.name === name)
      .cells.map(({ value }: { value: number }) => value);
  expect(valuesOf("request_rate_per_sec")).toEqual([1, 1]);
  // $/h over the 1,200 tokens/s asked for.
  const hours = valuesOf("cost_per_hour");
  valuesOf("dollar_per_million_token_at_rate").forEach((cost, plan) => {
    expect(cost).toBeCloseTo((hours[plan]! / (1200 * 3600)) * 1e6, 9);
  });
  const [because] = pairs.map((pair: { because: string[] }) => pair.because.join(" "));
  expect(because).toMatch(/At the requested 1\.?0* requests\/s, .* costs 131\.2 % more per token/);
  const human = await cli(["compare", solved("l4"), solved("l40s")]);
  expect(human.stdout).toMatch(/^ {2}rate, requests\/s +1/m);
  expect(human.stdout).toMatch(/TTFT at rate, ms/);
});

it("says that plans of different rates are compared with their sequences in flight", async () => {
  const { stdout } = await cli(["compare", solved("l4"), solved("slow")]);
  expect(stdout.replace(/\s+/g, " ")).toContain("The two have different request rates");
});

it("launch files say what is to be seen at the rate", async () => {
  const { code, stdout } = await cli(["export", "--solution", solved("l4"), "--target", "vllm"]);
  expect(code).toBe(0);
  const { load } = JSON.parse(readFileSync(solved("l4"), "utf8"));
  const { concurrency } = load.at_rate;
  const [before, after] = stdout.split("At capacity, ");
  expect(before).toMatch(/^# +1 requests\/s, 72\.\d+ % of the capacity$/m);
  expect(before).toContain(`${concurrency} sequences in flight`);
  expect(before).toMatch(
    /# Predicted at 1 requests\/s \(.*\):\n# +1,200 tokens\/s, .*\n# +TTFT [\d.,]+ ms.*\n# +TPOT [\d.]+ ms.*\n# +0\.80 USD per hour, 0\.1863 USD/,
  );
  expect(after).toMatch(
    new RegExp(`^\\S+ requests/s with ${load.capacity.concurrency} sequences in flight:`),
  );
});
