/** Whatever the processor: what is found out must be what its kernels do, and the setting must make up for it. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eightBitProductsSaturate } from "../../src/model/saturation.js";

const CPU_INFO = "/proc/cpuinfo";

test("the answer is the same every time", async () => {
  expect(await eightBitProductsSaturate()).toBe(await eightBitProductsSaturate());
});

test.skipIf(!existsSync(CPU_INFO))("x86 with VNNI is exact, x86 without is not", async () => {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync(CPU_INFO, "utf8"))?.[1];
  // ARM lists "Features" instead, and its kernels do not saturate.
  const isOldX86 = flags !== undefined && !/\bavx(512)?_vnni\b/.test(flags);
  expect(await eightBitProductsSaturate()).toBe(isOldX86);
});
