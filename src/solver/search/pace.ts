/** Work that goes on longer than this, in milliseconds, lets timers and signals have their turn. */
const TURN_MILLISECONDS = 50;

/**
 * Breaks for long work in a single thread: without them neither a signal nor a progress line comes through before the work
 * is done. One pace serves all work of a solve, so that short pieces add up to a turn as well.
 */
export class Pace {
  private since = performance.now();

  /** A promise to await when a turn is due, which is seldom; undefined otherwise, since awaiting costs. */
  turn(): Promise<void> | undefined {
    if (performance.now() - this.since < TURN_MILLISECONDS) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        this.since = performance.now();
        resolve();
      }, 0);
    });
  }
}
