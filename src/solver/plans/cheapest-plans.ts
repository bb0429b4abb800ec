import TinyQueue from "tinyqueue";
import { CostToGo, type Need, type PlanClass } from "./cost-to-go.ts";
import type { Pattern } from "./pattern.ts";

/** An instance of a plan. */
export interface PlanInstance {
  /** Position of its class among the candidates of the case. */
  readonly candidate: number;
  readonly pattern: Pattern;
}

/** Instances and what they carry, in no order yet. */
export interface Plan {
  readonly cost: number;
  readonly instances: readonly PlanInstance[];
}

/** Which plans are listed. */
export interface PlanQuestion {
  readonly classes: readonly PlanClass[];
  readonly need: Need;
  /** The most that the uses of a plan's instances may add up to, by limit. */
  readonly limits: readonly number[];
  /** Whether instances may be part of a plan. What is not allowed stays so with more instances. */
  readonly allows: (instances: readonly PlanInstance[]) => boolean;
}

/** A plan that is not complete yet. */
interface Node {
  /** No plan made of it costs less. */
  readonly bound: number;
  readonly cost: number;
  /** The first class that may still be added, and its first pattern that may. */
  readonly position: number;
  readonly pattern: number;
  /** Instances of that class so far. */
  readonly copies: number;
  readonly instances: readonly PlanInstance[];
  /** What is still to be put together. */
  readonly stages: number;
  readonly left: readonly number[];
  /** By limit. */
  readonly used: readonly number[];
}

/**
 * Plans by rising cost: a best-first search (A*) over instances, class by class, whose estimate is what the rest costs at least. For
 * one demand and without rules and limits the estimate is exact, and the search goes straight to its goal.
 */
export class CheapestPlans {
  private readonly toGo: CostToGo;
  private readonly limitsToGo: readonly CostToGo[];
  private readonly queue: TinyQueue<Node> = new TinyQueue<Node>([], byBound);
  private made = 0;

  /** @param mostNodes more incomplete plans than this are not looked at */
  constructor(
    private readonly question: PlanQuestion,
    private readonly mostNodes: number,
  ) {
    const { classes, need, limits } = question;
    const ofLimit = (limit: number): number[] => classes.map(({ uses }) => uses[limit]!);
    this.toGo = new CostToGo(
      classes,
      classes.map(({ cost }) => cost),
      need,
    );
    this.limitsToGo = limits.map((_, limit) => new CostToGo(classes, ofLimit(limit), need));
    this.push({
      cost: 0,
      position: 0,
      pattern: 0,
      copies: 0,
      instances: [],
      stages: need.stages,
      left: need.totals,
      used: limits.map(() => 0),
    });
  }

  /** No plan that has not been listed yet costs less. */
  get bound(): number {
    return this.queue.peek()?.bound ?? Number.POSITIVE_INFINITY;
  }

  /** The next plan; null when there is none, "too_many" when there is more to look at than is quick. */
  next(): Plan | null | "too_many" {
    for (;;) {
      if (this.made > this.mostNodes) return "too_many";
      const node = this.queue.pop();
      if (!node) return null;
      if (node.stages === 0) return node;
      this.expand(node);
    }
  }

  private expand(node: Node): void {
    const { classes, allows } = this.question;
    const { position, copies } = node;
    const { candidate, copies: most, patterns, cost, uses } = classes[position]!;
    for (let p = node.pattern; copies < most && p < patterns.length; p++) {
      const pattern = patterns[p]!;
      if (pattern.stages > node.stages) continue;
      const instances = [...node.instances, { candidate, pattern }];
      if (!allows(instances)) continue;
      this.push({
        cost: node.cost + cost,
        position,
        pattern: p,
        copies: copies + 1,
        instances,
        stages: node.stages - pattern.stages,
        left: node.left.map((left, demand) => left - pattern.holds[demand]!),
        used: node.used.map((used, limit) => used + uses[limit]!),
      });
    }
    // None of this class any more.
    if (position + 1 < classes.length) {
      this.push({ ...node, position: position + 1, pattern: 0, copies: 0 });
    }
  }

  private push(node: Omit<Node, "bound">): void {
    const { classes, need, limits } = this.question;
    const { stages, left, used } = node;
    const instances = need.mostInstances - node.instances.length;
    const isSpent = node.copies === classes[node.position]!.copies;
    const position = isSpent ? node.position + 1 : node.position;
    const rest = this.toGo.from(position, instances, stages, left);
    if (rest === Number.POSITIVE_INFINITY) return;
    const isOver = this.limitsToGo.some(
      (toGo, i) => used[i]! + toGo.from(position, instances, stages, left) > limits[i]!,
    );
    if (isOver) return;
    this.made++;
    this.queue.push({ ...node, bound: node.cost + rest });
  }
}

/** Of nodes that promise as much, those first that are nearer to a whole plan. */
function byBound(a: Node, b: Node): number {
  return a.bound - b.bound || a.stages - b.stages || b.position - a.position;
}
