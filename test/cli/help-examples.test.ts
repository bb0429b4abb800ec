import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainProgram } from "../../bench/plain-program.ts";
import { measuredCsv } from "../input/measured-csv.ts";
import { cli, scratchDirectory } from "./harness.ts";

const project = process.cwd();
const root = scratchDirectory();

/** The files that examples call the user's own; everything else is the project's. */
beforeAll(() => {
  for (const folder of ["config", "examples"]) {
    symlinkSync(join(project, folder), join(root, folder));
  }
  writeFileSync(join(root, "measured.csv"), measuredCsv({}, { tp: "2" }));
  writeFileSync(
    join(root, "vms.csv"),
    `InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone
p5.48xlarge,H100,8.0,192.0,2048.0,,55.04,20.5,us-east-1,us-east-1a
`,
  );
  process.chdir(root);
});
afterAll(() => process.chdir(project));

/** All commands, those of commands included, by what is typed. */
function commandPaths(command: Command, path: readonly string[] = []): string[][] {
  return command.commands.flatMap((inner) => [
    [...path, inner.name()],
    ...commandPaths(inner, [...path, inner.name()]),
  ]);
}

/** The examples at the end of a command's help, as words. */
async function examplesOf(path: readonly string[]): Promise<string[][]> {
  const { stdout } = await cli([...path, "--help"]);
  const text = stdout.slice(stdout.search(/^Examples?:$/m)).replaceAll(/ \\\n +/g, " ");
  const lines = [...text.matchAll(/^ {2}\$ llm-placement (.*)$/gm)].map(([, line]) => line!);
  return lines.map((line) => line.replace(/ > .*$/, "").split(" "));
}

describe("the examples in the help", () => {
  // Later ones use what earlier ones wrote, as a reader would.
  it("are one to three for every command, and all of them run", async () => {
    const ran: string[] = [];
    for (const path of commandPaths(plainProgram())) {
      const examples = await examplesOf(path);
      expect(examples.length, path.join(" ")).toBeGreaterThanOrEqual(1);
      expect(examples.length, path.join(" ")).toBeLessThanOrEqual(3);
      for (const words of examples) {
        expect(words.slice(0, path.length)).toEqual(path);
        const { code, stdout, stderr } = await cli(words);
        expect({ code, error: /^error.*/m.exec(stderr)?.[0] }, words.join(" ")).toEqual({
          code: 0,
        });
        expect(stdout, words.join(" ")).not.toBe("");
        ran.push(words.join(" "));
      }
    }
    expect(ran.length).toBeGreaterThan(15);
  });
});
