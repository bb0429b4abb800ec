import type { NextStage } from "../../src/cost/cost-model.ts";
import { deriveMatrix, pairGBytesPerSecond } from "../../src/hardware/network.ts";
import { areLayersAlike, layerCount } from "../../src/model/model.ts";
import type { Placement, PlacementStage } from "../../src/placement/placement.ts";
import type { Problem } from "../../src/placement/problem.ts";
import type { NodeRules, SolveRequest } from "../../src/solver/request.ts";
import type { OperatingPoint } from "../../src/workload/workload.ts";
import { LatencyWays, type Ways } from "./latency-ways.ts";
import { type Bag, LayerBags } from "./layer-bags.ts";
import {
  gpuIds,
  type Kind,
  type Machine,
  machinesOf,
  NEXT_STAGES,
  type Seat,
  Seats,
} from "./seats.ts";

/**
 * The best placement among all that keep the limits on latencies and agree in batch, stages, price, instances, their GPUs, links
 * between instances, and in whether all stages have one TP degree. Every objective and every other limit can be decided on these.
 */
export interface Outcome {
  readonly point: OperatingPoint;
  readonly stages: number;
  readonly microUsdPerHour: number;
  readonly instances: number;
  /** All GPUs of the instances. */
  readonly gpus: number;
  /** Links whose ends lie on different instances. */
  readonly crossings: number;
  readonly isUniform: boolean;
  /** End to end. */
  readonly tokensPerSecond: number;
  /** Where each stage stands, in order, and its rates. */
  readonly seats: readonly {
    readonly machine: Machine;
    readonly gpuIds: readonly number[];
    readonly kind: Kind;
  }[];
}

/** Thrown when a problem has more orderings of seats than asked for. */
export class TooManyError extends Error {}

/**
 * Every placement, by plain enumeration: stage after stage takes any seat that is left, link rates are read off the pair, and
 * for each ordering of seats the layers are shared out as well as they can be. Instances of one type and price are alike on
 * a derived network, so of the unused ones the first stands for all; nothing else is assumed.
 *
 * @param mostOrderings TooManyError beyond this
 */
export function bruteForce(
  problem: Problem,
  request: SolveRequest,
  points: readonly OperatingPoint[],
  mostOrderings: number = Number.POSITIVE_INFINITY,
): Outcome[] {
  const orderings = { left: mostOrderings };
  const { maxTtftSeconds, maxTpotSeconds } = problem.limits;
  const isLimited = maxTtftSeconds !== null || maxTpotSeconds !== null;
  // Where stages or limits depend on the number of stages, each number is enumerated for itself.
  const numbers: readonly (number | null)[] =
    problem.costModel.dependsOnStages || isLimited
      ? Array.from({ length: problem.rules.maxPipelineStages }, (_, i) => i + 1)
      : [null];
  const outcomes = points.flatMap((point) =>
    numbers.flatMap((stages) => enumerate(problem, request, point, stages, isLimited, orderings)),
  );
  return request.uniformTp ? outcomes.filter(({ isUniform }) => isUniform) : outcomes;
}

