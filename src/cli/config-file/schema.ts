import type { Command } from "commander";
import { z } from "zod";
import type { NumberRange } from "../../input/text/numbers.ts";
import type { FlagValue } from "../options/flag-value.ts";
import { POOL_KEY, SCHEMA_KEY } from "./apply.ts";
import { configKeys, type KeyUse } from "./keys.ts";
import { POOL_ITEM } from "./pool-schema.ts";

/** Where the published schema lies once the package is published; a name first of all. */
const SCHEMA_ID = "https://unpkg.com/llm-placement/schema/problem.schema.json";

/** The JSON Schema (draft 2020-12) of configuration files, made from the flags of the commands that read them. */
export function configJsonSchema(program: Command): object {
  const schema = z.toJSONSchema(configSchema(program), { io: "input", override: dropSafeBounds });
  const { $schema, ...rest } = schema;
  return { $schema, $id: SCHEMA_ID, ...rest };
}

function configSchema(program: Command): z.ZodType {
  const fields = [...configKeys(program)].map(
    ([key, uses]) => [key, key === POOL_KEY ? poolSchema(uses) : keySchema(uses)] as const,
  );
  return z
    .strictObject({
      [SCHEMA_KEY]: z.string().meta({ description: "This schema, for editors." }),
      ...Object.fromEntries(fields),
    })
    .partial()
    .meta({
      title: "A problem of llm-placement",
      description:
        "Flags of solve, evaluate, export, sweep and network, with underscores in their names. A flag on the command line overrides a key. Paths are relative to the file's directory.",
      examples: [
        {
          config_dir: ".",
          phase: "aggregated",
          input_length: 2048,
          output_length: 512,
          concurrency: 32,
          max_tpot_ms: 60,
          tp_degrees: [1, 2, 4, 8],
          own: { "g5.48xlarge": 2 },
        },
      ],
    });
}

/** What a key takes: the same in all commands that know it, or one of several things. */
function keySchema(uses: readonly KeyUse[]): z.ZodType {
  const byShape = new Map<string, { readonly use: KeyUse; readonly commands: string[] }>();
  for (const use of uses) {
    const shape = JSON.stringify([use.value, use.option.description]);
    const known = byShape.get(shape);
    if (known) known.commands.push(use.command);
    else byShape.set(shape, { use, commands: [use.command] });
  }
  const schemas = [...byShape.values()].map(({ use, commands }) =>
    valueSchema(use.value).meta({
      title: titleOf(use.option.name()),
      description: describe(use, commands),
    }),
  );
  const [first, second] = schemas;
  return second === undefined ? first! : z.union(schemas).meta({ title: first!.meta()!.title! });
}

/** The path that the flag takes, or a list. */
function poolSchema(uses: readonly KeyUse[]): z.ZodType {
  const list = z
    .array(POOL_ITEM)
    .min(1)
    .meta({ description: "What may be rented, from the catalogue of instances and prices." });
  return z.union([keySchema(uses), list]).meta({ title: "Pool" });
}

function titleOf(flagName: string): string {
  const words = flagName.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function describe({ option, value }: KeyUse, commands: readonly string[]): string {
  const text = option.description.charAt(0).toUpperCase() + option.description.slice(1);
  const unit = "range" in value && value.range.unit !== "" ? ` Unit: ${value.range.unit}.` : "";
  const path = value.kind === "path" ? " Path relative to this file's directory." : "";
  return `${text.replace(/\.$/, "")}.${unit}${path} Flag ${option.long} of ${commands.join(", ")}.`;
}

function valueSchema(value: FlagValue): z.ZodType {
  switch (value.kind) {
    case "switch":
      return z.boolean();
    case "text":
    case "path":
    case "name-or-path":
      return z.string().min(1);
    case "choice":
      return z.enum(value.choices);
    case "number":
      return numberSchema(value.range);
    case "numbers":
      return z.union([
        z.array(numberSchema(value.range)).min(1),
        numberSchema(value.range),
        z.string().min(1),
      ]);
    case "names":
      return z.union([z.array(z.string().min(1)).min(1), z.string().min(1)]);
    case "texts": {
      const item = z.union([z.string().min(1), z.number()]);
      return z.union([z.array(item).min(1), item]);
    }
    case "number-map":
      return z.union([z.record(z.string().min(1), numberSchema(value.range)), z.string().min(1)]);
  }
}

function numberSchema({ integer, min, above, max }: NumberRange): z.ZodNumber {
  let schema: z.ZodNumber = integer ? z.int() : z.number();
  if (min !== undefined) schema = schema.min(min);
  if (above !== undefined) schema = schema.gt(above);
  if (max !== undefined) schema = schema.max(max);
  return schema;
}

/** zod bounds integers to those that a double holds; a reader of the schema gains nothing from that. */
function dropSafeBounds({
  jsonSchema,
}: {
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
