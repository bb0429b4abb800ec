import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  completePlacement,
  type WorkloadFlags,
} from "../../src/input/placement/complete-placement.ts";
import {
  type PlacementInput,
  parsePlacement,
  parsePlacementLines,
} from "../../src/input/placement/parse-placement.ts";
import { findJsonBreak } from "../../src/input/text/json-position.ts";
import { PHASES, type Workload } from "../../src/workload/workload.ts";
import { messageOf } from "./texts.ts";

const STAGES = [
  { gpu_type: "g5.48xlarge#0", tp_degree: 2, gpu_ids: [0, 1], start_layer: 1, end_layer: 40 },
  { gpu_type: "g5.48xlarge#1", tp_degree: 1, start_layer: 41, end_layer: 80 },
];
const FULL = {
  batch_size: 32,
  sequence_length: 2048,
  output_length: 512,
  workload_phase: "aggregated",
  stages: STAGES,
} as const;

const parse = (value: unknown): PlacementInput => parsePlacement(JSON.stringify(value), "p.json");
/** FULL with its first stage changed; undefined removes a field. */
const withStage = (changes: Readonly<Record<string, unknown>>): unknown => ({
  ...FULL,
  stages: [{ ...STAGES[0], ...changes }, STAGES[1]],
});

describe("a placement file", () => {
  it("is read as it stands", () => {
    expect(parse(FULL)).toEqual(FULL);
    expect(parse({ stages: [] })).toEqual({ stages: [] });
    expect(parsePlacement(`\uFEFF${JSON.stringify(FULL)}`.slice(1), "p.json")).toEqual(FULL);
  });

  it("may give a stage's size instead of its end, or both", () => {
    expect(parse(withStage({ end_layer: undefined, segment_size: 40 }))).toEqual(FULL);
    expect(parse(withStage({ segment_size: 40 }))).toEqual(FULL);
  });

  it("may hold the placement beside other things", () => {
    const golden = { config: "large", kind: "manual", placement: FULL, result: { status: "?" } };
    expect(parse(golden)).toEqual({ ...FULL, isAnswer: true });
  });

  it("leaves what only the pool and the model can tell to evaluate", () => {
    const odd = { gpu_type: "nowhere", gpu_ids: [-1, 7, 7], start_layer: 0, end_layer: -3 };
    expect(parse(withStage(odd)).stages[0]).toEqual({ ...odd, tp_degree: 2 });
  });

  it.each([
    ["array", [FULL], "p.json: it is [{", "Give a JSON object."],
    ["null", null, "p.json: it is null"],
    ["no stages", { batch_size: 1 }, "p.json: stages: it is missing", "an array of stages"],
    ["stages an object", { stages: {} }, "p.json: stages: it is {}"],
    ["stage null", { stages: [null] }, "p.json: stages[0]: it is null"],
    [
      "unknown field",
      { ...FULL, batchsize: 8 },
      'batchsize: unknown field "batchsize"',
      '"batch_size"?',
    ],
    ["placement beside stages", { ...FULL, placement: FULL }, 'unknown field "placement"'],
    [
      "unknown stage field",
      withStage({ tp: 2 }),
      'stages[0].tp: unknown field "tp"',
      'Did you mean "tp_degree"?',
    ],
    ["stage field misspelt", withStage({ tp_degre: 2 }), 'Did you mean "tp_degree"?'],
    ["batch of 0", { ...FULL, batch_size: 0 }, "batch_size: it is 0", "a whole number from 1"],
    ["half a batch", { ...FULL, batch_size: 1.5 }, "batch_size: it is 1.5"],
    ["batch in quotes", { ...FULL, batch_size: "32" }, 'it is "32"', "without quotes"],
    ["batch null", { ...FULL, batch_size: null }, "batch_size: it is null"],
    ["input of 0", { ...FULL, sequence_length: 0 }, "sequence_length: it is 0"],
    ["negative output", { ...FULL, output_length: -1 }, "output_length: it is -1", "from 0"],
    ["phase misspelt", { ...FULL, workload_phase: "decod" }, 'Did you mean "decode"?'],
    ["phase a number", { ...FULL, workload_phase: 1 }, "workload_phase: it is 1"],
    ["no instance", withStage({ gpu_type: undefined }), "stages[0].gpu_type: it is missing"],
    ["instance empty", withStage({ gpu_type: "" }), 'gpu_type: it is ""', "g5.48xlarge#0"],
    ["TP degree of 0", withStage({ tp_degree: 0 }), "stages[0].tp_degree: it is 0"],
    ["no start", withStage({ start_layer: undefined }), "start_layer: it is missing"],
    ["no end", withStage({ end_layer: undefined }), "end_layer: it is missing"],
    ["layer a list", withStage({ start_layer: [1] }), "start_layer: it is [1]"],
    ["size of 0", withStage({ segment_size: 0 }), "segment_size: it is 0"],
    [
      "size and end disagree",
      withStage({ segment_size: 39 }),
      "stages[0]: segment_size 39",
      "is 40",
    ],
    ["GPU ids a text", withStage({ gpu_ids: "0,1" }), 'gpu_ids: it is "0,1"', "an array"],
    ["GPU ids null", withStage({ gpu_ids: null }), "stages[0].gpu_ids: it is null"],
    ["GPU id a text", withStage({ gpu_ids: [0, "1"] }), 'stages[0].gpu_ids[1]: it is "1"'],
    ["placement null", { placement: null }, "p.json: placement: it is null"],
    [
      "an answer without a placement",
      { placement: null, status: "infeasible" },
      'p.json: placement: it is null: the answer is "infeasible". Give an answer that has a placement.',
    ],
    [
      "wrong inside a wrapped placement",
      { placement: withStage({ tp_degree: -1 }), status: "?" },
      "p.json: placement.stages[0].tp_degree: it is -1",
    ],
  ])("is refused: %s", (_name, value, ...says) => {
    const message = messageOf(() => parse(value));
    for (const part of says) expect(message).toContain(part);
  });

  it("is refused for numbers that JSON writes and computers do not hold", () => {
    const text = JSON.stringify(FULL).replace("32", "1e400");
    expect(messageOf(() => parsePlacement(text, "p.json"))).toContain(
      "p.json:1, column 15: the number 1e400 is larger",
    );
  });

  it.each([
    ["", "p.json:1: there is no placement"],
    ["\n \n", "p.json:1: there is no placement"],
    [
      '{\n  "stages": [\n  ],\n}',
      "p.json:4, column 1: invalid JSON: expected a name in double quotes",
      '"}"',
    ],
    ['{"stages": [1 2]}', "p.json:1, column 15: invalid JSON: expected a comma or ]", '"2"'],
    ['{"stages": [\n{"tp_degree": NaN}]}', "p.json:2, column 15", "a value", '"NaN"'],
    ["{'stages': []}", "p.json:1, column 2", `"'"`],
    ['{"stages": []', "p.json:1, column 14", "a comma or }", "the end"],
    ['{"stages" []}', "p.json:1, column 11", "a colon"],
    ['{"stages": []} {}', "p.json:1, column 16", "expected the end, found"],
    ['{"stages": ["a\nb"]}', "p.json:1, column 13"],
    ["nonsense", "p.json:1, column 1"],
  ])("is refused for broken JSON: %j", (text, ...says) => {
    const message = messageOf(() => parsePlacement(text, "p.json"));
    for (const part of says) expect(message).toContain(part);
  });

  it("agrees with a schema on what is a placement (property)", () => {
    const stage = z
      .strictObject({
        gpu_type: z.string().min(1),
        tp_degree: z.int().min(1),
        gpu_ids: z.array(z.int()).optional(),
        start_layer: z.int(),
        end_layer: z.int().optional(),
        segment_size: z.int().min(1).optional(),
      })
      .refine(({ start_layer, end_layer, segment_size }) =>
        segment_size === undefined
          ? end_layer !== undefined
          : end_layer === undefined || end_layer === start_layer + segment_size - 1,
      );
    const schema = z.strictObject({
      batch_size: z.int().min(1).optional(),
      sequence_length: z.int().min(1).optional(),
      output_length: z.int().min(0).optional(),
      workload_phase: z.enum(PHASES).optional(),
      stages: z.array(stage),
    });
    const odd = fc.oneof(
      fc.integer({ min: -2, max: 2 }),
      fc.constantFrom(0.5, 1e20, "1", "", null, true, "decode", [], [0], [0.5], {}),
    );
    const key = fc.constantFrom(
      ...Object.keys(FULL),
      ...[
        "gpu_type",
        "tp_degree",
        "gpu_ids",
        "start_layer",
        "end_layer",
        "segment_size",
        "__proto__",
      ],
    );
    const change = fc.record({
      inStage: fc.boolean(),
      key,
      value: fc.option(odd, { nil: undefined }),
    });
    const verdicts = { good: 0, bad: 0 };
    fc.assert(
      fc.property(fc.array(change, { maxLength: 2 }), (changes) => {
        const value = structuredClone(FULL) as unknown as Record<string, unknown>;
        const first = (value.stages as Record<string, unknown>[])[0]!;
        for (const { inStage, key: name, value: to } of changes) {
          Object.defineProperty(inStage ? first : value, name, {
            value: to,
            enumerable: true,
            configurable: true,
            writable: true,
          });
        }
        const text = JSON.stringify(value);
        const expected = schema.safeParse(JSON.parse(text)).success;
        verdicts[expected ? "good" : "bad"]++;
        const [line] = parsePlacementLines(text, "p");
        expect("placement" in line!, text).toBe(expected);
      }),
      { numRuns: 500 },
    );
    expect(verdicts.good).toBeGreaterThan(10);
    expect(verdicts.bad).toBeGreaterThan(10);
  });
});

