/**
 * The report of a session as one page of HTML: the transcript first, so that it shows before the rest is read, then audio and
 * spectrograms. It needs nothing beside itself, and its own policy lets it ask for nothing. Pure: pieces of text, in the order to be written.
 */
import { createHash } from "node:crypto";
import type { Segment } from "../../transcript.js";
import { formatClock } from "../clock.js";
import { escapeHtml, scriptJson } from "./html.js";
import { AUDIO_CLASS, FACTS_ID, type ReportFacts, SPECTRUM_CLASS } from "./report-data.js";
import { turnItem, UNSURE_PROBABILITY } from "./turns.js";

export interface ReportText {
  readonly title: string;
  /** When, how long, by which model: for people. */
  readonly remarks: readonly string[];
  /** Whisper's code; undefined where nothing is said. */
  readonly language: string | undefined;
  readonly segments: readonly Segment[];
  readonly facts: ReportFacts;
}

/** The page's own code: what scripts/build.js makes of page/. */
export interface PageCode {
  readonly script: string;
  readonly style: string;
}

/** Up to the script, which works from there on. */
export function reportHead(text: ReportText, { script, style }: PageCode): string {
  const { title, remarks, language, segments, facts } = text;
  const { speakers } = facts;
  const columns = speakers.length === 2 ? "two" : "one";
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "media-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="mubbles">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#transcript">Skip to the transcript</a>
<header>
<h1>${escapeHtml(title)}</h1>
<ul class="remarks">${remarks.map((remark) => `<li>${escapeHtml(remark)}</li>`).join("")}</ul>
</header>
${playerSection(facts)}
<main>
${columnHeads(speakers)}
<ol id="transcript" class="turns ${columns}" tabindex="-1"${language === undefined ? "" : ` lang="${escapeHtml(language)}"`}>
${segments.map((segment) => turnItem(segment, speakers)).join("")}</ol>
${segments.length === 0 ? '<p class="nothing">Nothing was said.</p>' : ""}
</main>
${helpDialog()}
<script type="application/json" id="${FACTS_ID}">${scriptJson(facts)}</script>
<script>${script}</script>
`;
}

/** `type`: media type with its codecs. */
export function audioBlock(channel: number, type: string, compressed: Buffer): string {
  return `<script type="text/plain" class="${AUDIO_CLASS}" data-channel="${channel}" data-type="${escapeHtml(type)}">${compressed.toString("base64")}</script>\n`;
}

/** `lines`: raw deflate of each. */
export function spectrumBlock(channel: number, lines: readonly Buffer[]): string {
  const text = lines.map((line) => line.toString("base64")).join("\n");
  return `<script type="text/plain" class="${SPECTRUM_CLASS}" data-channel="${channel}">${text}</script>\n`;
}

export function reportEnd(): string {
  return "</body>\n</html>\n";
}

function playerSection({ durationSeconds, speakers }: ReportFacts): string {
  const lanes = speakers.map(
    (speaker, i) =>
      `<div class="lane c${i % 2}">${speakers.length > 1 ? `<span class="lane-name">${escapeHtml(speaker)}</span>` : ""}<canvas data-channel="${i}" aria-hidden="true"></canvas></div>`,
  );
  const toggles = speakers.map(
    (speaker, i) =>
      `<button type="button" class="channel c${i % 2}" data-channel="${i}" aria-pressed="true" aria-keyshortcuts="${i + 1}" title="Hear ${escapeHtml(speaker)} (${i + 1})">${escapeHtml(speaker)}</button>`,
  );
  return `<section class="player" aria-label="Player" hidden>
<div class="controls">
<button type="button" id="play" aria-label="Play" aria-keyshortcuts="Space"><svg viewBox="0 0 24 24" aria-hidden="true"><path class="shape-play" d="M7 4.5v15l12.5-7.5z"/><path class="shape-pause" d="M6.5 4.5h4v15h-4zm7 0h4v15h-4z"/></svg></button>
<div class="clock"><span id="now">0:00</span> <span class="of">/ ${formatClock(durationSeconds)}</span></div>
<label class="rate">Speed <select id="rate">${[0.5, 0.75, 1, 1.25, 1.5, 2].map((rate) => `<option value="${rate}"${rate === 1 ? " selected" : ""}>${rate}×</option>`).join("")}</select></label>
${speakers.length > 1 ? `<div class="channels" role="group" aria-label="Channels that are heard">${toggles.join("")}</div>` : ""}
<div class="search" role="search"><input type="search" id="search" placeholder="Search" aria-label="Search the transcript" aria-keyshortcuts="/" autocomplete="off" spellcheck="false"><span id="found" role="status"></span></div>
<button type="button" id="follow" aria-pressed="true" title="Follow what is played (f)">Follow</button>
<button type="button" id="theme" title="Light or dark (t)" aria-label="Light or dark">◐</button>
<button type="button" id="help-button" title="Keys (?)" aria-label="Keys">?</button>
</div>
<div class="overview"><canvas id="overview" aria-hidden="true"></canvas><input type="range" id="position" min="0" max="${durationSeconds.toFixed(1)}" step="0.1" value="0" aria-label="Position"></div>
<div class="lanes" id="lanes">${lanes.join("")}<div class="zoom"><button type="button" id="zoom-out" title="Less detail (-)" aria-label="Less detail">−</button><button type="button" id="zoom-in" title="More detail (+)" aria-label="More detail">+</button></div></div>
</section>`;
}

function columnHeads(speakers: readonly string[]): string {
  if (speakers.length !== 2) return "";
  const heads = speakers.map((speaker, i) => `<div class="c${i}">${escapeHtml(speaker)}</div>`);
  return `<div class="heads" aria-hidden="true">${heads.join("")}</div>`;
}

const KEYS: readonly (readonly [string, string])[] = [
  ["Space", "play, stop"],
  ["← →", "5 s back, on"],
  [", .", "word before, next word"],
  ["↑ ↓", "turn before, next turn"],
  ["u", "next unsure word"],
  ["m", "next mark"],
  ["/", "search; Enter and Shift+Enter go from find to find"],
  ["f", "follow what is played"],
  ["1 2", "hear a channel or not"],
  ["+ −", "more, less detail"],
  ["t", "light, dark"],
];

function helpDialog(): string {
  const rows = KEYS.map(([keys, what]) => `<dt><kbd>${keys}</kbd></dt><dd>${what}</dd>`).join("");
  return `<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keys</h2><dl>${rows}</dl>
<p>Click a word to hear it. Words with a dotted line were heard with less than ${100 * UNSURE_PROBABILITY} % certainty.</p>
<form method="dialog"><button>Close</button></form></dialog>`;
}

/** As a source of a content security policy. @see https://www.w3.org/TR/CSP3/#grammardef-hash-source */
function hashOf(code: string): string {
  return `'sha256-${createHash("sha256").update(code).digest("base64")}'`;
}
