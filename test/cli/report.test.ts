/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * `mubbles report` in a browser. `npm run bench:report` does the same with a session of an hour, and looks at how soon it shows and how
 * large it is.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { source as axe } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, pathOf } from "../needs.js";
import { makeSession } from "../session/made-session.js";
import { mubbles, temporaryFolder } from "./mubbles.js";

const HOURS = Number(process.env.MUBBLES_TEST_REPORT_HOURS ?? 0);
const REPETITIONS = HOURS > 0 ? Math.ceil((HOURS * 3600) / 27.6) : 2;

const HOSTILE = [
  ` </script><script>window.hacked=1</script>`,
  ` <img src=x onerror=window.hacked=1>`,
  ` "onmouseover="window.hacked=1" & 'more'`,
  ` <!--<script> \u202eevil`,
];
const NAMES = "<b>me</b>,them";

const folder = temporaryFolder();
const session = join(folder, "call");
const file = join(folder, "call.html");
const url = pathToFileURL(file).href;

let browser: Browser;
let durationSeconds: number;
const needsBrowser = missing("chromium");

beforeAll(async () => {
  ({ durationSeconds } = await makeSession(session, REPETITIONS, HOSTILE));
  const { exitCode, stderr } = await mubbles(["report", session, "-o", file, "--speakers", NAMES]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: `mubbles: wrote ${file}\n` });
  if (needsBrowser) return;
  // Chromium's sandbox does not work as root.
  const args = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"];
  browser = await chromium.launch({ executablePath: pathOf("chromium"), args });
}, 600_000);
afterAll(async () => await browser?.close());

/** A page that has loaded all of it, and what it asked for, complained of and failed with. */
async function open(
  options: BrowserContextOptions = {},
  address = url,
): Promise<{ page: Page; requests: string[]; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options });
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(address);
  if (options.javaScriptEnabled !== false) await page.waitForSelector("html[data-ready]");
  return { page, requests, complaints };
}

const now = (page: Page) =>
  page.evaluate(() => ({
    clock: document.querySelector("#now")?.textContent,
    position: Number(document.querySelector<HTMLInputElement>("#position")?.value),
    words: [...document.querySelectorAll<HTMLElement>(".w.now")].map(({ textContent, dataset }) => ({
      text: textContent,
      times: dataset.t?.split(" ").map(Number) ?? [],
    })),
  }));

