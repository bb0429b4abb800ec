import type { LimitedBy, NextStage, StageEstimate } from "../cost-model.ts";
import type { GroupTimes } from "./group-times.ts";
import type { StageContent } from "./memory.ts";

/**
 * What is said of the speed of one stage. What limits it is found when it is read: only reports ask, and a search makes stages by
 * the million. An accessor of the class, because an object with one of its own takes ten times as long to make.
 */
export class GroupStageEstimate implements StageEstimate {
  readonly tokensPerSecond: number;
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly #group: GroupTimes;
  readonly #content: StageContent;
  readonly #next: NextStage;

  constructor(group: GroupTimes, content: StageContent, next: NextStage) {
    const serving = group.serving(content, next);
    this.tokensPerSecond = group.tokensPerSecond(serving);
    this.ttftSeconds = serving.ttftSeconds;
    this.tpotSeconds = serving.tpotSeconds;
    this.#group = group;
    this.#content = content;
    this.#next = next;
  }

  get limitedBy(): LimitedBy {
    return this.#group.limitedBy(this.#content, this.#next);
  }

  /** All that an estimate says, in the order of its interface. */
  toJSON(): StageEstimate {
    const { tokensPerSecond, limitedBy, ttftSeconds, tpotSeconds } = this;
    return { tokensPerSecond, limitedBy, ttftSeconds, tpotSeconds };
  }
}