function enumerate(
  problem: Problem,
  request: SolveRequest,
  point: OperatingPoint,
  onlyStages: number | null,
  isLimited: boolean,
  orderings: { left: number },
): Outcome[] {
  const { network, costModel } = problem;
  const numLayers = layerCount(problem.model);
  const mostStages = onlyStages ?? problem.rules.maxPipelineStages;
  const cutoff = slowestAllowed(problem, request.bandwidthPercentile);
  const machines = machinesOf(problem, request);
  const seats = new Seats(problem, request, point, onlyStages ?? 1);
  const seatsOn = machines.map((machine) => seats.on(machine));
  const bags = new LayerBags(
    numLayers,
    // A kind with what it sends to, see `member`.
    (member) =>
      seats.kinds[Math.floor(member / NEXT_STAGES.length)]!.speeds[
        NEXT_STAGES[member % NEXT_STAGES.length]!
      ].rates,
    areLayersAlike(problem.model),
  );
  const latencyWays = isLimited
    ? new LatencyWays(numLayers, problem.limits, costModel.latencyFrame(point, mostStages)!)
    : null;
  const member = (kind: number, next: NextStage): number =>
    kind * NEXT_STAGES.length + NEXT_STAGES.indexOf(costModel.dependsOnNext ? next : "none");
  const gpusInUse = machines.map(() => 0);
  const trail: { readonly machine: number; readonly seat: Seat }[] = [];
  const found = new Map<string, Outcome>();

  // Instances of one type and price that are not in use are alike on a derived network: the first stands for all.
  const twinBefore = machines.map(({ type, microUsdPerHour }, machine) => {
    const before = machines[machine - 1];
    const isTwin = before?.type === type && before.microUsdPerHour === microUsdPerHour;
    return network.kind === "derived" && isTwin ? machine - 1 : null;
  });
  const hasStandIn = (machine: number): boolean => {
    const twin = twinBefore[machine] ?? null;
    return twin !== null && gpusInUse[machine] === 0 && gpusInUse[twin] === 0;
  };

  const note = (rawRate: number, cost: number, instances: number, crossings: number): void => {
    if (!keepsRentalRules(request, machines, gpusInUse, trail)) return;
    const stages = trail.length;
    if (!keepsNodeRules(request.nodeRules, point, machines, gpusInUse, trail, seats.kinds)) return;
    const { group } = seats.kinds[trail[0]!.seat.kind]!;
    const isUniform = trail.every(({ seat }) => seats.kinds[seat.kind]!.group.gpus === group.gpus);
    const tokensPerSecond =
      rawRate * costModel.pipelineEfficiency(point, stages) * costModel.realWorldEfficiency;
    const gpus = machines.reduce(
      (sum, { type }, machine) => sum + (gpusInUse[machine] ? type.instance.gpuCount : 0),
      0,
    );
    const key = [cost, stages, instances, gpus, crossings, isUniform].join();
    const known = found.get(key);
    if (known && known.tokensPerSecond >= tokensPerSecond) return;
    found.set(key, {
      point,
      stages,
      microUsdPerHour: cost,
      instances,
      gpus,
      crossings,
      isUniform,
      tokensPerSecond,
      seats: trail.map(({ machine, seat }) => ({
        machine: machines[machine]!,
        gpuIds: gpuIds(seat.gpus),
        kind: seats.kinds[seat.kind]!,
      })),
    });
  };

  /** tokens/s of the link from the last stage to one on another seat; 0 when there may be none. */
  const linkRate = (machine: number, seat: Seat): number => {
    const last = trail.at(-1);
    if (!last) return Number.POSITIVE_INFINITY;
    const [from, to] = [machines[last.machine]!, machines[machine]!];
    if (from.type.instance.site !== to.type.instance.site) return 0;
    const pair = pairGBytesPerSecond(
      network,
      from.type,
      from.index,
      last.seat.lowestGpu,
      to.type,
      to.index,
      seat.lowestGpu,
    );
    if (last.machine !== machine && pair < cutoff) return 0;
    const [source, target] = [seats.kinds[last.seat.kind]!, seats.kinds[seat.kind]!];
    return costModel.link(source, target, pair, point).tokensPerSecond;
  };

  /** `bag` and `ways`: all stages but the last of the trail, of which it is not known yet what it sends to. */
  const extend = (
    bag: Bag,
    ways: Ways | null,
    slowestLink: number,
    cost: number,
    instances: number,
    crossings: number,
  ): void => {
    const last = trail.at(-1);
    const lastKind = last && seats.kinds[last.seat.kind]!;
    for (let machine = 0; machine < machines.length; machine++) {
      if (hasStandIn(machine)) continue;
      const inUse = gpusInUse[machine]!;
      const isFresh = inUse === 0;
      const costThen = cost + (isFresh ? machines[machine]!.microUsdPerHour : 0);
      const instancesThen = instances + (isFresh ? 1 : 0);
      const crossingsThen = crossings + (last && last.machine !== machine ? 1 : 0);
      const next = last?.machine === machine ? "same_instance" : "other_instance";
      const bagBefore = last ? bags.with(bag, member(last.seat.kind, next)) : bag;
      if (bagBefore.isDead) continue;
      const waysBefore =
        ways && lastKind ? latencyWays!.followedBy(ways, lastKind.speeds[next]) : ways;
      if (waysBefore?.every((list) => list.length === 0)) continue;
      for (const seat of seatsOn[machine]!(inUse)) {
        // What a stage sends to decides how fast it is, not what it can hold.
        const bagThen = bags.with(bagBefore, member(seat.kind, "none"));
        if (bagThen.isDead) continue;
        const waysThen =
          waysBefore && latencyWays!.followedBy(waysBefore, seats.kinds[seat.kind]!.speeds.none);
        if (!costModel.dependsOnNext && waysThen?.every((list) => list.length === 0)) continue;
        const linkThen = Math.min(slowestLink, linkRate(machine, seat));
        if (linkThen === 0) continue;
        if (orderings.left-- <= 0) throw new TooManyError();
        gpusInUse[machine] = inUse | seat.gpus;
        trail.push({ machine, seat });
        const stageRate = waysThen
          ? (latencyWays!.fastest(waysThen)?.rate ?? 0)
          : bagThen.best[numLayers]!;
        if (stageRate > 0 && (onlyStages === null || trail.length === onlyStages)) {
          note(Math.min(linkThen, stageRate), costThen, instancesThen, crossingsThen);
        }
        if (trail.length < mostStages) {
          extend(bagBefore, waysBefore, linkThen, costThen, instancesThen, crossingsThen);
        }
        trail.pop();
        gpusInUse[machine] = inUse;
      }
    }
  };
  extend(bags.empty, latencyWays?.none ?? null, Number.POSITIVE_INFINITY, 0, 0, 0);
  return [...found.values()];
}

