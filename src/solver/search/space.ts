import { groupBy } from "../../lists.ts";
import { layerCount } from "../../model/model.ts";
import type { Problem } from "../../placement/problem.ts";
import type { InstanceClass } from "../instances/instance-class.ts";
import { sitesWorthSearching } from "../instances/sites.ts";
import { groupsBeside } from "../instances/tp-groups.ts";
import type { GroupReaches } from "../stages/reach-cache.ts";
import { type BlockBound, type BlockRules, blockRules, type ReachingGroup } from "./block-bound.ts";
import { ModelBound } from "./model-bound.ts";
import type { Pace } from "./pace.ts";
import type { BoundSetting } from "./stage-tables.ts";
import { StagesBound } from "./stages-bound.ts";
import {
  boundSetting,
  type Question,
  type Site,
  type Subproblem,
  type SubproblemParts,
  stageSettings,
  type TableScope,
  tabulated,
} from "./subproblems.ts";

/**
 * Placements that are searched together: those of one operating point and number of stages (where stages depend on it) at one site, of one
 * TP degree where it has to be the same for all. Nothing of it is tabulated before it is opened. Blocks that differ in their site only are
 * parts of one: its bound has the instances of all sites, each machine at its lowest price.
 */
export interface Block extends TableScope {
  /** Place in the order of all blocks, of the first of its parts. */
  readonly position: number;
  /** Its parts, each at one site: 1 where it is none but itself. */
  readonly size: number;
  /** The blocks of the single sites; null where it is one of them. */
  readonly parts: (() => readonly Block[]) | null;
  /** End-to-end tokens/s of a pipeline whose slowest stage or link reaches this rate. */
  readonly tokensPerSecond: (rawTokensPerSecond: number) => number;
  /** Null where the cost model tells of stages only when they are tabulated. */
  readonly bound: BlockBound | null;
}

/** All placements of a question, in blocks. */
export class SearchSpace {
  /** Of all opened blocks, in the order in which they were opened. */
  readonly subproblems: Subproblem[] = [];
  private readonly opened = new Map<number, Promise<readonly number[]>>();
  private readonly bounds: BoundSetting;
  private readonly sites: readonly ReachingSite[];
  /** All sites as one; null where there is one only, or no bound without tables. */
  private readonly everywhere: ReachingSite | null;
  private readonly rules: BlockRules;
  /** TP degrees that blocks are told apart by; null in it: any. */
  private readonly degrees: readonly (number | null)[];

  constructor(
    private readonly question: Question,
    private readonly parts: SubproblemParts,
  ) {
    const { problem, request } = question;
    const { classes, scale } = parts;
    const { network } = problem;
    this.bounds = boundSetting(question, parts);
    this.sites = sitesWorthSearching(classes, request, network).map((own) => ({
      classes: own,
      otherGroups: groupsBeside(network, own),
      groups: reachingGroups(problem, own, parts),
    }));
    this.everywhere = together(this.sites);
    const isDerived = network.kind === "derived";
    const layers = layerCount(problem.model);
    this.rules = blockRules(request, layers, scale, request.uniformTp && isDerived);
    const gpus = classes.flatMap(({ kinds }) => kinds.map((kind) => kind.gpus));
    this.degrees =
      request.uniformTp && isDerived ? [...new Set(gpus)].sort((a, b) => a - b) : [null];
  }

  /** All placements: blocks of all sites where there are several and bounds, else one after the other. */
  *blocks(): Generator<Block> {
    const { sites, degrees, everywhere } = this;
    let position = 0;
    for (const { numbers, setting } of this.scopes()) {
      for (const [i, groupGpus] of degrees.entries()) {
        const scope = { numbers, setting, groupGpus };
        const first = position + i;
        const parts = (): Block[] =>
          sites.map((site, place) =>
            this.block(first + place * degrees.length, { ...scope, site }, site.groups),
          );
        if (everywhere === null) {
          yield* parts();
          continue;
        }
        const whole = this.block(first, { ...scope, site: everywhere }, everywhere.groups);
        yield { ...whole, size: sites.length, parts };
      }
      position += sites.length * degrees.length;
    }
  }

  /** The blocks of single sites, in their order. */
  leaves(): readonly Block[] {
    return [...this.blocks()]
      .flatMap((block) => block.parts?.() ?? [block])
      .sort((a, b) => a.position - b.position);
  }

