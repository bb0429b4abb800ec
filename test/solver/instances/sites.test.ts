/** Which sites of a pool have to be searched. */
import { afterAll, expect, it } from "vitest";
import { createPool, type PoolEntry } from "../../../src/hardware/pool.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { DEFAULT_REQUEST } from "../../../src/solver/request.ts";
import { solve } from "../../../src/solver/solve.ts";
import { TOY_MODEL, TOY_POOL, toyProblem } from "../../support/toy.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

/** Instances of the toy pool's "mono" at a site. */
function monoAt(site: string, name: string, count: number, ownedCount: number): PoolEntry {
  const { instance, price } = TOY_POOL[2];
  return { instance: { ...instance, name, typeName: "mono", site }, count, ownedCount, price };
}

it("with a limit on types a site is searched although another has the same machines under two names", async () => {
  const oneName = [monoAt("cloud/east", "mono@east", 4, 2)];
  const twoNames = [
    monoAt("cloud/west", "mono@west:owned", 2, 2),
    monoAt("cloud/west", "mono@west:on-demand", 4, 0),
  ];
  const request = { ...DEFAULT_REQUEST, objective: "cost", maxInstanceTypes: 1 } as const;
  const answer = async (entries: readonly PoolEntry[]): Promise<number | null> => {
    // Three machines are needed: at one site one of them is paid for, at the other all three are.
    const model = { ...TOY_MODEL, layerWeightGib: 3 };
    const problem = toyProblem({ model, pool: createPool(entries) });
    const solution = await solve(problem, request, backend);
    return "placement" in solution ? solution.objective.value : null;
  };
  expect(await answer(oneName)).toBe(1);
  expect(await answer(twoNames)).toBe(3);
  expect(await answer([...oneName, ...twoNames])).toBe(1);
});
