import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CliIo, Verbosity } from "../../src/cli/io/io.ts";
import { startProgress } from "../../src/cli/io/progress.ts";

const ERASE = "\r\u001b[K";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function terminal(
  isTty: boolean,
  columns?: number,
  verbosity: Verbosity = "normal",
): { io: CliIo; written: string[] } {
  const written: string[] = [];
  const output = { isTty, columns, write: (text: string): void => void written.push(text) };
  const io: CliIo = {
    stdout: output,
    stderr: output,
    env: {},
    verbosity,
    exit: () => undefined,
    onInterrupt: () => () => undefined,
  };
  return { io, written };
}

describe("progress", () => {
  it("shows nothing in the first second", () => {
    const { io, written } = terminal(true);
    const progress = startProgress(io);
    progress.show(() => "working");
    vi.advanceTimersByTime(900);
    progress.end();
    expect(written).toEqual([]);
  });

  it("goes on by itself, and is erased in the end", () => {
    const { io, written } = terminal(true);
    const progress = startProgress(io);
    progress.show((seconds) => `${seconds.toFixed(1)} s`);
    vi.advanceTimersByTime(1600);
    expect(written).toEqual([`${ERASE}1.0 s`, `${ERASE}1.3 s`, `${ERASE}1.5 s`]);
    progress.end();
    vi.advanceTimersByTime(5000);
    expect(written.at(-1)).toBe(ERASE);
    expect(written).toHaveLength(4);
  });

  it("never fills the last column", () => {
    const { io, written } = terminal(true, 20);
    const progress = startProgress(io);
    progress.show(() => "x".repeat(50));
    vi.advanceTimersByTime(1000);
    expect(written).toEqual([ERASE + "x".repeat(19)]);
    progress.end();
  });

  it("draws when told to in work that stops timers, but not more often than it can be read", () => {
    const { io, written } = terminal(true);
    const progress = startProgress(io);
    progress.show(() => "run");
    vi.setSystemTime(0);
    vi.clearAllTimers();
    vi.advanceTimersByTime(2000);
    for (let i = 0; i < 1000; i++) progress.tick();
    expect(written).toEqual([`${ERASE}run`]);
    progress.end();
  });

  it("is silent where stderr is no terminal", () => {
    const { io, written } = terminal(false);
    const progress = startProgress(io);
    progress.show(() => "working");
    vi.advanceTimersByTime(5000);
    progress.tick();
    progress.end();
    expect(written).toEqual([]);
  });

  it("is plain lines for a process without a terminal: from two seconds on, every ten, and when something else begins", () => {
    const { io, written } = terminal(false);
    const progress = startProgress({ ...io, progressLines: true });
    progress.phase(() => "begun");
    progress.show((seconds) => `${seconds.toFixed(1)} s`);
    progress.log(() => "only with --verbose");
    vi.advanceTimersByTime(1900);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(10_200);
    expect(written).toEqual(["2.0 s\n", "12.0 s\n"]);
    progress.phase((seconds) => `${seconds.toFixed(1)} s now the frontier`);
    vi.advanceTimersByTime(9900);
    expect(written.slice(2)).toEqual(["12.1 s now the frontier\n"]);
    vi.advanceTimersByTime(250);
    progress.end();
    vi.advanceTimersByTime(20_000);
    expect(written.slice(3)).toEqual(["22.3 s\n"]);
  });

  it("is silent with --quiet where lines are plain", () => {
    const { io, written } = terminal(false, undefined, "quiet");
    const progress = startProgress({ ...io, progressLines: true });
    progress.show(() => "working");
    vi.advanceTimersByTime(20_000);
    progress.phase(() => "else");
    progress.end();
    expect(written).toEqual([]);
  });

  it("is silent with --quiet, on a terminal as well", () => {
    const { io, written } = terminal(true, 80, "quiet");
    const progress = startProgress(io);
    progress.show(() => "working");
    progress.log(() => "found");
    vi.advanceTimersByTime(5000);
    progress.tick();
    progress.end();
    expect(written).toEqual([]);
  });

  it("with --verbose is a line every five seconds where stderr is no terminal", () => {
    const { io, written } = terminal(false, undefined, "verbose");
    const progress = startProgress(io);
    progress.show((seconds) => `${seconds.toFixed(1)} s`);
    vi.advanceTimersByTime(4900);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(10_100);
    expect(written).toEqual(["5.0 s\n", "10.0 s\n", "15.0 s\n"]);
    progress.end();
    expect(written).toHaveLength(3);
  });

  it("with --verbose logs lines that stay, above the one that is drawn", () => {
    const { io, written } = terminal(true, 80, "verbose");
    const progress = startProgress(io);
    progress.show(() => "working");
    vi.advanceTimersByTime(1000);
    progress.log((seconds) => `${seconds.toFixed(1)} s found`);
    vi.advanceTimersByTime(250);
    progress.end();
    expect(written).toEqual([`${ERASE}working`, ERASE, "1.0 s found\n", `${ERASE}working`, ERASE]);
  });

  it("logs nothing without --verbose", () => {
    const { io, written } = terminal(true);
    const progress = startProgress(io);
    progress.log(() => "found");
    progress.end();
    expect(written).toEqual([]);
  });
});
