/**
 * Writes the JSON Schemas that editors use for scenario.yaml and labs, from the zod schemas that the loader checks with.
 * `update` (the default) writes; `verify` writes nothing and exits 1 when a file differs.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { labSchema, scenarioSchema } from '../src/scenario/schema.ts';

const folder = new URL('../schema/', import.meta.url);
const schemas = {
  'scenario.schema.json': [scenarioSchema, 'netpol-lab scenario'],
  'lab.schema.json': [labSchema, 'netpol-lab lab'],
} as const;

/** As authors write it: what has a default may be left out. */
export function schemaText(schema: z.ZodType, title: string): string {
  return `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) }, null, 2)}\n`;
}

export async function updateSchemas(check: boolean): Promise<readonly string[]> {
  const stale: string[] = [];
  await mkdir(folder, { recursive: true });
  for (const [name, [schema, title]] of Object.entries(schemas)) {
    const file = new URL(name, folder);
    const text = schemaText(schema, title);
    const current = await readFile(file, 'utf8').catch(() => '');
    if (current === text) continue;
    stale.push(name);
    if (!check) await writeFile(file, text);
  }
  return stale;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('verify');
  const stale = await updateSchemas(check);
  for (const name of stale)
    console.log(
      check ? `schema/${name} is not what src/scenario/schema.ts says: npm run update-schema` : `wrote schema/${name}`,
    );
  if (check && stale.length > 0) process.exitCode = 1;
}
