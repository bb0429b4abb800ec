import type { Problem } from "../../placement/problem.ts";
import type { OperatingPoint } from "../../workload/workload.ts";
import type { SolveRequest } from "../request.ts";
import type { Candidate } from "../search/goal.ts";
import { objectiveValue } from "../search/objectives.ts";
import { type SearchMeans, SearchSession } from "../search/session.ts";
import { SingleGoal } from "../search/single-goal.ts";
import type { Question } from "../search/subproblems.ts";

/** A limit on time struck while something was being explained. */
export class ExplanationCut extends Error {}

/** Relative difference from which on two values of an objective are not the same. */
const DIFFERS = 1e-9;

/** The best placement of a changed problem, and its objective's value. */
export interface Best {
  readonly found: Candidate;
  readonly value: number;
}

/** Solves changed copies of a problem: what the explanations are made of. */
export class WhatIf {
  readonly problem: Problem;
  readonly request: SolveRequest;
  readonly points: readonly OperatingPoint[];
  private questions = 0;

  /** @param onQuestion told before each changed problem how many there were, that one included */
  constructor(
    { problem, request, points }: Question,
    private readonly means: SearchMeans,
    private readonly onQuestion: (questions: number) => void = () => undefined,
  ) {
    this.problem = problem;
    this.request = request;
    this.points = points;
  }

  /**
   * The proven best of a changed problem; null when nothing fits.
   * @throws ExplanationCut when a limit strikes first
   */
  async best(problem: Partial<Problem>, request: Partial<SolveRequest> = {}): Promise<Best | null> {
    return this.search(problem, { gap: 0, ...request });
  }

  /**
   * Some placement of a changed problem, or at other operating points; null when nothing fits.
   * @throws ExplanationCut when a limit strikes first
   */
  async any(
    problem: Partial<Problem>,
    points: readonly OperatingPoint[] = this.points,
  ): Promise<Candidate | null> {
    // With all of the value as the allowed gap the first placement ends the search.
    const choices = { objective: "cost", weight: null, gap: 1 } as const;
    const best = await this.search(problem, choices, points);
    return best?.found ?? null;
  }

  /** Rows that cannot hold together; see `SearchSession.conflict`. */
  conflict(problem: Partial<Problem>): ReturnType<SearchSession["conflict"]> {
    const changed = { ...this.problem, ...problem };
    const question = { problem: changed, request: this.request, points: this.points };
    return new SearchSession(question, this.means).conflict();
  }

  private async search(
    problemChanges: Partial<Problem>,
    requestChanges: Partial<SolveRequest>,
    points = this.points,
  ): Promise<Best | null> {
    this.onQuestion(++this.questions);
    const problem = { ...this.problem, ...problemChanges };
    const request = { ...this.request, ...requestChanges };
    const session = new SearchSession({ problem, request, points }, this.means);
    const { objective } = session;
    const goal = new SingleGoal(objective, objective.scale, session.allows, request.gap);
    const { complete } = await session.run(goal);
    if (!complete) throw new ExplanationCut();
    if (!goal.best) return null;
    const found = await session.canonical(goal.best);
    return { found, value: objectiveValue(problem, request, found.metrics) };
  }
}

/** Whether two values of an objective are not the same. */
export function differs(a: number, b: number): boolean {
  return Math.abs(a - b) > DIFFERS * Math.max(Math.abs(a), Math.abs(b));
}
