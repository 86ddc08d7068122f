import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// .ci/run counts passed and failed tests from this file.
const reportFile = process.env.MUBBLES_TEST_REPORT;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Real models and real media: a test takes seconds, and two at once fight for the same cores.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    pool: "forks",
    // What tests listen to is not kept among the user's sessions.
    env: { XDG_DATA_HOME: join(tmpdir(), "mubbles-test-data") },
    reporters: reportFile === undefined ? ["default"] : ["default", ["json", { outputFile: reportFile }]],
  },
});
