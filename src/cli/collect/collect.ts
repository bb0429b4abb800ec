import { collect } from "../../files/collect.ts";
import { createColours } from "../../report/colours.ts";
import { renderSweep } from "../../report/sweep.ts";
import { checkOutFile } from "../io/check-output.ts";
import { type CliIo, EXIT, wantsColours } from "../io/io.ts";
import { requireFlag } from "../options/problem-flags.ts";

/** `collect`: the runs below some directories in one data.csv. */
export async function runCollect(
  directories: readonly string[],
  flags: { readonly out?: string },
  io: CliIo,
): Promise<number> {
  const out = requireFlag("--out", flags.out, "Give the data.csv to write.");
  checkOutFile("--out", out);
  const runs = collect(directories, out);
  await io.stdout.write(renderSweep(runs, out, createColours(wantsColours(io))));
  return EXIT.ok;
}
