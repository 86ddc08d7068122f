/** Colours of loudness: from the page's own ground to what stands out from it. Pure. */

export interface Palette {
  readonly name: string;
  /** Of each loudness from 0 to 255, as a pixel of a canvas: alpha, blue, green, red from the highest byte down. */
  readonly colours: Uint32Array;
}

type Rgb = readonly [red: number, green: number, blue: number];

/** Equally far apart. */
const DARK: readonly Rgb[] = [
  [20, 21, 26],
  [38, 24, 74],
  [98, 29, 110],
  [170, 46, 96],
  [232, 98, 56],
  [251, 178, 70],
  [252, 250, 200],
];
const LIGHT: readonly Rgb[] = [
  [255, 255, 255],
  [226, 236, 246],
  [170, 205, 232],
  [96, 158, 207],
  [40, 98, 170],
  [22, 48, 112],
  [10, 16, 46],
];

export const PALETTES: Readonly<Record<"dark" | "light", Palette>> = {
  dark: { name: "dark", colours: blend(DARK) },
  light: { name: "light", colours: blend(LIGHT) },
};

function blend(stops: readonly Rgb[]): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, loudness) => {
    const place = (loudness / 255) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(place));
    const [from, to] = [stops[index]!, stops[index + 1]!];
    const [red, green, blue] = from.map((value, i) => Math.round(value + (to[i]! - value) * (place - index)));
    return ((255 << 24) | (blue! << 16) | (green! << 8) | red!) >>> 0;
  });
}
