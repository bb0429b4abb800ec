import { servingKey } from "../hardware/instance.ts";
import type { PoolType } from "../hardware/pool.ts";
import type { Problem } from "../placement/problem.ts";
import { createPaint } from "../report/paint.ts";
import { renderSolution } from "../report/terminal-solution.ts";
import { bestEvenSplits } from "../solver/even-splits.ts";
import { isAllowed } from "../solver/hosts/hosts.ts";
import type { SolveRequest } from "../solver/request.ts";
import type { Solution } from "../solver/solution.ts";

/** The report of a solution. */
export type Report = (solution: Solution, inColour: boolean) => string;

/**
 * Makes ready what the report of a solve needs beside the solution, so that this can be done while the solver works: the best
 * even splits of the types that may be used. Of the others there is nothing to say, and of types that differ in price only the
 * dearer ones do the same for more.
 */
export function prepareReport(problem: Problem, request: SolveRequest): Report {
  const types = cheapestOfEach(problem.pool.types.filter((type) => isAllowed(type, request)));
  const includeTypes = types.map(({ instance }) => instance.name);
  const splits = bestEvenSplits(problem, { ...request, includeTypes }).filter(({ family }) =>
    includeTypes.includes(family),
  );
  return (solution, inColour) =>
    renderSolution(problem, request, solution, splits, createPaint(inColour));
}

/** Of types that serve alike and are as plentiful the cheapest, the first of equals. */
function cheapestOfEach(types: readonly PoolType[]): readonly PoolType[] {
  const cheapest = new Map<string, PoolType>();
  for (const type of types) {
    const { instance, count, ownedCount = 0 } = type;
    // Types of a pool file that serve alike are there on purpose.
    const key = instance.site === undefined ? instance.name : servingKey(instance);
    const like = `${key} ${count} ${ownedCount}`;
    const known = cheapest.get(like);
    if (!known || type.price.microUsdPerHour < known.price.microUsdPerHour) {
      cheapest.set(like, type);
    }
  }
  return types.filter((type) => [...cheapest.values()].includes(type));
}