/** Whether what is rented is as the request wants it. */
function keepsRentalRules(
  request: SolveRequest,
  machines: readonly Machine[],
  gpusInUse: readonly number[],
  trail: readonly { readonly machine: number }[],
): boolean {
  const used = machines.filter((_, machine) => gpusInUse[machine] !== 0);
  if (request.maxInstances !== null && used.length > request.maxInstances) return false;
  const types = new Set(used.map(({ type }) => type));
  if (request.maxInstanceTypes !== null && types.size > request.maxInstanceTypes) return false;
  if (
    request.noIdleGpus &&
    machines.some(
      ({ type }, machine) =>
        gpusInUse[machine] !== 0 && gpusInUse[machine] !== 2 ** type.instance.gpuCount - 1,
    )
  ) {
    return false;
  }
  for (const [name, most] of request.maxStagesByType) {
    const stages = trail.filter(({ machine }) => machines[machine]!.type.instance.name === name);
    if (stages.length > most) return false;
  }
  return true;
}

/** Whether nodes are as some launcher wants them: the rules of `NodeRules`, read off the seats. */
function keepsNodeRules(
  rules: NodeRules | null,
  point: OperatingPoint,
  machines: readonly Machine[],
  gpusInUse: readonly number[],
  trail: readonly { readonly machine: number; readonly seat: Seat }[],
  kinds: readonly Kind[],
): boolean {
  if (!rules) return true;
  if (rules.mostSequences !== null && point.batch > rules.mostSequences) return false;
  const runs = trail.filter(({ machine }, i) => machine !== trail[i - 1]?.machine);
  const used = [...new Set(trail.map(({ machine }) => machine))];
  const nameOf = (machine: number): string => machines[machine]!.type.instance.name;
  if (rules.typeGroups?.every((group) => used.some((m) => !group.includes(nameOf(m)))))
    return false;
  if (
    rules.rentedOnly &&
    used.some((m) => machines[m]!.index < (machines[m]!.type.ownedCount ?? 0))
  )
    return false;
  if (rules.stagesPerNode === "any") return true;
  // Each machine's stages side by side, equally many, of one TP degree.
  if (runs.length !== used.length) return false;
  const seatsOf = (machine: number): Seat[] =>
    trail.filter((one) => one.machine === machine).map(({ seat }) => seat);
  const each = trail.length / used.length;
  if (used.some((machine) => seatsOf(machine).length !== each)) return false;
  if (rules.stagesPerNode === "one" && each !== 1) return false;
  if (new Set(trail.map(({ seat }) => kinds[seat.kind]!.group.gpus)).size > 1) return false;
  if (
    rules.wholeInstances &&
    used.some((m) => gpusInUse[m] !== 2 ** machines[m]!.type.instance.gpuCount - 1)
  ) {
    return false;
  }
  // Nodes of a kind have one type and, where they get all GPUs in one order, the same GPUs stage by stage.
  const looks = used.map((m) => {
    const gpus = rules.wholeInstances ? seatsOf(m).map((seat) => seat.gpus) : [];
    return [nameOf(m), ...gpus].join(" ");
  });
  if (rules.nodeKinds === "any") return true;
  return new Set(rules.nodeKinds === "one" ? looks : looks.slice(1)).size <= 1;
}

