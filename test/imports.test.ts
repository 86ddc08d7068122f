/** Reads every import of src/ and fails on the first that ARCHITECTURE.md's rules forbid. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const SOURCE = fileURLToPath(new URL("../src/", import.meta.url));

/** A part may import from rows before its own. Within the first row too; in later rows parts never see each other. */
const LAYERS: readonly (readonly string[])[] = [
  [
    "errors.ts",
    "units.ts",
    "assets.ts",
    "events.ts",
    "live-events.ts",
    "tracing.ts",
    "transcript.ts",
    "version.ts",
    "writing.ts",
  ],
  ["audio", "dsp", "model", "output"],
  ["pipeline"],
  ["session", "tui", "summary"],
  ["cli"],
];

/** Packages that few files may import, and which. */
const SEAMS: Readonly<Record<string, string | readonly string[]>> = {
  "onnxruntime-node": "model/ort.ts",
  "native/pkg": ["dsp/mel.ts", "model/silero.ts"],
  "pulseaudio.js": "audio/capture/pulse/pulse-connection.ts",
  naudiodon: "audio/capture/port-audio/capture-child.ts",
  audiotee: "audio/capture/loopback/core-audio-tap.ts",
  audify: "audio/capture/loopback/wasapi-loopback.ts",
  // Who imported it besides would have another Ink than the bundle.
  ink: "tui/ink.ts",
  undici: ["model/hub/hub-client.ts", "summary/chat-client.ts"],
};

/** Modules of Node that dsp, which has no I/O, may still use, by file. */
const DSP_EXCEPTIONS: Readonly<Record<string, readonly string[]>> = { "dsp/mel.ts": ["node:module"] };

interface Import {
  /** Path below src, with forward slashes. */
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** Path below src for a relative import; undefined for a package or a module of Node. */
  readonly to: string | undefined;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => name.split(sep).join("/"))
  .sort();
const imports = files.flatMap((from) => importsOf(from, readFileSync(join(SOURCE, from), "utf8")));

describe("the reader of imports", () => {
  test("sees static, type-only, dynamic, re-exporting and required ones, and no comment", () => {
    const source = [
      'import a from "./a.js";',
      'import type { B } from "node:b";',
      'export { c } from "../c.js";',
      'const d = await import("d");',
      'const e = require("./e.cjs");',
      'type F = import("./f.js").F;',
      '// import g from "g";',
    ].join("\n");
    const seen = importsOf("cli/x.ts", source).map(({ specifier }) => specifier);
    expect(seen.sort()).toEqual(["../c.js", "./a.js", "./e.cjs", "./f.js", "d", "node:b"]);
  });

  test("finds the sources", () => {
    expect(files).toContain("cli/main.ts");
    expect(imports.length).toBeGreaterThan(files.length);
  });
});

describe("imports", () => {
  test("go one way: from later layers to earlier ones", () => {
    const wrong = imports.filter(({ from, to }) => to !== undefined && !mayImport(from, to));
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test("lead to files that exist", () => {
    const known = new Set(files);
    const wrong = imports.filter(({ to }) => to !== undefined && !to.startsWith("..") && !known.has(to));
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test("form no cycle", () => {
    expect(findCycle()).toBeUndefined();
  });

  test.each(Object.entries(SEAMS))("of %s are in %s only", (name, owner) => {
    const users = imports.filter(({ specifier }) => isPackage(specifier, name)).map(({ from }) => from);
    expect(new Set(users)).toEqual(new Set([owner].flat()));
  });

  test("of node-av are in one file only", () => {
    const users = new Set(
      imports.filter(({ specifier }) => isPackage(specifier, "node-av")).map(({ from }) => from),
    );
    expect([...users]).toHaveLength(1);
  });

  test("of dsp take nothing from Node", () => {
    const wrong = imports.filter(({ from, specifier }) => {
      const allowed = DSP_EXCEPTIONS[from] ?? [];
      return from.startsWith("dsp/") && specifier.startsWith("node:") && !allowed.includes(specifier);
    });
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test("bring the interface nothing but events and text", () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        partOf(from) === "tui" && to !== undefined && /^(audio|dsp|model|pipeline)\//.test(to),
    );
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test("need no barrel: no file does nothing but re-export, but the one that becomes a bundle", () => {
    expect(files.filter(isBarrel)).toEqual(["tui/ink.ts"]);
  });
});

function importsOf(from: string, source: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: string) => found.push({ from, specifier, to: target(from, specifier) });
  const visit = (node: ts.Node) => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined
    ) {
      if (ts.isStringLiteral(node.moduleSpecifier)) add(node.moduleSpecifier.text);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal)) add(node.argument.literal.text);
    } else if (ts.isCallExpression(node) && isLoader(node.expression)) {
      const [argument] = node.arguments;
      if (argument !== undefined && ts.isStringLiteralLike(argument)) add(argument.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, source, ts.ScriptTarget.Latest));
  return found;
}

/** import(), require(), and our own two ways of naming a file that is loaded later. */
function isLoader(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(callee) && /^(require|packagePath|workerUrl)$/.test(callee.text);
}

function target(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(from), specifier);
  const view = path.replace(/\.js$/, ".tsx");
  return existsSync(join(SOURCE, view)) ? view : path.replace(/\.js$/, ".ts");
}

function isPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`) || specifier.includes(`/${name}/`);
}

function layerOf(path: string): number {
  const part = partOf(path);
  const layer = LAYERS.findIndex((parts) => parts.includes(part));
  if (layer < 0) throw new Error(`${path}: ${part} has no place in ARCHITECTURE.md's layers`);
  return layer;
}

function partOf(path: string): string {
  return path.split("/")[0] ?? path;
}

function mayImport(from: string, to: string): boolean {
  if (to.startsWith("../native/pkg/")) return true;
  if (to.startsWith("..")) return false;
  // Pure arithmetic, and samples have to reach 16 kHz before anything else sees them.
  if (partOf(from) === "audio" && to === "dsp/resample.ts") return true;
  const rows = { from: layerOf(from), to: layerOf(to) };
  return rows.from > rows.to || partOf(from) === partOf(to) || (rows.from === 0 && rows.to === 0);
}

function findCycle(): string[] | undefined {
  const settled = new Set<string>();
  const walk = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (settled.has(file)) return undefined;
    for (const { from, to } of imports) {
      if (from !== file || to === undefined) continue;
      const cycle = walk(to, [...trail, file]);
      if (cycle !== undefined) return cycle;
    }
    settled.add(file);
    return undefined;
  };
  for (const file of files) {
    const cycle = walk(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function isBarrel(file: string): boolean {
  const { statements } = ts.createSourceFile(
    file,
    readFileSync(join(SOURCE, file), "utf8"),
    ts.ScriptTarget.Latest,
  );
  return statements.length > 0 && statements.every((statement) => ts.isExportDeclaration(statement));
}

function describeImport({ from, specifier }: Import): string {
  return `${relative(dirname(SOURCE), join(SOURCE, from))} imports ${specifier}`;
}
