/**
 * Versions that launch files name when the user does not.
 *
 * Sources: the pinned image of LeaderWorkerSet's example docs/examples/leaderworkerset/basic/vllm.yaml; Dynamo's operator, which
 * starts vLLM without Ray from version 1.0.0 on (feature gate VLLMMultiprocessing).
 */
export const VLLM_VERSION: string = "0.28.0";

/** Container images by what runs in them. */
export const IMAGES: Readonly<Record<"vllm" | "dynamo", string>> = {
  vllm: `vllm/vllm-openai:v${VLLM_VERSION}`,
  dynamo: "nvcr.io/nvidia/ai-dynamo/vllm-runtime:1.4.2",
};
