import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cli, scratchDirectory } from "./harness.ts";

const root = scratchDirectory();
const has = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;
const scripts = new Map<string, string>();

beforeAll(async () => {
  writeFileSync(join(root, "my plan.json"), "");
  mkdirSync(join(root, "my-dir"));
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout, stderr } = await cli(["completion", shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    scripts.set(shell, join(root, `completion.${shell}`));
    writeFileSync(scripts.get(shell)!, stdout);
  }
});

function run(shell: string, script: string): string[] {
  const { status, stdout, stderr } = spawnSync(shell, ["-c", script], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\n").filter(Boolean);
}

/** What bash offers for a command line whose last word is being written. */
function byBash(...words: readonly string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(" ");
  // compopt works only while a key is handled; here the function is called by hand.
  return run(
    "bash",
    `source '${scripts.get("bash")}'; compopt() { :; }; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _llm_placement; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
}

/** What fish offers, without the descriptions. */
function byFish(line: string): string[] {
  const script = `source ${scripts.get("fish")}; complete -C '${line}'`;
  return run("fish", script).map((offer) => offer.split("\t")[0]!);
}

describe("completion", () => {
  it("knows no other shell", async () => {
    const { code, stderr } = await cli(["completion", "zhs"]);
    expect(code).toBe(1);
    expect(stderr).toContain('Did you mean "zsh"?');
  });

  it.skipIf(!has("bash"))("in bash: commands, flags, values, files and directories", () => {
    expect(byBash("llm-placement", "so")).toEqual(["solve"]);
    expect(byBash("llm-placement", "--qui")).toEqual(["--quiet"]);
    expect(byBash("llm-placement", "solve", "--phas")).toEqual(["--phase"]);
    expect(byBash("llm-placement", "sweep", "--phas")).toEqual(["--phase", "--phases"]);
    expect(byBash("llm-placement", "solve", "--phase", "")).toEqual([
      "prefill",
      "decode",
      "aggregated",
    ]);
    expect(byBash("llm-placement", "solve", "--model", "llama-3.3")).toEqual(["llama-3.3-70b"]);
    expect(byBash("llm-placement", "instances", "imp")).toEqual(["import"]);
    expect(byBash("llm-placement", "instances", "import", "--from", "")).toEqual([
      "skypilot",
      "vantage",
    ]);
    expect(byBash("llm-placement", "completion", "f")).toEqual(["fish"]);
    expect(byBash("llm-placement", "solve", "--config", "my").sort()).toEqual([
      "my plan.json",
      "my-dir",
    ]);
    expect(byBash("llm-placement", "solve", "--out", "my")).toEqual(["my-dir"]);
    expect(byBash("llm-placement", "compare", "my").sort()).toEqual(["my plan.json", "my-dir"]);
    expect(byBash("llm-placement", "solve", "--input-length", "")).toEqual([]);
    expect(byBash("llm-placement", "solve", "--quiet", "--solve")).toEqual(["--solver"]);
  });

  it.skipIf(!has("bash"))("in bash: registers itself for the program", () => {
    const [registered] = run("bash", `source '${scripts.get("bash")}'; complete -p llm-placement`);
    expect(registered).toBe("complete -F _llm_placement llm-placement");
  });

  it.skipIf(!has("fish"))("in fish: commands, flags, values and files", () => {
    expect(byFish("llm-placement so")).toEqual(["solve"]);
    expect(byFish("llm-placement solve --solve")).toEqual(["--solver"]);
    expect(byFish("llm-placement solve --phase ").sort()).toEqual([
      "aggregated",
      "decode",
      "prefill",
    ]);
    expect(byFish("llm-placement instances imp")).toEqual(["import"]);
    expect(byFish("llm-placement completion ").sort()).toEqual(["bash", "fish", "zsh"]);
    expect(byFish("llm-placement solve --config my-")).toEqual(["my-dir/"]);
  });

  it.skipIf(!has("zsh"))("in zsh: the script is one that zsh takes", () => {
    expect(
      run(
        "zsh",
        `autoload -U compinit; compinit -u -D; source ${scripts.get("zsh")}; print $_comps[llm-placement]`,
      ),
    ).toEqual(["_llm_placement"]);
  });
});
