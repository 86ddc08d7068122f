/** `mubbles completion`: a real bash completes with the script; the scripts of the others are made of the same words. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { bashCompletion } from "../../src/cli/completion/bash.js";
import { commandWords } from "../../src/cli/completion/command-words.js";
import { fishCompletion } from "../../src/cli/completion/fish.js";
import { zshCompletion } from "../../src/cli/completion/zsh.js";
import { completionCommand } from "../../src/cli/completion-command.js";
import { createProgram } from "../../src/cli/program.js";
import { temporaryFolder } from "./mubbles.js";

const words = commandWords(await createProgram(() => {}));
const folder = temporaryFolder();
const script = join(folder, "mubbles.bash");
writeFileSync(script, bashCompletion(words));

/** What bash offers for the last of the words, as a user who presses Tab gets it. */
function offered(...line: string[]): string[] {
  const call = `source ${script}; complete -p mubbles >/dev/null || exit 1
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _mubbles; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", call, "bash", "mubbles", ...line], {
    encoding: "utf8",
  });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.split("\n").filter((word) => word !== "");
}

describe("bash", () => {
  test("commands, and those below a command", () => {
    expect(offered("")).toEqual(expect.arrayContaining(["file", "listen", "devices", "models", "doctor"]));
    expect(offered("li")).toEqual(["listen"]);
    expect(offered("models", "")).toEqual(expect.arrayContaining(["convert", "list", "where"]));
  });

  test("options of the command that is there", () => {
    expect(offered("file", "--out")).toEqual(["--output-format", "--output-dir"]);
    expect(offered("listen", "-")).toContain("--keep-loaded");
    expect(offered("file", "talk.wav", "--keep")).toEqual([]);
    expect(offered("models", "convert", "--comp")).toEqual(["--compute"]);
  });

  test("values of an option, also behind =", () => {
    expect(offered("file", "--device", "c")).toEqual(["cpu", "cuda", "coreml"]);
    expect(offered("file", "-f", "")).toContain("jsonl");
    expect(offered("listen", "--policy", "=", "al")).toEqual(["alignatt"]);
    expect(offered("listen", "--policy", "=")).toContain("off");
  });

  test("where it has nothing to say bash offers files", () => {
    expect(offered("file", "")).toEqual([]);
    expect(offered("file", "--output-dir", "")).toEqual([]);
    const { stdout } = spawnSync("bash", ["-c", `source ${script}; complete -p mubbles`], {
      encoding: "utf8",
    });
    expect(stdout).toBe("complete -o bashdefault -o default -F _mubbles mubbles\n");
  });
});

test("zsh and fish: every command and option with its meaning, quotes made harmless", () => {
  const program = new Command("talk").option("--mood <m>", "the speaker's mood: gay or sad");
  program.command("say").description("Say it. Loud.").option("-q, --quietly", "whisper");
  const tree = commandWords(program);
  const zsh = zshCompletion(tree);
  expect(zsh).toContain(`'--mood:the speaker'\\''s mood: gay or sad'`);
  expect(zsh).toContain("commands=('say:Say it')");
  const fish = fishCompletion(tree);
  expect(fish).toContain(
    "complete -c talk -n 'not __fish_seen_subcommand_from say' -l mood -r -d 'the speaker\\'s mood: gay or sad'",
  );
  expect(fish).toContain(
    "complete -c talk -n '__fish_seen_subcommand_from say' -s q -l quietly -d 'whisper'",
  );
});

test("an unknown shell is refused", () => {
  const command = completionCommand(new Command("mubbles"))
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  expect(() => command.parse(["tcsh"], { from: "user" })).toThrow("Allowed choices are bash, zsh, fish");
});
