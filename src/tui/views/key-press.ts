/** What Ink reports of a key, as our own presses. */
import type { Key } from "../ink.js";
import type { KeyPress } from "../key.js";

/** Several where characters arrived together, as they do when somebody types fast or a program types. */
export function keyPressOf(input: string, key: Key): KeyPress[] {
  if (key.ctrl && input === "c") return [{ input: "", name: "ctrl-c" }];
  // Ink reports Escape as a meta key too.
  if (key.escape) return [{ input: "", name: "escape" }];
  if (key.ctrl || key.meta) return [];
  if (key.upArrow) return [{ input: "", name: "up" }];
  if (key.downArrow) return [{ input: "", name: "down" }];
  if (key.pageUp) return [{ input: "", name: "pageUp" }];
  if (key.pageDown) return [{ input: "", name: "pageDown" }];
  if (key.home) return [{ input: "", name: "home" }];
  if (key.end) return [{ input: "", name: "end" }];
  if (key.return) return [{ input: "", name: "return" }];
  if (key.tab) return [{ input: "", name: "tab" }];
  return Array.from(input, (character) => ({ input: character }));
}