/** A placement that does what an outcome says, its layers shared out afresh. */
export function placementOf(problem: Problem, { point, seats }: Outcome): Placement {
  const numLayers = layerCount(problem.model);
  const frame = problem.costModel.latencyFrame(point, seats.length);
  const speeds = seats.map(({ machine, kind }, i) => {
    const next = seats[i + 1];
    if (!next) return kind.speeds.none;
    return kind.speeds[next.machine === machine ? "same_instance" : "other_instance"];
  });
  if (frame) {
    const ways = new LatencyWays(numLayers, problem.limits, frame);
    const all = speeds.reduce((soFar, speed) => ways.followedBy(soFar, speed), ways.none);
    return asPlacement(point, seats, ways.fastest(all)!.sizes);
  }
  // best[k][n]: the highest smallest rate of the first k stages holding n layers; taken[k][n]: the size of stage k there.
  const best: number[][] = [[Number.POSITIVE_INFINITY]];
  const taken: number[][] = [[]];
  for (const [index, { rates }] of speeds.entries()) {
    const now: number[] = [];
    const sizes: number[] = [];
    for (let total = 0; total <= numLayers; total++) {
      let highest = 0;
      let sizeThere = 0;
      for (let size = 1; size <= total; size++) {
        const rate = Math.min(best[index]![total - size] ?? 0, rates[total - size]![size]!);
        if (rate > highest) {
          highest = rate;
          sizeThere = size;
        }
      }
      now.push(highest);
      sizes.push(sizeThere);
    }
    best.push(now);
    taken.push(sizes);
  }
  const sizes: number[] = [];
  let end = numLayers;
  for (let index = seats.length - 1; index >= 0; index--) {
    const size = taken[index + 1]![end]!;
    sizes.unshift(size);
    end -= size;
  }
  return asPlacement(point, seats, sizes);
}

function asPlacement(
  point: OperatingPoint,
  seats: Outcome["seats"],
  sizes: readonly number[],
): Placement {
  let next = 1;
  const stages = seats.map(({ machine, gpuIds }, index): PlacementStage => {
    const start_layer = next;
    next += sizes[index]!;
    return {
      gpu_type: `${machine.type.instance.name}#${machine.index}`,
      tp_degree: gpuIds.length,
      gpu_ids: gpuIds,
      start_layer,
      end_layer: next - 1,
    };
  });
  return {
    batch_size: point.batch,
    sequence_length: point.inputTokens,
    output_length: point.outputTokens,
    workload_phase: point.phase,
    stages,
  };
}

/** The bandwidth below which links between instances may not be used: all pairs of GPUs listed, sorted and counted off. */
export function slowestAllowed({ pool, network }: Problem, quantile: number | null): number {
  if (quantile === null) return 0;
  const { gpuCount, gBytesPerSecond } = network.kind === "matrix" ? network : deriveMatrix(pool);
  const instanceOf = pool.types.flatMap((type) =>
    Array.from(
      { length: type.count * type.instance.gpuCount },
      (_, gpu) => `${type.position}/${Math.floor(gpu / type.instance.gpuCount)}`,
    ),
  );
  const links: number[] = [];
  for (let a = 0; a < gpuCount; a++) {
    // A derived network is symmetric: each pair once.
    for (let b = network.kind === "matrix" ? 0 : a + 1; b < gpuCount; b++) {
      if (instanceOf[a] !== instanceOf[b]) links.push(gBytesPerSecond[a * gpuCount + b]!);
    }
  }
  links.sort((a, b) => a - b);
  return links[Math.min(links.length - 1, Math.floor(quantile * links.length))] ?? 0;
}
