import { expect, it } from "vitest";
import { gpuByName } from "../../src/hardware/gpu-specs.ts";
import { type InstanceType, servingKey } from "../../src/hardware/instance.ts";

const INSTANCE: InstanceType = {
  name: "a",
  provider: "p",
  gpuModel: "NVIDIA A100",
  gpuCount: 8,
  gpuMemoryGib: 80,
  insideGBytesPerSecond: 600,
  externalGbitsPerSecond: 400,
};

it("machines that differ in anything that serves have keys of their own", () => {
  const others: readonly Partial<InstanceType>[] = [
    { gpuModel: "NVIDIA H100" },
    { gpuCount: 4 },
    { gpuMemoryGib: 40 },
    { insideGBytesPerSecond: 300 },
    { externalGbitsPerSecond: 100 },
    { gpu: gpuByName("H100-SXM5-80GB")! },
    { gpu: { ...gpuByName("H100-SXM5-80GB")!, tdpWatts: 500 } },
    { isScattered: true },
  ];
  const keys = [{}, ...others].map((changes) => servingKey({ ...INSTANCE, ...changes }));
  expect(new Set(keys).size).toBe(keys.length);
});

it("what they are called and where they stand is no difference", () => {
  const twin = { ...INSTANCE, name: "b", provider: "q", site: "q/east", typeName: "c" };
  expect(servingKey(twin)).toBe(servingKey(INSTANCE));
});
