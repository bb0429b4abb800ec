import { ERASE_LINE } from "../../terminal-text.ts";
import type { CliIo } from "./io.ts";

/** Work shorter than this shows no progress. */
const QUIET_MILLISECONDS = 1000;
const REDRAW_MILLISECONDS = 250;
/** Where lines stay, as in a log, they come less often: with --verbose, and without. */
const LOG_MILLISECONDS = 5000;
const PLAIN_MILLISECONDS = 10_000;
/** Lines that stay tell of work that takes longer than most. */
const PLAIN_QUIET_MILLISECONDS = 2000;

/** What stderr shows of work that goes on. */
export interface Progress {
  /** Called again and again for the current text, so that a clock in it goes on. */
  show(text: (elapsedSeconds: number) => string): void;
  /** Says on a line that stays what begins, with --verbose and where stderr is no terminal. */
  phase(text: (elapsedSeconds: number) => string): void;
  /** Draws now, for work that does not let timers run. */
  tick(): void;
  /** Says with --verbose, on a line that stays, what has happened. */
  log(text: (elapsedSeconds: number) => string): void;
  /** Ends, and erases a line that does not stay. */
  end(): void;
}

/**
 * Starts the progress of some work. On a terminal it is one line that is drawn again and again, elsewhere a line when something else
 * begins and now and then; with --quiet it is silent.
 */
export function startProgress({
  stderr,
  verbosity = "normal",
  progressLines = false,
}: CliIo): Progress {
  const isVerbose = verbosity === "verbose";
  if (verbosity === "quiet" || !(stderr.isTty || isVerbose || progressLines)) {
    const silent = (): void => undefined;
    return { show: silent, tick: silent, phase: silent, log: silent, end: silent };
  }
  const isPlain = !stderr.isTty && !isVerbose;
  const started = performance.now();
  const quiet = isPlain ? PLAIN_QUIET_MILLISECONDS : QUIET_MILLISECONDS;
  const period = isPlain
    ? PLAIN_MILLISECONDS
    : stderr.isTty
      ? REDRAW_MILLISECONDS
      : LOG_MILLISECONDS;
  let current: ((elapsedSeconds: number) => string) | null = null;
  let isDrawn = false;
  let lastDraw = isPlain ? started + quiet - period : stderr.isTty ? 0 : started;
  const elapsedSeconds = (): number => (performance.now() - started) / 1000;
  const erase = (): void => {
    if (isDrawn) void stderr.write(ERASE_LINE);
    isDrawn = false;
  };
  const draw = (): void => {
    const now = performance.now();
    if (current === null || now - started < quiet || now - lastDraw < period) return;
    lastDraw = now;
    const text = current(elapsedSeconds());
    if (!stderr.isTty) {
      void stderr.write(`${text}\n`);
      return;
    }
    isDrawn = true;
    // One column stays free: in the last one some terminals go to the next line.
    void stderr.write(ERASE_LINE + text.slice(0, (stderr.columns ?? 80) - 1));
  };
  const log = (text: (elapsedSeconds: number) => string): void => {
    erase();
    void stderr.write(`${text(elapsedSeconds())}\n`);
  };
  const timer = setInterval(draw, REDRAW_MILLISECONDS);
  timer.unref();
  return {
    show: (text) => {
      current = text;
    },
    tick: draw,
    phase: (text) => {
      const now = performance.now();
      if (isVerbose) log(text);
      else if (isPlain && now - started >= quiet) {
        lastDraw = now;
        log(text);
      }
    },
    log: (text) => {
      if (isVerbose) log(text);
    },
    end: () => {
      clearInterval(timer);
      current = null;
      erase();
    },
  };
}
