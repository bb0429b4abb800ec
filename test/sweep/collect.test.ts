import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { collect } from "../../src/files/collect.ts";
import { foundingProblem } from "../support/founding.ts";
import { A_RUN, changedPool, dearer, message, rowsOf, run, SMALL, useScratch } from "./scratch.ts";

const scratch = useScratch();

describe("collect", () => {
  test("writes the same bytes as the sweep", () => {
    run(foundingProblem(), {}, scratch.out);
    const written = readFileSync(join(scratch.out, "data.csv"), "utf8");
    rmSync(join(scratch.out, "data.csv"));
    expect(collect([scratch.out], join(scratch.out, "data.csv"))).toHaveLength(79);
    expect(readFileSync(join(scratch.out, "data.csv"), "utf8")).toBe(written);
  });

  test("joins directories in any order, best over all of them", () => {
    const [a, b] = [join(scratch.root, "a"), join(scratch.root, "b")];
    run(foundingProblem(), { families: ["g5.48xlarge"] }, a);
    run(foundingProblem(), { families: ["p4de.24xlarge"] }, b);
    collect([a, b], join(scratch.root, "ab.csv"));
    collect([b, a, a, scratch.root], join(scratch.root, "ba.csv"));
    expect(readFileSync(join(scratch.root, "ba.csv"), "utf8")).toBe(
      readFileSync(join(scratch.root, "ab.csv"), "utf8"),
    );
    const rows = rowsOf(join(scratch.root, "ab.csv"));
    expect(rows).toHaveLength(16);
    expect(rows.filter((row) => row.is_best === "YES").map((row) => row.device_type)).toEqual([
      "p4de.24xlarge",
    ]);
    expect(new Set(rows.map((row) => row.output_dir!.split("/")[0]))).toEqual(new Set(["a", "b"]));
  });

  test("gives paths from data.csv's own directory", () => {
    run(foundingProblem(), SMALL, scratch.out);
    mkdirSync(join(scratch.root, "reports"));
    collect([scratch.out], join(scratch.root, "reports", "data.csv"));
    const [row] = rowsOf(join(scratch.root, "reports", "data.csv"));
    expect(row!.output_dir).toMatch(/^\.\.\/out\/eval_family-/);
    expect(row!.source_path).toBe(`${row!.output_dir}/placement_metrics.csv`);
  });

  test("takes one run directory, and one under another name", () => {
    run(foundingProblem(), SMALL, scratch.out);
    const renamed = join(scratch.root, "baseline");
    cpSync(join(scratch.out, A_RUN), renamed, { recursive: true });
    const [only, ...others] = collect([renamed], join(scratch.root, "data.csv"));
    expect(others).toEqual([]);
    expect(relative(scratch.root, only!.directory)).toBe("baseline");
  });

  test("refuses one run of one problem in two places", () => {
    run(foundingProblem(), SMALL, scratch.out);
    cpSync(scratch.out, join(scratch.root, "copy"), { recursive: true });
    expect(message(() => collect([scratch.root], join(scratch.root, "data.csv")))).toMatch(
      /out.* is the same run of the same problem as .*copy/,
    );
    expect(existsSync(join(scratch.root, "data.csv"))).toBe(false);
  });

  test("keeps the same run of two problems", () => {
    run(foundingProblem(), SMALL, scratch.out);
    const dear = foundingProblem(changedPool("g5.12xlarge", dearer));
    const other = join(scratch.root, "dear");
    run(dear, { ...SMALL, families: ["g5.12xlarge"] }, other);
    const file = join(scratch.root, "data.csv");
    expect(collect([scratch.out, other], file)).toHaveLength(9 + 6);
    const text = readFileSync(file, "utf8");
    collect([other, scratch.out], file);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("passes unfinished runs by", () => {
    run(foundingProblem(), SMALL, scratch.out);
    renameSync(join(scratch.out, A_RUN), join(scratch.out, `.${A_RUN}.4194999.llm-placement.tmp`));
    expect(collect([scratch.out], join(scratch.out, "data.csv"))).toHaveLength(8);
  });

  test.each([
    ["missing", (path: string) => path, /there is no such directory/],
    [
      "without runs",
      (path: string) => {
        mkdirSync(path);
        return path;
      },
      /it contains no runs/,
    ],
    [
      "a file",
      (path: string) => {
        writeFileSync(path, "");
        return path;
      },
      /it is not a directory/,
    ],
  ])("refuses a directory that is %s", (_, make, expected) => {
    const path = make(join(scratch.root, "given"));
    expect(message(() => collect([path], join(scratch.root, "data.csv")))).toMatch(expected);
  });
});
