import { MEMORY_GREEDY, RATE_GREEDY } from "./greedy.ts";
import type { Heuristic } from "./heuristic.ts";
import { EVEN_SPLIT, HOMOGENEOUS, SGLANG_DEFAULT, VLLM_DEFAULT } from "./homogeneous.ts";
import { localSearch } from "./local-search.ts";

const SIMPLE: readonly Heuristic[] = [
  VLLM_DEFAULT,
  SGLANG_DEFAULT,
  EVEN_SPLIT,
  MEMORY_GREEDY,
  RATE_GREEDY,
  HOMOGENEOUS,
];

/** Everything the optimum is compared with. */
export const RUNNERS: readonly Heuristic[] = [...SIMPLE, localSearch(SIMPLE)];
