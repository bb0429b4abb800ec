import type { Placement } from "../../placement/placement.ts";
import { type Case, linksCount } from "../formulations/case.ts";
import { CasePlans } from "./case-plans.ts";
import { PlanPlacer } from "./place-plan.ts";

/** What plans say of a case. */
export type PlannedCase =
  /** The cheapest placement, and its objective. */
  | { readonly status: "optimal"; readonly placement: Placement; readonly objective: number }
  | { readonly status: "infeasible" }
  /** Something else has to decide. No placement has a lower objective than `least`. */
  | { readonly status: "open"; readonly least: number };

/** A placement as it stands; null when it does not. */
type Stand = (placement: Placement) => Placement | null;

/** No more is looked at: incomplete plans, whole ones, and whole ones that cost as much as one that does not stand. */
const MOST = { nodes: 20_000, plans: 200, standing: 20 };

/** Only classes whose plans may be dearer than the cheapest by no more than such a share are looked at; the first share that will do. */
const SHARES = [0.02, 0.2];

/**
 * Decides a case by its plans, the cheapest first, without a MILP.
 *
 * A plan is instances and what each carries: what it lacks is an order of the stages. Every placement is one of a plan that costs no
 * more, so the first plan whose stages have an order in which they stand is the cheapest placement; where no plan has an order there is
 * no placement. A plan that has an order and does not stand leaves the case open, since its stages may stand otherwise.
 */
export function planCase(of: Case, stand: Stand): PlannedCase {
  // Where stages on one instance may not be neighbours, how many links there are is a matter of more than instances.
  if (linksCount(of) && of.candidates.some(({ neighbours }) => !neighbours)) {
    return { status: "open", least: Number.NEGATIVE_INFINITY };
  }
  const plans = new CasePlans(of);
  const placer = new PlanPlacer(of);
  const least = Math.min(...plans.floors);
  const steps = [...SHARES.map((share) => least * (1 + share)), Number.MAX_VALUE];
  for (let most = steps.shift()!; ; ) {
    const chosen = plans.floors.flatMap((floor, candidate) => (floor <= most ? [candidate] : []));
    // No plan with any of the others costs less.
    const others = Math.min(...plans.floors.filter((floor) => floor > most));
    const found = cheapest(plans, chosen, placer, stand);
    if (found.status === "open") return { ...found, least: Math.min(found.least, others) };
    if (found.status === "optimal") {
      if (found.objective <= others) return found;
      most = found.objective;
    } else {
      if (others === Number.POSITIVE_INFINITY || placer.isHopeless) return found;
      most = steps.shift()!;
    }
  }
}

/** The cheapest placement with instances of some candidates only. */
function cheapest(
  all: CasePlans,
  chosen: readonly number[],
  placer: PlanPlacer,
  stand: Stand,
): PlannedCase {
  if (chosen.length === 0) return { status: "infeasible" };
  const plans = all.among(chosen, MOST.nodes);
  if (!plans) return { status: "open", least: Number.NEGATIVE_INFINITY };
  /** What the first plan costs that does not stand. */
  let open: number | null = null;
  let fallen = 0;
  for (let n = 0; n < MOST.plans; n++) {
    const { bound } = plans;
    const plan = plans.next();
    if (plan === null) {
      return open === null ? { status: "infeasible" } : { status: "open", least: open };
    }
    if (plan === "too_many") return { status: "open", least: open ?? bound };
    if (open !== null && plan.cost > open) break;
    const placement = placer.place(plan);
    if (placement === "unknown") return { status: "open", least: plan.cost };
    if (placement === null) {
      if (placer.isHopeless) return { status: "infeasible" };
      continue;
    }
    const standing = stand(placement);
    if (standing) return { status: "optimal", placement: standing, objective: plan.cost };
    open ??= plan.cost;
    if (++fallen === MOST.standing) break;
  }
  return open === null && plans.bound === Number.POSITIVE_INFINITY
    ? { status: "infeasible" }
    : { status: "open", least: open ?? plans.bound };
}
