/** Which sites of a pool have to be searched. */
import { afterAll, describe, expect, it } from "vitest";
import { createPool, type PoolEntry } from "../../../src/hardware/pool.ts";
import { usdToMicroUsd } from "../../../src/hardware/price.ts";
import { createInlineHighs } from "../../../src/milp/highs-inline.ts";
import { instanceClasses } from "../../../src/solver/instances/instance-classes.ts";
import { sitesWorthSearching } from "../../../src/solver/instances/sites.ts";
import { DEFAULT_REQUEST, type SolveRequest } from "../../../src/solver/request.ts";
import { solve } from "../../../src/solver/solve.ts";
import { restated } from "../../support/models.ts";
import { TOY_MODEL, TOY_POOL, toyProblem } from "../../support/toy.ts";

const backend = createInlineHighs();
afterAll(() => backend.dispose());

/** Instances of the toy pool's "mono" at a site, a dollar an hour unless owned. */
function monoAt(site: string, name: string, count: number, ownedCount: number): PoolEntry {
  const { instance, price } = TOY_POOL[2];
  return { instance: { ...instance, name, typeName: "mono", site }, count, ownedCount, price };
}

function atPrice(entry: PoolEntry, usdPerHour: number): PoolEntry {
  return { ...entry, price: { ...entry.price, microUsdPerHour: usdToMicroUsd(usdPerHour) } };
}

/** The names of the types at each site that is searched. */
function searched(entries: readonly PoolEntry[], changes: Partial<SolveRequest> = {}): string[][] {
  const problem = toyProblem({ pool: createPool(entries) });
  const request = { ...DEFAULT_REQUEST, ...changes };
  const classes = instanceClasses(problem, request);
  return sitesWorthSearching(classes, request, problem.network).map((site) =>
    site.map(({ type }) => type.instance.name),
  );
}

describe("a site is left out", () => {
  const [east, west] = ["cloud/east", "cloud/west"] as const;

  it("where another has as many of the same machines, and none is dearer", () => {
    const cheap = monoAt(west, "b", 3, 0);
    expect(searched([atPrice(monoAt(east, "a", 3, 0), 2), cheap])).toEqual([["b"]]);
    expect(searched([atPrice(monoAt(east, "a", 2, 0), 2), cheap])).toEqual([["b"]]);
    // Of equal sites the first by name stays.
    expect(searched([cheap, monoAt(east, "a", 3, 0)])).toEqual([["a"]]);
  });

  it("but not where the cheaper one has fewer machines", () => {
    const few = monoAt(west, "b", 1, 0);
    expect(searched([atPrice(monoAt(east, "a", 3, 0), 2), few])).toEqual([["a"], ["b"]]);
  });

  it("but not where the one with more machines is dearer", () => {
    const dear = atPrice(monoAt(west, "b", 9, 0), 2);
    expect(searched([monoAt(east, "a", 3, 0), dear])).toEqual([["a"], ["b"]]);
  });

  it("but not where it has machines that the other one lacks", () => {
    const [quad] = TOY_POOL;
    const other = { ...quad, instance: { ...quad.instance, name: "q", site: east } };
    expect(searched([monoAt(east, "a", 3, 0), other, monoAt(west, "b", 3, 0)])).toEqual([
      ["a", "q"],
    ]);
    expect(searched([other, monoAt(west, "b", 3, 0)])).toEqual([["q"], ["b"]]);
  });

  it("but not where a limit is on a type by its name", () => {
    const twins = [monoAt(east, "a", 3, 0), monoAt(west, "b", 3, 0)];
    const one = new Map([["a", 1]]);
    for (const changes of [
      { maxStagesByType: one },
      { maxRentedByType: one },
      { maxTpByType: one },
      { maxInstanceTypes: 1 },
    ]) {
      expect(searched(twins, changes)).toEqual([["a"], ["b"]]);
    }
  });

  it("and the answer is the best of all sites: a cheap site with too few machines is no answer", async () => {
    // Twelve layers of 3 GiB on machines of 16 GiB: three of them, 2 dollars each, as the cheap one is alone at its site.
    const problem = toyProblem({
      model: restated(TOY_MODEL, { layerWeightGib: 3 }),
      pool: createPool([atPrice(monoAt(east, "a", 3, 0), 2), monoAt(west, "b", 1, 0)]),
    });
    const solution = await solve(problem, { ...DEFAULT_REQUEST, objective: "cost" }, backend);
    expect(solution).toMatchObject({ status: "optimal", objective: { value: 6 } });
  });
});

it("with a limit on types a site is searched although another has the same machines under two names", async () => {
  const oneName = [monoAt("cloud/east", "mono@east", 4, 2)];
  const twoNames = [
    monoAt("cloud/west", "mono@west:owned", 2, 2),
    monoAt("cloud/west", "mono@west:on-demand", 4, 0),
  ];
  const request = { ...DEFAULT_REQUEST, objective: "cost", maxInstanceTypes: 1 } as const;
  const answer = async (entries: readonly PoolEntry[]): Promise<number | null> => {
    // Three machines are needed: at one site one of them is paid for, at the other all three are.
    const model = restated(TOY_MODEL, { layerWeightGib: 3 });
    const problem = toyProblem({ model, pool: createPool(entries) });
    const solution = await solve(problem, request, backend);
    return "placement" in solution ? solution.objective.value : null;
  };
  expect(await answer(oneName)).toBe(1);
  expect(await answer(twoNames)).toBe(3);
  expect(await answer([...oneName, ...twoNames])).toBe(1);
});
