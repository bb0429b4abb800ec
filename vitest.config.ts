import { defineConfig } from "vitest/config";

/** What takes its time is left to `npm run test:long`: these files, and most random problems of the oracle. */
export const LONG_FILES: readonly string[] = [
  "test/bench/cases.test.ts",
  "test/cli/outputs.test.ts",
  "test/examples/examples.test.ts",
  "test/examples/shown-output.test.ts",
  "test/files/killed-writes.test.ts",
  "test/fuzz/fuzz.test.ts",
];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...LONG_FILES],
    globalSetup: ["test/oracle/print-formulations.ts"],
    // All cores: most of the time goes into solves, which take one each.
    maxWorkers: "100%",
    // Solves share the cores with other test files; a limit is there to end a hang, not to measure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
