import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { shellQuote } from "../../src/export/shell.ts";
import { filesOf, TWO_KINDS } from "./launches.ts";

const GOLDEN = fileURLToPath(new URL("golden/", import.meta.url));
const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
const title = hasShellcheck ? "shellcheck" : "shellcheck is not installed: skipped";

const scratch = mkdtempSync(join(tmpdir(), "shellcheck-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Golden scripts, and the commands of golden SkyPilot tasks as scripts. */
function scripts(): [name: string, path: string][] {
  return readdirSync(GOLDEN, { recursive: true, encoding: "utf8" })
    .sort()
    .flatMap((name): [string, string][] => {
      if (name.endsWith(".sh")) return [[name, join(GOLDEN, name)]];
      if (!name.startsWith("skypilot/") || !name.endsWith(".yaml")) return [];
      const task = parseDocument(readFileSync(join(GOLDEN, name), "utf8")).toJS() as {
        run: string;
      };
      const path = join(scratch, `${name.replaceAll("/", "_")}.sh`);
      writeFileSync(path, `#!/usr/bin/env bash\n${task.run}`);
      return [[name, path]];
    });
}

function shellcheck(path: string): string {
  return spawnSync("shellcheck", [path], { encoding: "utf8" }).stdout;
}

describe.skipIf(!hasShellcheck)(title, () => {
  it.each(scripts())("has nothing to say of %s", (_, path) => {
    expect(shellcheck(path)).toBe("");
  });

  it("has nothing to say of names that the shell could expand", () => {
    const [file] = filesOf("vllm", TWO_KINDS, { checkpoint: "$HOME/it's `x`" });
    const path = join(scratch, "names.sh");
    writeFileSync(path, file!.text);
    expect(shellcheck(path)).toBe("");
  });

  it("would find what is wrong", () => {
    const path = join(scratch, "wrong.sh");
    writeFileSync(path, "#!/usr/bin/env bash\nvllm serve $MODEL\n");
    expect(shellcheck(path)).toContain("SC2086");
  });
});

describe("quoting", () => {
  it("hands any text to a command as it is", () => {
    const texts = fc.sample(fc.string({ unit: "grapheme", maxLength: 20 }), {
      seed: 7,
      numRuns: 300,
    });
    const words = [...texts, "it's", "$HOME", "`id`", "\\", '"', "'$`\"\\", "a\nb", "!x", ""];
    const script = `printf '%s\\0' ${words.map(shellQuote).join(" ")}`;
    const { stdout } = spawnSync("/bin/bash", ["-c", script], { encoding: "utf8" });
    expect(stdout.split("\0").slice(0, -1)).toEqual(words);
  });
});
