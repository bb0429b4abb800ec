import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readModel } from "../../src/files/read-model.ts";
import { modelOf } from "../../src/huggingface/model-of.ts";
import { LLAMA } from "./configs.ts";

const root = mkdtempSync(join(tmpdir(), "models-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Writes a file below the test's folder and returns its path. */
function write(path: string, value: unknown): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value, null, 2));
  return file;
}

describe("a model from files", () => {
  it("is read from a file or its folder, and is called as they are", () => {
    const file = write("my-llama/config.json", LLAMA);
    expect(readModel(file)).toEqual(readModel(join(root, "my-llama")));
    expect(readModel(file)).toMatchObject({ name: "my-llama", repository: null });
    expect(readModel(write("other/tiny.json", LLAMA)).name).toBe("tiny");
  });

  it("has the repository's name in Hugging Face's cache", () => {
    write("models--owner--My--Llama/snapshots/0abc/config.json", LLAMA);
    expect(readModel(join(root, "models--owner--My--Llama/snapshots/0abc"))).toMatchObject({
      name: "My--Llama",
      repository: "owner/My--Llama",
    });
  });

  it("says whether the repository brings code of its own, and how long requests may be", () => {
    const plain = readModel(write("plain/config.json", LLAMA));
    const own = { ...LLAMA, auto_map: { AutoModelForCausalLM: "modeling_own.OwnForCausalLM" } };
    const withCode = readModel(write("own/config.json", own));
    expect([plain.hasOwnCode, withCode.hasOwnCode]).toEqual([false, true]);
    expect(modelOf(plain)).not.toHaveProperty("hasOwnCode");
    expect(modelOf(withCode)).toMatchObject({ hasOwnCode: true, maxContextTokens: 4096 });
  });

  it("is read with the files beside a config.json, not beside another file", () => {
    write("download/config.json", LLAMA);
    write("download/other.json", LLAMA);
    write("download/hf_quant_config.json", { quantization: { quant_algo: "FP8" } });
    write("download/model.safetensors.index.json", { metadata: { total_size: 1e6 } });
    expect(readModel(join(root, "download"))).toMatchObject({
      architecture: { weightFormat: "fp8" },
      statedWeightBytes: 1e6,
    });
    expect(readModel(join(root, "download/other.json"))).toMatchObject({
      architecture: { weightFormat: "16bit" },
      statedWeightBytes: null,
    });
  });

  it("is refused with file and line", () => {
    const broken = write("broken/config.json", '{\n  "model_type": "llama",\n}');
    expect(() => readModel(broken)).toThrow(`${broken}:3, column 1: invalid JSON`);
    const wrong = write("wrong/config.json", { ...LLAMA, vocab_size: 0 });
    expect(() => readModel(wrong)).toThrow(`${wrong}:8, vocab_size: it is 0.`);
    mkdirSync(join(root, "empty"));
    expect(() => readModel(join(root, "empty"))).toThrow("there is no config.json in it.");
  });
});

describe("a name that is not known", () => {
  it("is refused with the nearest name", () => {
    expect(() => readModel("lama-3.3-70b")).toThrow(
      '--model: "lama-3.3-70b" is not a model in the library, nor a file or folder. Did you mean "llama-3.3-70b"?',
    );
    expect(() => readModel("meta-llama/Llama-3.3-70B-Instuct")).toThrow(
      'Did you mean "meta-llama/Llama-3.3-70B-Instruct"?',
    );
    expect(() => readModel("./nowhere/at/all/config.json")).toThrow(
      "`llama-placement models`".replace("llama", "llm"),
    );
  });
});
