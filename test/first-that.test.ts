import fc from "fast-check";
import { expect, it } from "vitest";
import { firstThat } from "../src/first-that.ts";

const guesses = fc.option(fc.func(fc.integer({ min: -5, max: 3000 })), { nil: undefined });

it("finds the first, whatever is guessed, in few questions", () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.nat(2200), guesses, (count, first, guess) => {
      let asked = 0;
      const found = firstThat(
        count,
        (number) => {
          asked++;
          return number >= first;
        },
        guess,
      );
      expect(found).toBe(Math.min(first, count));
      expect(asked).toBeLessThanOrEqual(5 + Math.ceil(Math.log2(count + 1)));
    }),
  );
});
