import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Solves share two cores with other test files; a limit is there to end a hang, not to measure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
