import { groupBy } from "../../lists.ts";
import { type Builder, ones } from "../../milp/builder.ts";

/** Where a stage stands, as far as links are concerned: a lowest GPU, or an instance. */
export interface Node {
  readonly label: string;
  /** Nodes of one instance share this. */
  readonly instance: string;
  /** Where the next stage of one that starts here stands: on the same instance, on another one, or wherever links allow. */
  readonly sendsTo: "same" | "other" | "any";
  /** Columns of the stages that start here after some number of layers: starts[before]. */
  readonly starts: readonly (readonly number[])[];
}

/** What the rows below forbid and count. */
export interface StateRules {
  /** Whether a stage on the second of two nodes may follow one on the first. */
  readonly allows: (source: number, target: number) => boolean;
  /** Cost of a link between instances; null leaves those rows out. */
  readonly perLink: number | null;
  /**
   * Whether the stages of an instance have to follow each other:
   *   enter_ph ≥ Σ_{v on h} X_vp − Σ_{v on h} c_{p−1,v},  Σ_p enter_ph ≤ 1
   */
  readonly oneRun: boolean;
}

/**
 * Rows that know, layer by layer, on which node the stage stands that holds the layer; with them a link from one stage to
 * the next can be forbidden or paid for. X_vp are the starts on node v after layer p.
 *
 *   c_pv = 1 when the stage that holds layer p + 1 stands on v:   Σ_v c_pv = 1,  c_pv ≥ X_vp,  c_pv ≥ c_{p−1,v} − s_p
 *   forbidden links:                                              X_vp ≤ Σ {c_{p−1,a} : a → v allowed}
 *   (where most are allowed:  X_vp + Σ {c_{p−1,a} : a → v not allowed} ≤ 1)
 *   behind a stage that stays none starts on another instance h:  X_hp + Σ {c_{p−1,a} : a stays, not on h} ≤ 1
 *   behind one that leaves none starts on its own instance h:     X_hp + Σ {c_{p−1,a} : a leaves h} ≤ 1
 *   links between instances:                                      cross_p ≥ Σ_{v on h} X_vp − Σ_{v on h} c_{p−1,v}
 *
 * @param s columns that count the starts after a layer; entry 0 is not used
 * @returns columns that add up to the links between instances; empty without those rows
 */
export function addStateRows(
  build: Builder,
  nodes: readonly Node[],
  s: readonly number[],
  { allows, perLink, oneRun }: StateRules,
): number[] {
  const layers = s.length;
  const crossings: number[] = [];
  const entries = new Map<string, number[]>();
  const c = Array.from({ length: layers }, (_, p) =>
    nodes.map(({ label }) => build.column(`c.a${p}.${label}`, 0, 1, false)),
  );
  const byInstance = groupBy(nodes.keys(), (v) => nodes[v]!.instance);
  const staying = nodes.flatMap(({ sendsTo }, v) => (sendsTo === "same" ? [v] : []));
  const sources = nodes.map((_, v) => {
    const of = nodes.map((__, a) => allows(a, v));
    return { of, count: of.filter((isAllowed) => isAllowed).length };
  });
  const enter = (instance: string, columns: readonly number[]): void => {
    const list = entries.get(instance);
    if (list) list.push(...columns);
    else entries.set(instance, [...columns]);
  };
  for (let p = 0; p < layers; p++) {
    build.row(`state.a${p}`, 1, 1, ones(c[p]!));
    for (const [v, { label, starts }] of nodes.entries()) {
      const here = starts[p]!;
      const state = { column: c[p]![v]!, coefficient: 1 };
      if (here.length > 0) {
        build.row(`enter.a${p}.${label}`, 0, Number.POSITIVE_INFINITY, [
          state,
          ...here.map((column) => ({ column, coefficient: -1 })),
        ]);
      }
      if (p === 0) continue;
      build.row(`stay.a${p}.${label}`, 0, Number.POSITIVE_INFINITY, [
        state,
        { column: c[p - 1]![v]!, coefficient: -1 },
        { column: s[p]!, coefficient: 1 },
      ]);
      if (here.length === 0) continue;
      const isSource = sources[v]!;
      if (isSource.count === nodes.length) continue;
      const columns = c[p - 1]!;
      if (2 * isSource.count < nodes.length) {
        build.row(`link.a${p}.${label}`, Number.NEGATIVE_INFINITY, 0, [
          ...ones(here),
          ...columns.flatMap((column, a) => (isSource.of[a] ? [{ column, coefficient: -1 }] : [])),
        ]);
      } else {
        build.row(`link.a${p}.${label}`, Number.NEGATIVE_INFINITY, 1, [
          ...ones(here),
          ...ones(columns.filter((_, a) => !isSource.of[a])),
        ]);
      }
    }
    if (p > 0 && staying.length > 0) {
      const stayed = build.column(`stayed.a${p}`, 0, 1, false);
      build.row(`stayed.a${p}`, 0, 0, [
        { column: stayed, coefficient: 1 },
        ...staying.map((v) => ({ column: c[p - 1]![v]!, coefficient: -1 })),
      ]);
      for (const [instance, members] of byInstance) {
        const here = members.flatMap((v) => nodes[v]!.starts[p]!);
        if (here.length === 0) continue;
        const own = (kind: Node["sendsTo"]): number[] =>
          members.flatMap((v) => (nodes[v]!.sendsTo === kind ? [c[p - 1]![v]!] : []));
        build.row(`stayed.a${p}.${instance}`, Number.NEGATIVE_INFINITY, 1, [
          ...ones([...here, stayed]),
          ...own("same").map((column) => ({ column, coefficient: -1 })),
        ]);
        const left = own("other");
        if (left.length === 0) continue;
        build.row(`left.a${p}.${instance}`, Number.NEGATIVE_INFINITY, 1, ones([...here, ...left]));
      }
    }
    if (oneRun) {
      for (const [instance, members] of byInstance) {
        const here = members.flatMap((v) => nodes[v]!.starts[p]!);
        if (p === 0) enter(instance, here);
        if (p === 0 || here.length === 0) continue;
        const column = build.column(`enter.a${p}.${instance}`, 0, 1, false);
        build.row(`enters.a${p}.${instance}`, 0, Number.POSITIVE_INFINITY, [
          { column, coefficient: 1 },
          ...here.map((start) => ({ column: start, coefficient: -1 })),
          ...ones(members.map((v) => c[p - 1]![v]!)),
        ]);
        enter(instance, [column]);
      }
    }
    if (p === 0 || perLink === null) continue;
    const cross = build.column(`cross.a${p}`, perLink, 1, false);
    crossings.push(cross);
    for (const [instance, members] of byInstance) {
      const here = members.flatMap((v) => nodes[v]!.starts[p]!);
      if (here.length === 0) continue;
      build.row(`cross.a${p}.${instance}`, 0, Number.POSITIVE_INFINITY, [
        { column: cross, coefficient: 1 },
        ...here.map((column) => ({ column, coefficient: -1 })),
        ...ones(members.map((v) => c[p - 1]![v]!)),
      ]);
    }
  }
  for (const [instance, columns] of entries) {
    build.row(`one_run.${instance}`, Number.NEGATIVE_INFINITY, 1, ones(columns));
  }
  return crossings;
}
