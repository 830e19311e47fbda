/** A stroke or a filled shape of an illustration, on a ground of 200 by 200. */
export interface Shape {
  d: string;
  fill?: string;
  stroke?: string;
  width?: number;
}

export interface Picture {
  ground: [string, string];
  shapes: Shape[];
}

const GOLD = "#d9ab4e";
const LIGHT = "#f6dd9a";
const DEEP = "#a97a25";

function circle(x: number, y: number, r: number): string {
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
}

function line(d: string, stroke: string, width: number): Shape {
  return { d, stroke, width };
}

function area(d: string, fill: string): Shape {
  return { d, fill };
}

const IVORY: [string, string] = ["#fdf6e6", "#f2e2bf"];
const ROSE: [string, string] = ["#fbf0ea", "#efd9cb"];
const SAGE: [string, string] = ["#f1f4ec", "#dbe4d2"];
const MIST: [string, string] = ["#eff3f6", "#d8e2ea"];
const WINE: [string, string] = ["#faeeee", "#ecd2d2"];

const daisy = (x: number, y: number, r: number): Shape[] => [
  ...[0, 60, 120, 180, 240, 300].map((turn) => {
    const angle = (turn * Math.PI) / 180;
    return area(circle(x + Math.cos(angle) * r, y + Math.sin(angle) * r, r * 0.62), LIGHT);
  }),
  area(circle(x, y, r * 0.6), DEEP),
];

/** The storefront's own illustrations, by the `image` of a product. */
export const PICTURES: Record<string, Picture> = {
  ring: {
    ground: IVORY,
    shapes: [
      line(circle(100, 108, 48), DEEP, 15),
      line(circle(100, 108, 48), GOLD, 11),
      line("M66 82a43 43 0 0 1 50-14", LIGHT, 4),
    ],
  },
  bangle: {
    ground: IVORY,
    shapes: [
      line("M36 104a64 46 0 1 0 128 0a64 46 0 1 0-128 0z", DEEP, 22),
      line("M36 104a64 46 0 1 0 128 0a64 46 0 1 0-128 0z", GOLD, 17),
      line("M44 88a60 42 0 0 1 70-27", LIGHT, 5),
    ],
  },
  bar: {
    ground: IVORY,
    shapes: [
      area("M62 46h58l18 10v98H80l-18-10z", DEEP),
      area("M62 46h58v98H62z", GOLD),
      area("M70 54h42v82H70z", LIGHT),
      line("M80 74h22M80 88h22M84 118h14", DEEP, 4),
    ],
  },
  necklace: {
    ground: ROSE,
    shapes: [line("M42 40c6 66 30 84 58 90c28-6 52-24 58-90", GOLD, 3), ...daisy(100, 138, 14)],
  },
  earring: {
    ground: ROSE,
    shapes: [
      area("M84 64a36 36 0 1 0 0 72a46 46 0 0 1 0-72z", GOLD),
      area("M116 64a36 36 0 1 1 0 72a46 46 0 0 0 0-72z", GOLD),
      area(circle(62, 58, 6), DEEP),
      area(circle(138, 58, 6), DEEP),
    ],
  },
  bracelet: {
    ground: WINE,
    shapes: [
      line("M38 98a62 44 0 1 0 124 0a62 44 0 1 0-124 0z", "#a52a2f", 6),
      line("M38 98a62 44 0 1 0 124 0a62 44 0 1 0-124 0z", "#d4575a", 1.5),
      area(circle(100, 142, 15), DEEP),
      area(circle(100, 142, 12), GOLD),
      area(circle(96, 138, 4), LIGHT),
      area(circle(76, 138, 6), GOLD),
      area(circle(124, 138, 6), GOLD),
    ],
  },
  pendant: {
    ground: IVORY,
    shapes: [
      line("M56 34c10 34 26 48 44 52c18-4 34-18 44-52", DEEP, 2.5),
      line("M100 84v12", GOLD, 6),
      line(circle(100, 128, 26), DEEP, 18),
      line(circle(100, 128, 26), GOLD, 14),
      line("M80 116a24 24 0 0 1 26-13", LIGHT, 4),
    ],
  },
  coat: {
    ground: SAGE,
    shapes: [
      area("M76 40l-30 22-12 86 20 5 6-40v55h80v-55l6 40 20-5-12-86-30-22-24 16z", "#b98a58"),
      area("M76 40l24 50 24-50-24 14z", "#8f6538"),
      line("M100 90v78", "#8f6538", 2.5),
      area(circle(108, 108, 3.5) + circle(108, 132, 3.5), "#6d4a24"),
      line("M70 130h18M112 130h18", "#8f6538", 3),
    ],
  },
  down: {
    ground: MIST,
    shapes: [
      area("M74 46q26-24 52 0l30 20 8 80-20 6-6-34v58H62v-58l-6 34-20-6 8-80z", "#e9e2d3"),
      line("M62 84h76M60 104h80M62 124h76M62 144h76M62 162h76", "#c7bba3", 3),
      line("M100 50v126", "#b3a58a", 3),
      area("M74 46q26-24 52 0l-26 18z", "#d6cab2"),
    ],
  },
  sweater: {
    ground: SAGE,
    shapes: [
      area("M78 50l-32 16-14 78 22 6 8-44v60h76v-60l8 44 22-6-14-78-32-16q-22 16-44 0z", "#cfae83"),
      line("M78 50q22 22 44 0", "#a9865a", 6),
      line("M86 80q10 10 0 20t0 20 0 20M114 80q-10 10 0 20t0 20 0 20", "#a9865a", 3),
      line("M100 78v76", "#b99669", 3),
      line("M62 160h76", "#a9865a", 6),
    ],
  },
  dress: {
    ground: MIST,
    shapes: [
      area("M82 36h36l4 22-8 42 30 68H56l30-68-8-42z", "#33476b"),
      line("M84 100h32", "#6f86b0", 5),
      line("M88 108l-16 56M100 108v58M112 108l16 56", "#465d86", 2),
      line("M82 38q18 20 36 0", "#6f86b0", 3),
    ],
  },
  shirt: {
    ground: MIST,
    shapes: [
      area("M78 44l-34 18-10 74 20 6 8-38v62h76v-62l8 38 20-6-10-74-34-18-22 14z", "#f7f5ef"),
      area("M78 44l22 26-14 10-14-30zM122 44l-22 26 14 10 14-30z", "#e3ddd0"),
      line("M100 70v96", "#cfc6b4", 2),
      area(circle(104, 92, 2.5) + circle(104, 112, 2.5) + circle(104, 132, 2.5), "#b7ab94"),
    ],
  },
  scarf: {
    ground: SAGE,
    shapes: [
      area("M58 54q42-22 84 0q6 26-10 40l8 74h-34l-6-62-12 62H54l14-74q-16-14-10-40z", "#c49a68"),
      line("M60 66q40 22 80 0M64 84q36 18 70 0", "#8a6238", 3),
      line("M70 100l-10 60M122 100l8 62M64 130h34M106 130h30", "#8a6238", 2.5),
      line("M56 168v8M66 168v8M76 168v8M108 168v8M120 168v8M132 168v8", "#a97f4c", 3),
    ],
  },
};

export const PLAIN: Picture = {
  ground: IVORY,
  shapes: [line("M60 78l40-18 40 18v48l-40 18-40-18zM60 78l40 18 40-18M100 96v48", DEEP, 4)],
};
