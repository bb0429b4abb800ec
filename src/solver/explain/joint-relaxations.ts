import type { Limits } from "../../workload/workload.ts";
import type { Candidate } from "../search/goal.ts";
import type { Change, JointRelaxation, Relaxation } from "../solution.ts";
import { bestFigure, figureAt } from "./limit-relaxations.ts";
import { type SetLimit, setLimits, withLimit, without } from "./limits.ts";
import type { WhatIf } from "./what-if.ts";

/** So many limits at most have a way out of their own that changes them least. */
const MOST_WAYS = 3;

/** The factor by which limits are loosened together is known to this, relative. */
const FACTOR_TOLERANCE = 1e-2;

/**
 * Ways out of limits that cannot be met together, by changing several of them: each limit changed as little as possible with the
 * others following, where no single change helps; and all of them loosened by one and the same factor. Each is verified: its
 * placement keeps the changed limits and all others.
 *
 * @param conflict limits that cannot be met together
 * @param singles the changes of one limit that help
 * @throws ExplanationCut when a limit on time strikes
 */
export async function jointRelaxations(
  whatIf: WhatIf,
  conflict: readonly SetLimit[],
  singles: readonly Relaxation[],
): Promise<JointRelaxation[]> {
  if (singles.length > 0) {
    if (conflict.length < 2) return [];
    const enough = Math.min(...singles.map(loosening));
    const together = await loosenedTogether(whatIf, conflict, enough);
    return together ? [together] : [];
  }
  const changed = await correctionSet(whatIf);
  const ways: JointRelaxation[] = [];
  for (const least of changed.slice(0, MOST_WAYS)) {
    const order = [least, ...changed.filter((limit) => limit !== least)];
    const way = await oneAfterTheOther(whatIf, order);
    if (way) ways.push(way);
  }
  const enough = Math.min(...ways.map(({ changes }) => Math.max(...changes.map(loosening))));
  const together = await loosenedTogether(whatIf, changed, enough);
  return distinct(together ? [...ways, together] : ways);
}

/** Limits without which the others can be met, none of which could stay; in the order of the configuration. */
async function correctionSet(whatIf: WhatIf): Promise<SetLimit[]> {
  const { limits, workload } = whatIf.problem;
  let dropped = setLimits(limits, workload);
  for (const limit of dropped) {
    const fewer = dropped.filter((other) => other !== limit);
    const rest = without(
      limits,
      fewer.map(({ key }) => key),
    );
    if (await whatIf.any({ limits: rest })) dropped = fewer;
  }
  return dropped;
}

/** The first limit changed as little as possible, then the next one as little as that leaves possible, and so on. */
async function oneAfterTheOther(
  whatIf: WhatIf,
  order: readonly SetLimit[],
): Promise<JointRelaxation | null> {
  let limits = without(
    whatIf.problem.limits,
    order.map(({ key }) => key),
  );
  const changes: Change[] = [];
  for (const limit of order) {
    const best = await bestFigure(whatIf, limits, limit);
    if (!best) return null;
    limits = withLimit(limits, limit, best.to);
    changes.push({ change: limit.name, from: limit.value, to: best.to });
  }
  return verified(whatIf, limits, changes);
}

/**
 * All of some limits loosened by the smallest factor that leaves a placement, and then to what that placement needs; null where a
 * limit of 0 has no factor.
 * @param enough a factor that is large enough
 */
async function loosenedTogether(
  whatIf: WhatIf,
  together: readonly SetLimit[],
  enough: number,
): Promise<JointRelaxation | null> {
  if (!Number.isFinite(enough) || together.some(({ value }) => value === 0)) return null;
  const { limits } = whatIf.problem;
  const within = (factor: number): Promise<Candidate | null> =>
    whatIf.any({
      limits: together.reduce(
        (changed, limit) =>
          withLimit(changed, limit, isLeast(limit) ? limit.value / factor : limit.value * factor),
        limits,
      ),
    });
  // Just above, so that rounding does not forbid what is known to be possible.
  let high = enough * (1 + 1e-9);
  let low = 1;
  let best = await within(high);
  if (!best) return null;
  while (high - low > FACTOR_TOLERANCE * (high - 1)) {
    const middle = (low + high) / 2;
    const found = await within(middle);
    if (found) {
      best = found;
      high = middle;
    } else {
      low = middle;
    }
  }
  const { metrics } = best;
  const changes = together.flatMap((limit): Change[] => {
    const to = figureAt(limit, metrics, limits.latencySafetyMargin);
    const isKept = isLeast(limit) ? to >= limit.value : to <= limit.value;
    return isKept ? [] : [{ change: limit.name, from: limit.value, to }];
  });
  const needed = await neededChanges(whatIf, together, changes);
  // One change alone is in the other list.
  return needed.length < 2 ? null : verified(whatIf, changedBy(limits, together, needed), needed);
}

/** Changes of which none can be left out: a limit that a way out need not touch stays as it is. */
async function neededChanges(
  whatIf: WhatIf,
  together: readonly SetLimit[],
  changes: readonly Change[],
): Promise<readonly Change[]> {
  let needed = changes;
  for (const change of changes) {
    const fewer = needed.filter((other) => other !== change);
    if (fewer.length === 0) break;
    const limits = changedBy(whatIf.problem.limits, together, fewer);
    if (await whatIf.any({ limits })) needed = fewer;
  }
  return needed;
}

function changedBy(
  limits: Limits,
  together: readonly SetLimit[],
  changes: readonly Change[],
): Limits {
  return together.reduce((changed, limit) => {
    const change = changes.find(({ change: name }) => name === limit.name);
    return change ? withLimit(changed, limit, change.to) : changed;
  }, limits);
}

/** A way out with a placement of the changed problem; null when a search finds none after all. */
async function verified(
  whatIf: WhatIf,
  limits: Limits,
  changes: readonly Change[],
): Promise<JointRelaxation | null> {
  const found = await whatIf.any({ limits });
  return found && { changes, placement: found.placement };
}

/** By which factor a change loosens a limit. */
function loosening({ from, to }: Change): number {
  return Math.max(to / from, from / to);
}

/** Whether a limit says the least that a figure may be. */
function isLeast({ key }: SetLimit): boolean {
  return key === "minTokensPerSecond";
}

/** Ways whose figures are the same but for rounding are said once. */
function distinct(ways: readonly JointRelaxation[]): JointRelaxation[] {
  const nameOf = ({ changes }: JointRelaxation): string =>
    changes
      .map(({ change, to }) => `${change} ${to.toPrecision(3)}`)
      .sort()
      .join();
  return [...new Map(ways.map((way) => [nameOf(way), way])).values()];
}
