/**
 * Writes inputs that are larger than anything real, for the readers to be measured on: a pool of files, a catalogue, and a pool out
 * of that catalogue. One seed gives the same bytes every time.
 *
 *   npx tsx bench/large-inputs.ts --out DIR [--types N] [--mib N] [--seed N]
 *
 * prints the commands that are measured. DIR/pool holds N types; DIR/catalogue as many, with prices that fill N MiB.
 */
import { parseArgs } from "node:util";
import { writeLargeInputs } from "./large-input-files.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    types: { type: "string", default: "10000" },
    mib: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
  },
});
if (values.out === undefined) throw new Error("Give --out DIR.");
const commands = writeLargeInputs(values.out, {
  types: Number(values.types),
  mib: Number(values.mib),
  seed: Number(values.seed),
});
for (const { args } of commands) process.stdout.write(`node dist/cli/main.js ${args.join(" ")}\n`);
