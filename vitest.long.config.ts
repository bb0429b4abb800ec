import { defineConfig } from "vitest/config";
import standard from "./vitest.config.ts";

/** `npm run test:long`: comparisons with enumeration over all their random problems, which `npm test` does over a quarter. */
export default defineConfig({
  test: { ...standard.test, include: ["test/oracle/**/*.test.ts"], env: { TEST_LONG: "1" } },
});
