/** Signals to the real process while it makes tables of a whole catalogue, which takes far longer than these tests wait. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const HEAVY = [
  ...["solve", "--model", "deepseek-r1", "--providers", "AWS,GCP"],
  ...["--input-length", "2048", "--output-length", "512", "--json", "--verbose"],
];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the signal to the word that it was heard. */
  readonly heardMilliseconds: number;
}

/** Runs the heavy solve and sends it signals once its stderr shows the text. */
function interrupted(
  signals: readonly NodeJS.Signals[],
  at: string,
  argv: readonly string[] = HEAVY,
): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", MAIN, ...argv]);
  const texts = { stdout: "", stderr: "" };
  let sentAt: number | null = null;
  let heardMilliseconds = Number.POSITIVE_INFINITY;
  child.stdout!.on("data", (data) => {
    texts.stdout += data;
  });
  child.stderr!.on("data", (data) => {
    texts.stderr += data;
    if (sentAt === null && signals.length > 0 && texts.stderr.includes(at)) {
      sentAt = performance.now();
      for (const signal of signals) child.kill(signal);
    } else if (sentAt !== null && texts.stderr.includes("stopping with the best answer")) {
      heardMilliseconds = Math.min(heardMilliseconds, performance.now() - sentAt);
    }
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...texts, heardMilliseconds }));
  });
}

/** Far more than the pauses between two turns of the event loop, for machines that are busy. */
const SOON_MILLISECONDS = 2000;

describe("a signal while blocks are looked through", { timeout: 120_000 }, () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s keeps the best even split",
    async (signal) => {
      const { code, stdout, stderr, heardMilliseconds } = await interrupted(
        [signal],
        "bounds on all placements",
      );
      expect(stderr).toContain("stopping with the best answer so far");
      expect(heardMilliseconds).toBeLessThan(SOON_MILLISECONDS);
      expect(code).toBe(3);
      const solution = JSON.parse(stdout);
      expect(solution).toMatchObject({ status: "feasible", bound: null });
      expect(solution.placement.stages.length).toBeGreaterThan(0);
    },
  );

  it("with another one after it ends the process at once", async () => {
    const { code, stdout } = await interrupted(["SIGTERM", "SIGINT"], "bounds on all placements");
    // The system hands over signals that wait together in an order of its own.
    expect([130, 143]).toContain(code);
    expect(stdout).toBe("");
  });

  it("is not needed where a limit on time strikes: the best even split is the answer", async () => {
    const { code, stdout } = await interrupted([], "", [...HEAVY, "--time-limit", "0.01"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout).placement.stages.length).toBeGreaterThan(0);
  });

  it("leaves no bound, and the report says so in words", async () => {
    const inWords = HEAVY.filter((flag) => flag !== "--json");
    const { stdout } = await interrupted([], "", [...inWords, "--time-limit", "0.01"]);
    expect(stdout.replace(/\s+/g, " ")).toContain("the search stopped before it had a bound");
    expect(stdout).not.toContain("Infinity");
  });
});
