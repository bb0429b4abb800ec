import type { MilpBackend, MilpModel } from "../../milp/model.ts";
import { meetsLimits } from "../../placement/limits.ts";
import type { Placement } from "../../placement/placement.ts";
import { hasShape, typesOfNodes } from "../deployable/node-rules.ts";
import { slowestUsedLink } from "../instances/bandwidth-percentile.ts";
import { instanceClasses } from "../instances/instance-classes.ts";
import type { SearchEffort } from "../solution.ts";
import type { TableCache } from "../stages/table-cache.ts";
import { lastAtMost, scorePlacement } from "./candidate.ts";
import type { CaseContext } from "./case-context.ts";
import { affordable, priceUnits } from "./costs.ts";
import type { Candidate, Goal } from "./goal.ts";
import { breakNameTie, firstOfSites } from "./name-ties.ts";
import { type SearchObjective, searchObjective } from "./objectives.ts";
import { Pace } from "./pace.ts";
import { type SearchResult, search } from "./search.ts";
import type { Allows } from "./single-goal.ts";
import { type Answers, caseModel, solveCase } from "./solve-case.ts";
import { maxStagesOf, type Question, type Subproblem, subproblems } from "./subproblems.ts";

/** Bounds on the work of a solve. */
export interface SessionLimits {
  readonly signal?: AbortSignal;
  /** Reading of `performance.now()`, in milliseconds, at which the solve has to end. */
  readonly deadlineMilliseconds: number;
  /** Called once for each case that a MILP decides, with the formulation that decided it. */
  readonly onFormulation?: (name: string) => void;
}

/** What the searches of one solve share. */
export interface SearchMeans {
  readonly backend: MilpBackend;
  readonly limits: SessionLimits;
  readonly tables: TableCache;
}

/** Told before each MILP: what is open, and the best first key that may still be there. */
export type OnCase = (state: {
  readonly cases: number;
  readonly casesOpen: number;
  readonly milps: number;
  readonly openKey: number;
}) => void;

/** Told the share of the tables that is made, from 0 to 1. */
export type OnTables = (share: number) => void;

/** Everything the searches of one solve share: cases, MILP back end, clock and counters. */
export class SearchSession {
  readonly objective: SearchObjective;
  readonly allows: Allows;
  readonly pace: Pace = new Pace();
  private readonly context: CaseContext & { subproblems: readonly Subproblem[] };
  /** False when a limit struck before all cases were known; null before their tables are made. */
  private isWhole: boolean | null = null;
  /** Placements that are the first of their case by name. */
  private readonly named = new WeakSet<Candidate>();
  private milps = 0;
  private cases = 0;
  private casesSolved = 0;
  private readonly children: SearchSession[] = [];

  constructor(
    private readonly question: Question,
    private readonly means: SearchMeans,
  ) {
    const { problem, request } = question;
    const { backend, limits } = means;
    const classes = instanceClasses(problem, request);
    const units = priceUnits(classes);
    this.objective = searchObjective(problem, request, units, classes, maxStagesOf(problem));
    this.allows = (price, tokensPerSecond) =>
      meetsLimits(
        problem.limits,
        price * units.microUsdPerUnit,
        tokensPerSecond,
        problem.totalTokensToProcess,
      );
    this.context = {
      problem,
      request,
      classes,
      units,
      objective: this.objective,
      subproblems: [],
      backend,
      onFormulation: limits.onFormulation ?? (() => undefined),
      milpOptions: () => {
        this.milps++;
        const { signal, deadlineMilliseconds } = limits;
        const leftSeconds = (deadlineMilliseconds - performance.now()) / 1000;
        return {
          ...(Number.isFinite(leftSeconds)
            ? { timeLimitSeconds: Math.max(0.01, leftSeconds) }
            : {}),
          ...(signal ? { signal } : {}),
        };
      },
    };
  }

  /** A session of another request on the same clock and back end, whose work counts here too. */
  fork(question: Question): SearchSession {
    const child = new SearchSession(question, this.means);
    this.children.push(child);
    return child;
  }

  /** Makes the tables of all cases, once; as far as it gets before a limit strikes. */
  async prepare(onTables?: OnTables): Promise<void> {
    if (this.isWhole !== null) return;
    const { problem, request, classes, units } = this.context;
    const { list, isWhole } = await subproblems(
      this.question,
      {
        classes: affordable(classes, units, problem.limits),
        minOutsideGBytesPerSecond: slowestUsedLink(
          problem.pool,
          problem.network,
          request.bandwidthPercentile,
        ),
        scale: this.objective.scale,
        tables: this.means.tables,
      },
      {
        shouldStop: () => this.isOver,
        pace: this.pace,
        ...(onTables && { onShare: onTables }),
      },
    );
    this.context.subproblems = list;
    this.isWhole = isWhole;
  }

