import { expect, it } from "vitest";
import type { InstanceClass } from "../../src/solver/instances/instance-class.ts";
import { classOf } from "../../src/solver/search/candidate.ts";
import type { CaseContext } from "../../src/solver/search/case-context.ts";

it("finds the class of an instance without a look at all classes", () => {
  let reads = 0;
  // Two classes of each type: instances 0 and 1, and 2.
  const classes = Array.from({ length: 2000 }, (_, position) => ({
    position,
    get type() {
      reads++;
      return { instance: { name: `box.${position >> 1}` } };
    },
    instances: position % 2 === 0 ? [0, 1] : [2],
  })) as unknown as readonly InstanceClass[];
  const context = { classes } as CaseContext;
  for (const { position } of classes) {
    const name = `box.${position >> 1}#${position % 2 === 0 ? 1 : 2}`;
    expect(classOf(context, name).position).toBe(position);
  }
  expect(reads).toBeLessThan(5 * classes.length);
  expect(() => classOf(context, "box.7#3")).toThrow("box.7#3 is in no instance class.");
  expect(() => classOf(context, "box.1000#0")).toThrow("box.1000#0 is in no instance class.");
});
