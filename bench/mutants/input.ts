/** Faults in reading what is served, within which limits. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const INPUT_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(
    "src/cli/options/limit-options.ts",
    ["test/cli/limit-options.test.ts"],
    [
      {
        name: "TPOT in seconds",
        find: "divided(flags.maxTpotMs, MS_PER_SECOND)",
        replace: "divided(flags.maxTpotMs, 1)",
      },
      {
        name: "a margin of hundreds",
        find: "divided(flags.safetyMargin, PER_CENT)",
        replace: "divided(flags.safetyMargin, 1)",
      },
    ],
  ),
  ...mutantsOf(
    "src/input/problem/merge-flags.ts",
    ["test/input/limits.test.ts", "test/input/load.test.ts", "test/input/read-problem.test.ts"],
    [
      {
        name: "latencies stay in milliseconds",
        find: "range) / MS_PER_SECOND",
        replace: "range)",
      },
      {
        name: "config.csv wins over a flag",
        find: "return value === null ? null : configured;",
        replace: "return configured;",
      },
      {
        name: "a rate takes the place of a larger least throughput",
        find: "Math.max(limits.minTokensPerSecond ?? 0, atRate)",
        replace: "atRate",
      },
      {
        name: "TTFT is the limit on TPOT",
        find: 'maxTpotSeconds: seconds("maxTpotSeconds")',
        replace: 'maxTpotSeconds: seconds("maxTtftSeconds")',
      },
    ],
  ),
  ...mutantsOf(
    "src/input/problem/merge-load.ts",
    ["test/input/load.test.ts"],
    [
      {
        name: "config.csv's load wins over a flag's",
        find: "const said = byFlag ?? byConfig;",
        replace: "const said = byConfig ?? byFlag;",
      },
      {
        name: "a range of one batch size is refused",
        find: "minBatch.value > maxBatch.value",
        replace: "minBatch.value >= maxBatch.value",
      },
    ],
  ),
  ...mutantsOf(
    "src/input/problem/merge-lengths.ts",
    ["test/input/lengths.test.ts"],
    [
      {
        name: "spread lengths count as fixed",
        find: "moments: isFixedLength(moments) ? null : moments,",
        replace: "moments: isFixedLength(moments) ? moments : null,",
      },
      {
        name: "outputs of no tokens are refused",
        find: "const range = { ...TOKENS, min: side.least };",
        replace: "const range = { ...TOKENS, min: 1 };",
      },
    ],
  ),
  ...mutantsOf(
    "src/input/problem/check-model-len.ts",
    ["test/input/engine.test.ts", "test/input/read-problem.test.ts"],
    [
      {
        name: "a request of just the longest is refused",
        find: "if (mean > longest)",
        replace: "if (mean >= longest)",
      },
    ],
  ),
  ...mutantsOf(
    "src/input/text/numbers.ts",
    ["test/input/config.test.ts", "test/input/bad-inputs.test.ts"],
    [
      {
        name: "a number at its lower end is refused",
        find: "value < range.min) return",
        replace: "value <= range.min) return",
      },
      {
        name: "a share of 0 passes where it must be above",
        find: "value <= range.above) return",
        replace: "value < range.above) return",
      },
      {
        name: "halves of whole things",
        find: 'if (range.integer && !Number.isInteger(value)) return "not a whole number";',
        replace: "",
      },
    ],
  ),
  ...mutantsOf(
    "src/input/pool/instance-cells.ts",
    ["test/input/instances.test.ts"],
    [
      {
        name: "terabytes a second read as gigabytes",
        find: '(unit === "T" ? 1000 : 1)',
        replace: '(unit === "T" ? 1 : 1)',
      },
      {
        name: "half of the lanes at full speed",
        find: "return (perX16 * laneCount) / 16;",
        replace: "return laneCount > 0 ? perX16 : 0;",
      },
    ],
  ),
  ...mutantsOf(
    "src/workload/load.ts",
    ["test/workload/load.test.ts", "test/input/load.test.ts"],
    [
      {
        name: "a rate of requests counts outputs alone",
        find: "      return inputTokens + outputTokens;",
        replace: "      return outputTokens;",
      },
    ],
  ),
  ...mutantsOf(
    "src/workload/lengths.ts",
    ["test/workload/lengths.test.ts"],
    [
      {
        name: "the heavier tail of two lognormals",
        find: "Z95 - Math.sqrt(",
        replace: "Z95 + Math.sqrt(",
      },
      {
        name: "a mean that is rounded keeps its square",
        find: "moments.meanSquareTokens * (mean / moments.meanTokens) ** 2",
        replace: "moments.meanSquareTokens",
      },
    ],
  ),
  ...mutantsOf(
    "src/workload/workload.ts",
    ["test/workload/workload.test.ts"],
    [
      {
        name: "the largest batch is left out",
        find: "  sizes.push(maxBatch);\n",
        replace: "  if (sizes.length === 0) sizes.push(maxBatch);\n",
      },
      {
        name: "points of other spread are one",
        find: "{point.outputMeanSquareTokens}`",
        replace: "{1}`",
        tests: [
          "test/workload/workload.test.ts",
          "test/cost/calibrated-invariants.test.ts",
          "test/cost/axioms.test.ts",
        ],
      },
    ],
  ),
];
