import type { MilpBackend, MilpModel } from "../../milp/model.ts";
import { meetsLimits } from "../../placement/limits.ts";
import type { Placement, PlacementStage } from "../../placement/placement.ts";
import { hasShape, typesOfNodes } from "../deployable/node-rules.ts";
import { slowestUsedLink } from "../instances/bandwidth-percentile.ts";
import { instanceClasses } from "../instances/instance-classes.ts";
import type { SearchEffort } from "../solution.ts";
import type { TableCache } from "../stages/table-cache.ts";
import { lastAtMost, scorePlacement } from "./candidate.ts";
import type { CaseContext } from "./case-context.ts";
import { affordable, priceUnits } from "./costs.ts";
import type { Candidate, Goal } from "./goal.ts";
import { breakNameTie, firstOfSites, lowestAlike } from "./name-ties.ts";
import { type SearchObjective, searchObjective } from "./objectives.ts";
import { Pace } from "./pace.ts";
import { type SearchResult, search } from "./search.ts";
import type { Allows } from "./single-goal.ts";
import { type Answers, caseModel, solveCase } from "./solve-case.ts";
import { SearchSpace } from "./space.ts";
import { maxStagesOf, type Question } from "./subproblems.ts";

/** Bounds on the work of a solve. */
export interface SessionLimits {
  readonly signal?: AbortSignal;
  /** Reading of `performance.now()`, in milliseconds, at which the solve has to end. */
  readonly deadlineMilliseconds: number;
  /** Called once for each case that is decided on its own, with what decided it. */
  readonly onFormulation?: (name: string) => void;
}

/** What the searches of one solve share. */
export interface SearchMeans {
  readonly backend: MilpBackend;
  readonly limits: SessionLimits;
  readonly tables: TableCache;
}

/** Told before each MILP and at breaks: what is open, and the best first key that may still be there. */
export type OnCase = (state: {
  readonly cases: number;
  readonly casesOpen: number;
  readonly milps: number;
  readonly openKey: number;
}) => void;

/** How a run is watched. */
export interface RunHooks {
  /** Told the share of the blocks that are looked through, from 0 to 1. */
  readonly onShare?: (share: number) => void;
  readonly onCase?: OnCase;
}

/** Everything the searches of one solve share: cases, MILP back end, clock and counters. */
export class SearchSession {
  readonly objective: SearchObjective;
  readonly allows: Allows;
  readonly pace: Pace = new Pace();
  private readonly context: CaseContext;
  private readonly space: SearchSpace;
  /** Placements that are the first of their case by name. */
  private readonly named = new WeakSet<Candidate>();
  private milps = 0;
  private readonly runs: SearchResult[] = [];
  private readonly children: SearchSession[] = [];

  constructor(
    question: Question,
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
    this.space = new SearchSpace(question, {
      classes: affordable(classes, units, problem.limits),
      minOutsideGBytesPerSecond: slowestUsedLink(
        problem.pool,
        problem.network,
        request.bandwidthPercentile,
      ),
      scale: this.objective.scale,
      tables: means.tables,
    });
    this.context = {
      problem,
      request,
      classes,
      units,
      objective: this.objective,
      subproblems: this.space.subproblems,
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

  get isOver(): boolean {
    const { signal, deadlineMilliseconds } = this.means.limits;
    return signal?.aborted === true || performance.now() >= deadlineMilliseconds;
  }

  /** Searches for a goal to the end, or until a limit strikes. */
  async run(goal: Goal, { onShare, onCase }: RunHooks = {}): Promise<SearchResult> {
    const answers: Answers = {
      mayImprove: (optimistic) => goal.mayImprove(optimistic),
      submit: (found) => this.submit(goal, found),
    };
    onShare?.(0);
    const result = await search(
      this.space,
      goal,
      (subproblem, level, leastCost) =>
        solveCase(this.context, { subproblem, level }, leastCost, answers),
      {
        shouldStop: () => this.isOver,
        pace: this.pace,
        onBlock: (block) => onShare?.(this.space.shareBefore(block)),
        onCase: ({ cases, casesOpen, openKey }) =>
          onCase?.({ cases, casesOpen, milps: this.milps, openKey }),
      },
    );
    this.runs.push(result);
    return result;
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
    const { batch_size, stages } = placement;
    const types = typesOfNodes(placement);
    const [first] = stages as readonly [PlacementStage];
    for (const block of this.space.leaves()) {
      if (block.setting.point.batch !== batch_size) continue;
      if (!block.numbers.includes(stages.length)) continue;
      if (block.groupGpus !== null && block.groupGpus !== first.tp_degree) continue;
      for (const subproblem of await this.space.open(block, this.pace)) {
        const {
          stages: number,
          stageTables,
          classes,
          levels,
        } = this.context.subproblems[subproblem]!;
        const { groupGpus, shape } = stageTables;
        const isOwn =
          types.every((name) => classes.some(({ type }) => type.instance.name === name)) &&
          number === stages.length &&
          (groupGpus === null || groupGpus === first.tp_degree) &&
          (shape === null || hasShape(types, stages.length, shape));
        if (!isOwn) continue;
        const level = lastAtMost(levels, rawTokensPerSecond);
        // A rate that is the level's but for rounding may be a hair below it.
        const key = { subproblem, level };
        return level < 0 ? null : caseModel(this.context, lowestAlike(this.context, key)).milp;
      }
    }
    return null;
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
    const { subproblems } = this.context;
    for (const block of [...this.space.leaves()].reverse()) {
      for (const subproblem of [...(await this.space.open(block, this.pace))].reverse()) {
        const { point, stages, levels } = subproblems[subproblem]!;
        if (levels.length === 0) continue;
        const { milp } = caseModel(this.context, { subproblem, level: 0 });
        const rows = await this.means.backend.conflict?.(milp);
        if (rows) return { batch: point.batch, stages, rows };
      }
    }
    return null;
  }

  effort(startedMilliseconds: number): SearchEffort {
    const all = [this, ...this.children];
    const sum = (count: (session: SearchSession) => number): number =>
      all.reduce((total, session) => total + count(session), 0);
    const ofRuns = (count: (run: SearchResult) => number): number =>
      sum(({ runs }) => runs.reduce((total, run) => total + count(run), 0));
    const cases = ofRuns((run) => run.cases);
    const casesSolved = ofRuns((run) => run.casesSolved);
    const casesOpen = ofRuns((run) => run.casesOpen);
    return {
      blocks: ofRuns((run) => run.blocks),
      blocks_excluded: ofRuns((run) => run.blocksExcluded),
      cases,
      cases_solved: casesSolved,
      cases_bounded: cases - casesSolved - casesOpen,
      milps_solved: sum((session) => session.milps),
      backend: this.means.backend.name,
      total_seconds: (performance.now() - startedMilliseconds) / 1000,
    };
  }
}
