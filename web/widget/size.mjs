// Fails when the built widget is larger than a storefront should have to load.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const LIMIT = 48_000;
const file = new URL("../dist/widget.js", import.meta.url);
const source = await readFile(file).catch(() => {
  console.error("dist/widget.js is not there: run `npm run build:widget` first.");
  process.exit(1);
});
const size = gzipSync(source, { level: 9 }).length;
console.log(`widget.js: ${source.length} bytes, ${size} gzipped, limit ${LIMIT}`);
if (size > LIMIT) {
  console.error(`widget.js is ${size - LIMIT} bytes over its limit.`);
  process.exit(1);
}
