import {
  type LimitedBy,
  largestItem,
  type NextStage,
  type StageLines,
  type TimeBill,
} from "../cost-model.ts";
import { type StageServing, stageServing } from "./composition.ts";
import type { GroupHardware } from "./group-hardware.ts";
import { type Hop, hopSeconds } from "./hop.ts";
import type { StageContent } from "./memory.ts";
import type { PipelineSteps } from "./pipeline-steps.ts";
import { type HopSeconds, stageLines } from "./stage-lines.ts";
import { pieceCount, StepTimes, stageSeconds } from "./stage-steps.ts";
import { cycleBill } from "./time-bill.ts";

/**
 * One TP group at one operating point in a pipeline of so many stages: everything about its stages that does not depend on
 * which layers they hold. The last stage sends no messages.
 */
export class GroupTimes {
  /** Pieces of the two kinds of steps. A search keeps times by the ten thousand, so they are in one list. */
  private readonly known: number[];
  /** By the layers per stage and what it sends to: reports ask again and again. */
  private limits: Map<string, LimitedBy> | null = null;

  constructor(
    private readonly hardware: GroupHardware,
    private readonly pipeline: PipelineSteps,
  ) {
    this.known = hardware.unknownPieces.slice();
  }

  private get decode(): StepTimes {
    const { steps, decodeOverhead } = this.pipeline;
    return new StepTimes(this.hardware.kernels, steps.decode, decodeOverhead, this.known, 0);
  }

  private get mixed(): StepTimes {
    const { steps, mixedOverhead } = this.pipeline;
    const { kernels } = this.hardware;
    return new StepTimes(kernels, steps.mixed, mixedOverhead, this.known, pieceCount(kernels));
  }

  /** Tokens/s of a stage that takes so long for one cycle. */
  tokensPerSecond({ cycleSeconds }: StageServing): number {
    return this.pipeline.tokensPerCycle / cycleSeconds;
  }

  /** What a stage with these layers takes when it sends to such a next one. */
  serving(content: StageContent, next: NextStage): StageServing {
    const { phase, steps, lengths, terms } = this.pipeline;
    const { cycleSeconds, ttftSeconds, tpotSeconds } = stageServing(steps, lengths, terms, {
      decode: stageSeconds(this.decode, content),
      mixed: stageSeconds(this.mixed, content),
      decodeHop: this.messageSeconds(next, this.pipeline.decodeMessageTokens),
      promptHop: this.messageSeconds(next, this.pipeline.promptMessageTokens),
    });
    return {
      cycleSeconds,
      ttftSeconds: phase === "decode" ? 0 : ttftSeconds,
      tpotSeconds: phase === "prefill" ? 0 : tpotSeconds,
    };
  }

  /** Bounds on all stages of the group. */
  lines(withLatencies: boolean): StageLines {
    const { pipeline, decode, mixed } = this;
    return stageLines(
      {
        pipeline,
        decode,
        mixed,
        decodeHops: this.hopSeconds(pipeline.decodeMessageTokens),
        promptHops: this.hopSeconds(pipeline.promptMessageTokens),
      },
      withLatencies,
    );
  }

  /** What the busy time of a stage with these layers goes into. */
  timeBill(content: StageContent, next: NextStage): TimeBill {
    const { steps, decodeMessageTokens, promptMessageTokens, tokensPerCycle } = this.pipeline;
    return cycleBill(
      [
        {
          times: this.decode,
          steps: steps.decodeSteps,
          hopSeconds: this.messageSeconds(next, decodeMessageTokens),
        },
        {
          times: this.mixed,
          steps: steps.promptSteps,
          hopSeconds: this.messageSeconds(next, promptMessageTokens),
        },
      ],
      content,
      tokensPerCycle,
    );
  }

  /** What takes most of the stage's time over a cycle: the largest item of its bill. */
  limitedBy(content: StageContent, next: NextStage): LimitedBy {
    const key = `${content.layersOfKind.join(" ")} ${content.hasHead} ${next}`;
    this.limits ??= new Map();
    let limit = this.limits.get(key);
    if (limit === undefined) {
      limit = largestItem(this.timeBill(content, next)).name;
      this.limits.set(key, limit);
    }
    return limit;
  }

  private hopSeconds(tokens: number): HopSeconds {
    return {
      same_instance: this.messageSeconds("same_instance", tokens),
      other_instance: this.messageSeconds("other_instance", tokens),
      none: 0,
    };
  }

  private messageSeconds(next: NextStage, tokens: number): number {
    const hop = this.hopTo(next);
    return hop === null ? 0 : hopSeconds(hop, this.hardware.hidden, tokens);
  }

  private hopTo(next: NextStage): Hop | null {
    switch (next) {
      case "same_instance":
        return this.hardware.insideHop;
      case "other_instance":
        return this.hardware.outsideHop;
      case "none":
        return null;
    }
  }
}
