import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
// @ts-expect-error the generator is plain JavaScript
import { wireTypes } from "../generate.mjs";

const shared = join(__dirname, "..");

it("has the types of the schema that is checked in", async () => {
  const schema = JSON.parse(await readFile(join(shared, "wire.schema.json"), "utf8")) as unknown;
  const types = await readFile(join(shared, "wire.ts"), "utf8");
  expect(types, "run `npm run wire`").toBe(await wireTypes(schema));
}, 30_000);

it("lets clients leave out what the router fills in, and never the other way round", async () => {
  const types = await readFile(join(shared, "wire.ts"), "utf8");
  expect(types).toMatch(/interface Rate \{[^}]*comment\?: string/);
  expect(types).toMatch(/interface Message \{[^}]*client_id: string \| null/);
});
