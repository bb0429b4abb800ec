/** What V8, WASM, the C++ library and worker threads say where memory ran out. */
const OUT_OF_MEMORY =
  /out of memory|cannot allocate|could not allocate|allocation failed|bad_alloc|ERR_WORKER_OUT_OF_MEMORY|memory limit|enlarge memory|memory\.grow/i;

/** Whether a back end failed because it got no memory, by its reason. */
export function lacksMemory(reason: string): boolean {
  return OUT_OF_MEMORY.test(reason);
}

/** What is wrong then, and what to do next. */
export const TOO_LITTLE_MEMORY = {
  problem: "too little memory for the MILP solver: WebAssembly got none.",
  hint: "Free memory, or raise the limit of the shell (ulimit -v) or of the container. If only address space is limited, NODE_OPTIONS=--disable-wasm-trap-handler needs 10 GB less of it. For a small problem, --solver jslp needs no WebAssembly.",
} as const;