describe("the place where JSON breaks", () => {
  it("is nowhere exactly when JSON.parse takes the text (property)", () => {
    const isJson = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const piece = fc.constantFrom(
      ...'{}[],:" \n\\eu0.-+',
      ...[
        '"a"',
        '"\\u00e9"',
        "12",
        "-0.5e3",
        "01",
        "true",
        "null",
        "nul",
        '{"a":1}',
        "[1,2]",
        '"x":',
      ],
    );
    const soup = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(fc.oneof(soup, fc.json()), (text) => {
        expect(findJsonBreak(text) === null, text).toBe(isJson(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("is where a character was spoilt (property)", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, seed) => {
        const offset = seed % (text.length + 1);
        const spoilt = `${text.slice(0, offset)}\u0001${text.slice(offset)}`;
        const found = findJsonBreak(spoilt)!;
        // A spoilt string or number may only be told as a whole, from where it starts.
        expect(found.line).toBe(1);
        expect(found.column).toBeLessThanOrEqual(offset + 1);
      }),
    );
  });
});

describe("a file with one placement a line", () => {
  it("answers every line in its place, and one bad line spoils no other", () => {
    const lines = [
      JSON.stringify(FULL),
      "{broken",
      "",
      JSON.stringify({ placement: FULL, kind: "manual" }),
      JSON.stringify(withStage({ tp_degree: 0 })),
    ];
    for (const text of [lines.join("\n"), `${lines.join("\r\n")}\r\n\r\n`]) {
      const read = parsePlacementLines(text, "p.jsonl");
      expect(read.map((line) => line.where)).toEqual([1, 2, 3, 4, 5].map((n) => `p.jsonl:${n}`));
      expect(read[0]).toMatchObject({ placement: FULL });
      expect(read[3]).toMatchObject({ placement: FULL });
      const errors = [1, 2, 4].map((index) => {
        const line = read[index]!;
        return "error" in line ? line.error.message : "read";
      });
      expect(errors[0]).toContain("p.jsonl:2, column 2: invalid JSON");
      expect(errors[1]).toContain("p.jsonl:3: there is no placement");
      expect(errors[2]).toContain("p.jsonl:5: stages[0].tp_degree: it is 0");
    }
  });

  it("has no lines when it is empty", () => {
    expect(parsePlacementLines(" \n\n", "p.jsonl")).toEqual([]);
  });
});

describe("a placement's operating point", () => {
  const NONE: Workload = {
    phase: null,
    inputTokens: null,
    outputTokens: null,
    minBatch: null,
    maxBatch: null,
  };
  const GIVEN: Workload = {
    phase: "decode",
    inputTokens: 100,
    outputTokens: 10,
    minBatch: 2,
    maxBatch: 4,
  };
  const complete = (input: PlacementInput, workload: Workload, flags?: WorkloadFlags) =>
    completePlacement(input, workload, "p.json", flags);

  it("is the placement's own where it has one, else the problem's", () => {
    expect(complete(FULL, GIVEN)).toEqual(FULL);
    expect(complete({ stages: STAGES }, GIVEN)).toEqual({
      batch_size: 2,
      sequence_length: 100,
      output_length: 10,
      workload_phase: "decode",
      stages: STAGES,
    });
    expect(complete({ output_length: 0, stages: [] }, GIVEN).output_length).toBe(0);
  });

  it("has no output in prefill and decode when nobody gives one", () => {
    const input = { batch_size: 1, sequence_length: 1, stages: [] };
    expect(complete({ ...input, workload_phase: "prefill" }, NONE).output_length).toBe(0);
    expect(complete({ ...input, workload_phase: "decode" }, NONE).output_length).toBe(0);
  });

  it.each([
    [{ ...FULL, workload_phase: undefined }, "workload_phase", "--phase"],
    [{ ...FULL, batch_size: undefined }, "batch_size", "min_batch_size into config.csv"],
    [{ ...FULL, sequence_length: undefined }, "sequence_length", "--input-length"],
    [{ ...FULL, output_length: undefined }, "output_length", "--output-length"],
  ])("names what is missing", (input, field, hint) => {
    const message = messageOf(() => complete(parse(input), NONE));
    expect(message).toContain(`p.json: neither the placement nor the problem gives ${field}.`);
    expect(message).toContain(hint);
  });

  it("has to have output in aggregated serving", () => {
    const message = messageOf(() => complete({ ...FULL, output_length: 0 }, NONE));
    expect(message).toContain("p.json: aggregated serving with output_length 0");
  });

  it.each<[WorkloadFlags, string]>([
    [{ phase: "decode" }, "--phase: decode contradicts workload_phase aggregated"],
    [{ inputTokens: 1 }, "--input-length: 1 contradicts sequence_length 2048"],
    [{ outputTokens: 1 }, "--output-length: 1 contradicts output_length 512"],
    [{ minBatch: 33 }, "--min-batch-size: 33 contradicts batch_size 32"],
    [{ maxBatch: 31 }, "--max-batch-size: 31 contradicts batch_size 32"],
  ])("may not contradict a flag: %j", (flags, says) => {
    const message = messageOf(() => complete(FULL, GIVEN, flags));
    expect(message).toContain(`${says} of the placement in p.json`);
    const silent = { stages: STAGES };
    expect(complete(silent, GIVEN, flags)).toMatchObject({ batch_size: 2 });
  });

  it("may repeat what flags say", () => {
    const flags: WorkloadFlags = {
      phase: "aggregated",
      inputTokens: 2048,
      outputTokens: 512,
      minBatch: 32,
      maxBatch: 32,
    };
    expect(complete(FULL, GIVEN, flags)).toEqual(FULL);
  });
});
