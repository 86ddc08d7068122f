/** Light or dark: as the system has it, until somebody chooses. */
import { byId } from "./elements.js";

const KEY = "mubbles-theme";
/** Colours of the style sheet as a canvas understands them, by theme and name: asking for one costs more than drawing with it. */
const known = new Map<string, string>();
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

export function setUpTheme(onChange: () => void): { toggle(): void } {
  const root = document.documentElement;
  // Pages from the disk may have no storage.
  const remembered = attempt(() => localStorage.getItem(KEY));
  if (remembered === "dark" || remembered === "light") root.dataset.theme = remembered;
  const toggle = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    attempt(() => localStorage.setItem(KEY, root.dataset.theme!));
    onChange();
  };
  byId("theme").addEventListener("click", toggle);
  systemIsDark.addEventListener("change", onChange);
  return { toggle };
}

export function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined ? systemIsDark.matches : theme === "dark";
}

/** A colour of the style sheet by the name of its property. */
export function colour(name: string): string {
  const key = `${isDark()} ${name}`;
  let value = known.get(key);
  if (value === undefined) {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    value = getComputedStyle(probe).color;
    probe.remove();
    known.set(key, value);
  }
  return value;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
