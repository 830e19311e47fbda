// Writes wire.ts from wire.schema.json; with --check only tells whether it is current.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const HERE = dirname(fileURLToPath(import.meta.url));
const INPUT_ROOTS = ["ShopperCommand", "DeskCommand", "OpenShopperSession", "Login"];
const BANNER =
  "// Generated from wire.schema.json by `npm run wire`; change router/wire.py instead.\n";

/** Gives the TypeScript of a wire schema. */
export async function wireTypes(schema) {
  const defs = structuredClone(schema.$defs);
  const fromOutside = reachable(defs, INPUT_ROOTS);
  for (const [name, def] of Object.entries(defs)) {
    // What the router sends always carries every field; what it reads may leave out defaults.
    if (def.properties && !fromOutside.has(name)) def.required = Object.keys(def.properties);
    plain(def, true);
  }
  const root = { title: "Wire", type: "object", properties: {}, $defs: defs };
  const source = await compile(root, "Wire", {
    additionalProperties: false,
    bannerComment: "",
    format: true,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
    style: { printWidth: 100 },
  });
  const types = source
    .replace(/export interface Wire \{\}\n/, "")
    .replace(/ \*\n \* This interface was referenced by[^]*?\n \*\//g, " */")
    .replace(/\/\*\*\n \* This interface was referenced by[^]*?\n \*\/\n/g, "")
    .replace(/\/\*\*\n \* This interface was referenced by[^]*?\*\/\n/g, "")
    .replace(/ \* This interface was referenced by[^\n]*\n \* via the[^\n]*\n/g, "")
    .trimStart();
  return BANNER + "\n" + types;
}

function reachable(defs, roots) {
  const seen = new Set();
  const visit = (name) => {
    if (seen.has(name) || !defs[name]) return;
    seen.add(name);
    for (const ref of JSON.stringify(defs[name]).matchAll(/#\/\$defs\/(\w+)/g)) visit(ref[1]);
  };
  roots.forEach(visit);
  return seen;
}

// Titles below the top would become types of their own; limits are the router's to check.
function plain(node, top = false) {
  if (Array.isArray(node)) return node.forEach((one) => plain(one));
  if (node === null || typeof node !== "object") return;
  if (!top && typeof node.title === "string") delete node.title;
  for (const key of ["default", "minLength", "maxLength", "pattern", "minimum", "maximum"]) {
    if (typeof node[key] !== "object" || key === "default") delete node[key];
  }
  if (!top) delete node.description;
  for (const [key, value] of Object.entries(node)) {
    if (key === "properties") Object.values(value).forEach((one) => plain(one));
    else plain(value);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const schema = JSON.parse(await readFile(join(HERE, "wire.schema.json"), "utf8"));
  const target = join(HERE, "wire.ts");
  const wanted = await wireTypes(schema);
  if (process.argv.includes("--check")) {
    if ((await readFile(target, "utf8")) !== wanted) {
      console.error("shared/wire.ts is not current: run `npm run wire`.");
      process.exit(1);
    }
  } else await writeFile(target, wanted);
}