  private *scopes(): Generator<Pick<TableScope, "numbers" | "setting">> {
    const { problem, request, points } = this.question;
    for (const point of points) {
      const settings = stageSettings(problem, request, point, this.parts.tables);
      for (const { stages: numbers, setting } of settings) yield { numbers, setting };
    }
  }

  /** How much of all blocks comes before one, from 0 to 1. */
  shareBefore({ setting: { point } }: Block): number {
    const { points } = this.question;
    return points.indexOf(point) / points.length;
  }

  /** The positions of a block's subproblems, whose tables are made when this is first asked for. */
  open(block: Block, pace: Pace): Promise<readonly number[]> {
    let positions = this.opened.get(block.position);
    if (!positions) {
      positions = this.tabulated(block, pace);
      this.opened.set(block.position, positions);
    }
    return positions;
  }

  private async tabulated(block: Block, pace: Pace): Promise<readonly number[]> {
    const made = await tabulated(this.question, this.bounds, block, pace);
    const first = this.subproblems.length;
    this.subproblems.push(...made);
    return made.map((_, i) => first + i);
  }

  private block(position: number, scope: TableScope, groups: GroupsByDegree | null): Block {
    const { costModel } = this.question.problem;
    const { point, pipelineStages } = scope.setting;
    const efficiency = costModel.pipelineEfficiency(point, pipelineStages);
    return {
      ...scope,
      position,
      size: 1,
      parts: null,
      tokensPerSecond: (raw) => raw * efficiency * costModel.realWorldEfficiency,
      bound: this.boundOf(scope, groups),
    };
  }

  private boundOf(
    { numbers, setting, groupGpus }: TableScope,
    groups: GroupsByDegree | null,
  ): BlockBound | null {
    const { point, pipelineStages: stages, sizes, latency } = setting;
    if (groups === null || numbers.length !== 1 || sizes.length === 0) return null;
    const ofDegree = groups.get(groupGpus) ?? [];
    if (stages === 1) return new ModelBound(this.rules, ofDegree, point, latency);
    const [smallest, largest] = [sizes[0]!, sizes.at(-1)!];
    return new StagesBound(this.rules, ofDegree, { point, stages, smallest, largest, latency });
  }
}

/** The groups of a site by their GPUs, and all under null. */
type GroupsByDegree = ReadonlyMap<number | null, readonly ReachingGroup[]>;

/** A site, and what is known of its groups without tables; null where nothing is. */
interface ReachingSite extends Site {
  readonly groups: GroupsByDegree | null;
}

function reachingGroups(
  problem: Problem,
  classes: readonly InstanceClass[],
  { tables, scale }: SubproblemParts,
): GroupsByDegree | null {
  const all: ReachingGroup[] = [];
  for (const instanceClass of classes) {
    const { instance } = instanceClass.type;
    const cost = scale.perInstance(instanceClass.position);
    for (const kind of instanceClass.kinds) {
      const reaches = tables.reaches.of(problem, instance, kind);
      if (reaches === null) return null;
      const { gpuCount } = instance;
      all.push({ instanceClass, cost, gpuCount, groupGpus: kind.gpus, reaches });
    }
  }
  return byDegree(all);
}

/** Sites as one, each machine at its lowest price anywhere; null where it would be nothing but the one, or there are no bounds. */
function together(sites: readonly ReachingSite[]): ReachingSite | null {
  if (sites.length < 2) return null;
  const cheapest = new Map<GroupReaches, ReachingGroup>();
  for (const { groups } of sites) {
    if (groups === null) return null;
    for (const group of groups.get(null)!) {
      const known = cheapest.get(group.reaches);
      if (!known || group.cost < known.cost) cheapest.set(group.reaches, group);
    }
  }
  const classes = sites.flatMap((site) => site.classes).sort((a, b) => a.position - b.position);
  return { classes, otherGroups: [], groups: byDegree([...cheapest.values()]) };
}

function byDegree(groups: readonly ReachingGroup[]): GroupsByDegree {
  return new Map<number | null, readonly ReachingGroup[]>([
    [null, groups],
    ...groupBy(groups, ({ groupGpus }) => groupGpus),
  ]);
}
