/**
 * docs/listening.svg, the picture in the README: the program listens to the sample conversation in a terminal of tmux, and what
 * the terminal shows after a while is drawn.
 *
 *     npm run build && node scripts/make-picture.js
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COLUMNS = 110;
const ROWS = 26;
/** Long enough for three final texts and one that is under way. */
const LISTENED_MS = 25_500;
/** What it takes to finish the text under way. */
const LEAVES_MS = 4000;
const CELL = { width: 8.4, height: 17 };
const ESCAPE = "\u001b[";
const MARGIN = 12;
const FOREGROUND = "#d4d4d4";
const BACKGROUND = "#16181d";
const BASIC = ["#3b3f46", "#f2727f", "#8bd49c", "#ebbf83", "#70b0ff", "#d68ee8", "#5ec4d6", FOREGROUND];
const GRAY = "#7f8591";

const lines = await screenOfRun();
writeFileSync(join(ROOT, "docs/listening.svg"), svgOf(lines));

async function screenOfRun() {
  const tmux = (...args) => execFileSync("tmux", ["-L", "mubbles-picture", "-f", "/dev/null", ...args]);
  const sample = "file:samples/conversation.opus";
  const command = `node ${join(ROOT, "bin/mubbles.js")} listen --no-save --mic ${sample}#0 --loopback ${sample}#1`;
  const env = "env -u CI -u NO_COLOR TERM=xterm-256color COLORTERM=truecolor";
  // Where its terminal goes away it leaves the text it has in the current folder.
  const folder = mkdtempSync(join(tmpdir(), "mubbles-picture-"));
  symlinkSync(join(ROOT, "samples"), join(folder, "samples"));
  tmux("new-session", "-d", "-c", folder, "-x", String(COLUMNS), "-y", String(ROWS), `${env} ${command}`);
  try {
    await sleep(4000);
    tmux("send-keys", "g");
    await sleep(LISTENED_MS - 4000);
    return String(tmux("capture-pane", "-e", "-p"))
      .split("\n")
      .slice(0, ROWS);
  } finally {
    tmux("kill-server");
    await sleep(LEAVES_MS);
    rmSync(folder, { recursive: true, force: true });
  }
}

function svgOf(lines) {
  const width = COLUMNS * CELL.width + 2 * MARGIN;
  const height = ROWS * CELL.height + 2 * MARGIN;
  const style = "font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 14px";
  let shapes = "";
  let state = {};
  for (const [row, line] of lines.entries()) {
    let column = 0;
    // Before the first escape sequence the style of the line above goes on.
    for (const part of `${ESCAPE}m${line}`.split(ESCAPE).slice(1)) {
      const end = part.indexOf("m");
      if (end > 0) state = styled(state, part.slice(0, end).split(";").map(Number));
      const text = part.slice(end + 1);
      if (text === "") continue;
      shapes += run(text, column, row, state);
      column += text.length;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" style="${style}">
<title>mubbles listen on a terminal</title>
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
${shapes}</svg>
`;
}

/** The state after the codes of one escape sequence. */
function styled(before, codes) {
  let state = { ...before };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) state = {};
    else if (code === 1) state.isBold = true;
    else if (code === 2) state.isDim = true;
    else if (code === 22) state = { ...state, isBold: false, isDim: false };
    else if (code === 39) state.foreground = undefined;
    else if (code === 49) state.background = undefined;
    else if (code >= 30 && code < 38) state.foreground = BASIC[code - 30];
    else if (code === 90) state.foreground = GRAY;
    else if ((code === 38 || code === 48) && codes[i + 1] === 2) {
      state[code === 38 ? "foreground" : "background"] = `rgb(${codes.slice(i + 2, i + 5).join()})`;
      i += 4;
    }
  }
  return state;
}

function run(text, column, row, { foreground = FOREGROUND, background, isBold, isDim }) {
  const x = MARGIN + column * CELL.width;
  const y = MARGIN + row * CELL.height;
  const width = text.length * CELL.width;
  const rect = (fill, top, part) =>
    `<rect x="${x.toFixed(1)}" y="${(y + top * CELL.height).toFixed(1)}" width="${(width + 0.3).toFixed(1)}" height="${(part * CELL.height + 0.3).toFixed(1)}" fill="${fill}"/>\n`;
  const below = background === undefined ? "" : rect(background, 0, 1);
  if (text.trim() === "") return below;
  if (/^▀+$/.test(text)) return below + rect(foreground, 0, 0.5);
  if (/^█+$/.test(text)) return below + rect(foreground, 0.1, 0.8);
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const look = `${isBold ? ' font-weight="bold"' : ""}${isDim ? ' opacity="0.55"' : ""}`;
  return `${below}<text x="${x.toFixed(1)}" y="${(y + 13).toFixed(1)}" textLength="${width.toFixed(1)}" xml:space="preserve" fill="${foreground}"${look}>${escaped}</text>\n`;
}
