/** The script of a report's page. It runs before audio and spectrograms have been read, and takes them when they are there. */
import { formatClock } from "../../clock.js";
import { FACTS_ID, type ReportFacts } from "../report-data.js";
import { AudioSet } from "./audio-set.js";
import { byId, togglePressed } from "./elements.js";
import { handleKeys } from "./keys.js";
import { Lanes } from "./lanes.js";
import { drawOverview } from "./overview.js";
import { Search } from "./search.js";
import { setUpTheme } from "./theme.js";
import { type TimedWord, Transcript } from "./transcript.js";

const facts = JSON.parse(byId(FACTS_ID).textContent ?? "") as ReportFacts;
const transcript = new Transcript(byId("transcript"), facts.speakers.length);
const audio = new AudioSet(facts.speakers.length, facts.durationSeconds);
const lanes = new Lanes(facts, transcript);
const position = byId<HTMLInputElement>("position");
const play = byId<HTMLButtonElement>("play");
const follow = byId<HTMLButtonElement>("follow");
const search = new Search(transcript, seekTo);
let shownSecond = -1;

document.querySelector<HTMLElement>(".player")!.hidden = false;
const theme = setUpTheme(() => {
  lanes.repaint();
  drawOverview(facts, transcript);
});
drawOverview(facts, transcript);
window.addEventListener("resize", () => {
  lanes.repaint();
  drawOverview(facts, transcript);
});
// The rest of the page is audio and pictures: megabytes that are still on their way.
document.addEventListener("DOMContentLoaded", async () => {
  lanes.load();
  await audio.load();
  document.documentElement.dataset.ready = "";
  seekToAddress();
});
window.addEventListener("hashchange", seekToAddress);

audio.onChange = () => {
  play.setAttribute("aria-label", audio.isPlaying ? "Stop" : "Play");
  play.classList.toggle("playing", audio.isPlaying);
  if (audio.isPlaying) requestAnimationFrame(whilePlaying);
};
play.addEventListener("click", () => audio.toggle());
position.addEventListener("input", () => seekTo(Number(position.value)));
byId<HTMLSelectElement>("rate").addEventListener("change", ({ target }) =>
  audio.setRate(Number((target as HTMLSelectElement).value)),
);
follow.addEventListener("click", () => setFollowing(!isFollowing()));
for (const button of document.querySelectorAll<HTMLButtonElement>("button.channel"))
  button.addEventListener("click", () =>
    audio.setHeard(Number(button.dataset.channel), togglePressed(button)),
  );
byId("zoom-in").addEventListener("click", () => lanes.zoom(0.5));
byId("zoom-out").addEventListener("click", () => lanes.zoom(2));
byId("help-button").addEventListener("click", () => byId<HTMLDialogElement>("help").showModal());
lanes.onSeek = seekTo;
transcript.onChoose = (seconds) => {
  seekTo(seconds);
  setFollowing(true);
  audio.play();
};
// Who scrolls wants to read elsewhere.
for (const event of ["wheel", "touchmove"])
  window.addEventListener(event, () => audio.isPlaying && setFollowing(false), { passive: true });

handleKeys({
  " ": () => audio.toggle(),
  ArrowLeft: () => seekTo(audio.seconds - 5),
  ArrowRight: () => seekTo(audio.seconds + 5),
  ",": () => seekToWord(transcript.wordBefore(audio.seconds)),
  ".": () => seekToWord(transcript.wordAfter(audio.seconds)),
  ArrowUp: () => seekToWord(transcript.turnBefore(audio.seconds)),
  ArrowDown: () => seekToWord(transcript.turnAfter(audio.seconds)),
  u: () => seekToWord(transcript.unsureAfter(audio.seconds)),
  m: () => {
    const mark =
      facts.marksSeconds.find((seconds) => seconds > audio.seconds + 0.05) ?? facts.marksSeconds[0];
    if (mark !== undefined) seekTo(mark);
  },
  "/": () => byId("search").focus(),
  f: () => follow.click(),
  t: theme.toggle,
  "+": () => lanes.zoom(0.5),
  "-": () => lanes.zoom(2),
  "?": () => byId<HTMLDialogElement>("help").showModal(),
  Escape: () => search.clear(),
  ...Object.fromEntries(
    facts.speakers.map((_, i) => [
      String(i + 1),
      () => document.querySelector<HTMLButtonElement>(`button.channel[data-channel="${i}"]`)?.click(),
    ]),
  ),
});
show();

function seekTo(seconds: number): void {
  audio.seek(seconds);
  show();
}

function seekToWord(word: TimedWord | undefined): void {
  if (word !== undefined) seekTo(word.startSeconds);
}

/** A link such as report.html#t=723 leads to that second. */
function seekToAddress(): void {
  const seconds = Number(/^#t=(\d+(?:\.\d+)?)$/.exec(location.hash)?.[1] ?? Number.NaN);
  if (Number.isNaN(seconds)) return;
  setFollowing(true);
  seekTo(seconds);
}

function whilePlaying(): void {
  show();
  if (audio.isPlaying) requestAnimationFrame(whilePlaying);
}

function show(): void {
  const { seconds } = audio;
  const changed = transcript.lightUp(seconds);
  if (changed !== undefined && isFollowing()) transcript.scrollTo(changed);
  lanes.show(seconds);
  position.value = String(seconds);
  if (Math.floor(seconds) === shownSecond) return;
  shownSecond = Math.floor(seconds);
  byId("now").textContent = formatClock(seconds);
  position.setAttribute("aria-valuetext", `${formatClock(seconds)} of ${formatClock(facts.durationSeconds)}`);
}

function isFollowing(): boolean {
  return follow.getAttribute("aria-pressed") === "true";
}

function setFollowing(on: boolean): void {
  follow.setAttribute("aria-pressed", String(on));
}
