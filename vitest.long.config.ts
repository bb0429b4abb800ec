import { defineConfig } from "vitest/config";
import standard, { LONG_FILES } from "./vitest.config.ts";

/** `npm run test:long`: what `npm test` leaves out, and comparisons with enumeration over all their random problems. */
export default defineConfig({
  test: {
    ...standard.test,
    include: ["test/oracle/**/*.test.ts", ...LONG_FILES],
    exclude: [],
    env: { TEST_LONG: "1" },
  },
});