describe.skipIf(needsBrowser)("the page", () => {
  test("plays: words light up as they are spoken", async () => {
    const { page, complaints } = await open();
    await page.click("#play");
    const seen = new Set<string>();
    for (let i = 0; i < 60 && !seen.has("John"); i++) {
      await page.waitForTimeout(50);
      for (const { text } of (await now(page)).words) seen.add(text ?? "");
    }
    expect([...seen]).toEqual(expect.arrayContaining(["And", "Mr.", "John"]));
    await page.keyboard.press("Space");
    // A frame that was due is still drawn.
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    const { position } = await now(page);
    await page.waitForTimeout(300);
    expect((await now(page)).position).toBe(position);
    expect(complaints).toEqual([]);
  });

  test("a click on a word leads there, and goes on from there on both channels", async () => {
    const { page } = await open();
    await page.click('.w:text-is("respectable")');
    const before = await now(page);
    expect(before.words.map(({ text }) => text)).toContain("respectable");
    await page.waitForTimeout(1500);
    const after = await now(page);
    expect(after.position).toBeGreaterThan(before.position + 0.8);
    expect(after.words.map(({ text }) => text)).not.toContain("respectable");
    for (const { times } of after.words) expect(after.position).toBeGreaterThanOrEqual(times[0]! - 1);
    await page.close();
  });

  test("search finds words and phrases, whatever their case and accents, and goes from find to find", async () => {
    const { page } = await open();
    await page.keyboard.press("/");
    await page.keyboard.type("COLD-hearted ánd");
    await expect.poll(() => page.textContent("#found")).toBe(`${REPETITIONS} found`);
    await page.keyboard.press("Enter");
    expect(await page.textContent("#found")).toBe(`1 of ${REPETITIONS}`);
    const current = page.locator(".w.current");
    expect(await current.allTextContents()).toEqual(["cold-hearted", "and"]);
    expect((await now(page)).words.map(({ text }) => text)).toContain("cold-hearted");
    await page.keyboard.press("Shift+Enter");
    expect(await page.textContent("#found")).toBe(`${REPETITIONS} of ${REPETITIONS}`);
    await page.fill("#search", "nobody says this");
    await expect.poll(() => page.textContent("#found")).toBe("nothing found");
    await page.keyboard.press("Escape");
    expect(await page.locator(".w.found").count()).toBe(0);
    await page.close();
  });

  test("keys: words, turns, unsure words, marks; and links to a moment", async () => {
    const { page } = await open({}, `${url}#t=12.6`);
    expect((await now(page)).words.map(({ text }) => text)).toContain("Unless");
    await page.keyboard.press(".");
    expect((await now(page)).words.map(({ text }) => text)).toContain("to");
    await page.keyboard.press("ArrowDown");
    expect((await now(page)).words.map(({ text }) => text)).toContain("Had");
    await page.keyboard.press("ArrowUp");
    expect((await now(page)).clock).toBe("0:12");
    await page.keyboard.press("u");
    expect((await now(page)).words.map(({ text }) => text)).toContain("selfish,");
    await page.keyboard.press("m");
    expect((await now(page)).clock).toBe("0:09");
    await page.keyboard.press("1");
    expect(await page.getAttribute('button.channel[data-channel="0"]', "aria-pressed")).toBe("false");
    await page.keyboard.press("?");
    expect(await page.isVisible("#help")).toBe(true);
    await page.close();
  });

  test("text is text: nothing that was said, and no name, is HTML or script", async () => {
    const { page, complaints } = await open();
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("main img, main script, main b, h1 b, .player b").count()).toBe(0);
    const text = (await page.textContent("main")) ?? "";
    for (const hostile of HOSTILE) expect(text).toContain(hostile.replace("\u202e", " ").trim());
    expect(text).toContain("<b>me</b>");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("asks for nothing, and could not", async () => {
    const { page, requests, complaints } = await open();
    await page.click("#play");
    await page.waitForTimeout(300);
    expect(requests.filter((request) => !request.startsWith("blob:"))).toEqual([url]);
    const outcome = await page.evaluate(async () => {
      const image = new Image();
      image.src = "https://example.org/x.png";
      const style = document.createElement("style");
      style.textContent = "body{background:url(https://example.org/y.png)}";
      document.head.append(style);
      return await fetch("https://example.org/z").then(
        () => "came",
        () => "refused",
      );
    });
    expect(outcome).toBe("refused");
    expect(
      complaints.filter((text) => text.includes("Content Security Policy")).length,
    ).toBeGreaterThanOrEqual(3);
    await page.close();
  });

  test.each(["light", "dark"] as const)("%s: nothing that axe finds wrong", async (colorScheme) => {
    const { page } = await open({ colorScheme, reducedMotion: "reduce" });
    await page.click('.w:text-is("respectable")');
    await page.fill("#search", "amiable");
    await page.keyboard.press("Enter");
    await page.evaluate(axe);
    const wrong = await page.evaluate(async () => {
      // biome-ignore lint/suspicious/noExplicitAny: axe is in the page, not here.
      const { violations } = await (window as any).axe.run();
      return violations.map(({ id, nodes }: { id: string; nodes: { html: string }[] }) => [
        id,
        nodes[0]?.html,
      ]);
    });
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("the theme can be changed; a narrow window has one column; print has the text alone", async () => {
    const { page } = await open({ colorScheme: "light", viewport: { width: 390, height: 800 } });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.click("#theme");
    expect(await ground()).not.toBe(light);
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(widths[0]).toBeLessThanOrEqual(widths[1]!);
    await page.emulateMedia({ media: "print" });
    expect(await ground()).toBe("rgb(255, 255, 255)");
    expect(await page.isVisible(".player")).toBe(false);
    expect(await page.isVisible('.w:text-is("respectable")')).toBe(true);
    await page.close();
  });

  test("without scripts the text can be read", async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.isVisible(".player")).toBe(false);
    expect(await page.locator('.w:text-is("respectable")').first().isVisible()).toBe(true);
    await page.close();
  });

  test("channels are heard from the same moment, and the spectrograms show something", async () => {
    const { page } = await open({}, `${url}#t=10`);
    const shades = () =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLCanvasElement>(".lane canvas")].map((canvas) => {
          const { width } = canvas;
          const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, Math.round(canvas.height / 2));
          return new Set(new Uint32Array(data.buffer)).size;
        }),
      );
    await expect.poll(async () => Math.min(...(await shades()))).toBeGreaterThan(50);
    await page.close();
  });
});

test("shows within two seconds, and is smaller than 60 MB an hour", async () => {
  const { page } = await open();
  const paint = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  );
  const megabytes = statSync(file).size / 1e6;
  console.log(
    `${(durationSeconds / 60).toFixed(0)} min: first paint ${paint?.toFixed(0)} ms, ${megabytes.toFixed(1)} MB`,
  );
  const hours = HOURS > 0 ? HOURS : durationSeconds / 3600;
  expect(paint).toBeLessThan(2000 * Math.max(1, HOURS));
  expect(megabytes).toBeLessThan(60 * hours);
});

test("--no-audio leaves it out, standard output has the page, and nothing in it can be loaded from elsewhere", async () => {
  const { exitCode, stdout } = await mubbles(["report", session, "--no-audio", "--title", "A & B"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("<title>A &amp; B</title>");
  expect(stdout).not.toContain('class="audio-data"');
  expect(stdout).not.toMatch(/(src|href)="(?!#)/);
  expect(readFileSync(file, "utf8")).toContain('class="audio-data"');
});

test("two speakers of one name have a column each", async () => {
  const { stdout } = await mubbles(["report", session, "--no-audio", "--speakers", "loopback"]);
  for (const channel of [0, 1]) expect(stdout).toMatch(new RegExp(`<li class="turn c${channel}"`));
});
