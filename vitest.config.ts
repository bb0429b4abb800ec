import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // All cores: most of the time goes into solves, which take one each.
    maxWorkers: "100%",
    // Solves share the cores with other test files; a limit is there to end a hang, not to measure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