  get isOver(): boolean {
    const { signal, deadlineMilliseconds } = this.means.limits;
    return signal?.aborted === true || performance.now() >= deadlineMilliseconds;
  }

  /** Searches for a goal to the end, or until a limit strikes. */
  async run(goal: Goal, onCase?: OnCase): Promise<SearchResult> {
    await this.prepare();
    const answers: Answers = {
      mayImprove: (optimistic) => goal.mayImprove(optimistic),
      submit: (found) => this.submit(goal, found),
    };
    const result = await search(
      this.context.subproblems,
      goal,
      (subproblem, level, leastCost) =>
        solveCase(this.context, { subproblem, level }, leastCost, answers),
      {
        shouldStop: () => this.isOver,
        pace: this.pace,
        onCase: ({ cases, casesOpen, openKey }) =>
          onCase?.({ cases, casesOpen, milps: this.milps, openKey }),
      },
    );
    this.cases += result.cases;
    this.casesSolved += result.casesSolved;
    return this.isWhole
      ? result
      : { ...result, complete: false, openKey: Number.NEGATIVE_INFINITY };
  }

  /** Placements that are equal but for names are compared by the first names of either case. */
  private async submit(goal: Goal, found: Candidate): Promise<void> {
    const kept = goal.equalBut(found);
    if (!kept) return goal.submit(found);
    goal.replace(kept, await this.firstOfCase(kept));
    goal.submit(await this.firstOfCase(found));
  }

  /** The placement that names choose among equals of one case. */
  private async firstOfCase(found: Candidate): Promise<Candidate> {
    if (this.isOver || found.origin === null || this.named.has(found)) return found;
    const first = await breakNameTie(this.context, found);
    this.named.add(first);
    return first;
  }

  /** The placement that names choose among equals. */
  async canonical(found: Candidate): Promise<Candidate> {
    const first = await this.firstOfCase(found);
    return this.context.problem.network.kind === "derived"
      ? firstOfSites(this.context, first)
      : first;
  }

  /** Scores a placement that no MILP has found; null when `evaluate` refuses it or only lets it pass with a warning. */
  scoreHeuristic(placement: Candidate["placement"]): Candidate | null {
    return scorePlacement(this.context, placement, null);
  }

  /** The MILP of the case that a placement belongs to; null when it belongs to none. */
  async modelOf(placement: Placement, rawTokensPerSecond: number): Promise<MilpModel | null> {
    await this.prepare();
    const { batch_size, stages } = placement;
    const types = typesOfNodes(placement);
    const subproblem = this.context.subproblems.findIndex(
      ({ point, stages: number, stageTables: { groupGpus, shape }, classes }) =>
        point.batch === batch_size &&
        types.every((name) => classes.some(({ type }) => type.instance.name === name)) &&
        number === stages.length &&
        (groupGpus === null || groupGpus === stages[0]!.tp_degree) &&
        (shape === null || hasShape(types, stages.length, shape)),
    );
    const found = this.context.subproblems[subproblem];
    if (!found) return null;
    const level = lastAtMost(found.levels, rawTokensPerSecond);
    return level < 0 ? null : caseModel(this.context, { subproblem, level }).milp;
  }

  /**
   * The rows of a MILP that cannot hold together: of the least demanding case of the last subproblem that is not feasible with
   * fractions of stages either; null where there is none, or the back end cannot tell.
   */
  async conflict(): Promise<{
    readonly batch: number;
    readonly stages: number;
    readonly rows: readonly string[];
  } | null> {
    await this.prepare();
    const { subproblems } = this.context;
    for (let subproblem = subproblems.length - 1; subproblem >= 0; subproblem--) {
      const { point, stages, levels } = subproblems[subproblem]!;
      if (levels.length === 0) continue;
      const { milp } = caseModel(this.context, { subproblem, level: 0 });
      const rows = await this.means.backend.conflict?.(milp);
      if (rows) return { batch: point.batch, stages, rows };
    }
    return null;
  }

  effort(startedMilliseconds: number): SearchEffort {
    const all = [this, ...this.children];
    const sum = (count: (session: SearchSession) => number): number =>
      all.reduce((total, session) => total + count(session), 0);
    const cases = sum((session) => session.cases);
    const casesSolved = sum((session) => session.casesSolved);
    return {
      cases,
      cases_solved: casesSolved,
      cases_bounded: cases - casesSolved,
      milps_solved: sum((session) => session.milps),
      backend: this.means.backend.name,
      total_seconds: (performance.now() - startedMilliseconds) / 1000,
    };
  }
}
