import type { CliIo } from "./io.ts";

/** Work shorter than this shows no progress. */
const QUIET_MILLISECONDS = 1000;
const REDRAW_MILLISECONDS = 250;

const ERASE_LINE = "\r\u001b[K";

/** A line on stderr that says how far a command is. */
export interface Progress {
  /** Called again and again for the current text, so that a clock in it goes on. */
  show(text: (elapsedSeconds: number) => string): void;
  /** Draws now, for work that does not let timers run. */
  tick(): void;
  /** Erases the line. */
  end(): void;
}

/** Starts a progress line; on anything but a terminal it stays silent. */
export function startProgress({ stderr }: CliIo): Progress {
  if (!stderr.isTty) {
    return { show: () => undefined, tick: () => undefined, end: () => undefined };
  }
  const started = performance.now();
  let current: ((elapsedSeconds: number) => string) | null = null;
  let isDrawn = false;
  let lastDraw = 0;
  const draw = (): void => {
    const now = performance.now();
    if (current === null || now - started < QUIET_MILLISECONDS) return;
    if (now - lastDraw < REDRAW_MILLISECONDS) return;
    lastDraw = now;
    isDrawn = true;
    // One column stays free: in the last one some terminals go to the next line.
    const text = current((now - started) / 1000).slice(0, (stderr.columns ?? 80) - 1);
    void stderr.write(ERASE_LINE + text);
  };
  const timer = setInterval(draw, REDRAW_MILLISECONDS);
  timer.unref();
  return {
    show: (text) => {
      current = text;
    },
    tick: draw,
    end: () => {
      clearInterval(timer);
      current = null;
      if (isDrawn) void stderr.write(ERASE_LINE);
    },
  };
}
