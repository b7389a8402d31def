/** `netpol-lab list`: which scenarios there are, in which order they teach, and which are solved. Imports nothing heavy. */
import type { Command } from 'commander';
import { textTable } from '../../kit/text-table.ts';
import type { Entry, LabEntry } from '../../scenario/catalogue.ts';
import { wrap } from '../../ui/terminal/wrap.ts';
import type { Cli } from '../cli.ts';
import { styleOf } from '../cli.ts';
import { labsFolder, scenariosFolder } from '../paths.ts';
import { type Progress, readProgress } from '../progress.ts';
import { textOrJson } from './options.ts';

export function addListCommand(program: Command, cli: Cli): void {
  program
    .command('list')
    .description('list the scenarios, the order in which they teach, and which are solved')
    .addOption(textOrJson())
    .action(async ({ output }: { output: string }) => {
      const { listPaths, listScenarios } = await import('../../scenario/catalogue.ts');
      const [entries, paths, solved] = await Promise.all([
        listScenarios(scenariosFolder),
        listPaths(labsFolder),
        readProgress(cli.io),
      ]);
      cli.io.stdout.write(output === 'json' ? json(entries, paths, solved) : text(entries, paths, solved, cli));
    });
}

function json(entries: readonly Entry[], labs: readonly LabEntry[], solved: Progress): string {
  const scenarios = entries.map(({ id, title, level, minutes }) => ({
    id,
    title,
    level,
    minutes,
    ...(solved[id] && { solved: solved[id] }),
  }));
  return `${JSON.stringify({ schemaVersion: 1, scenarios, labs }, null, 2)}\n`;
}

function text(entries: readonly Entry[], paths: readonly LabEntry[], solved: Progress, { io }: Cli): string {
  const style = styleOf(io);
  const rows = entries.map(({ id, title, level, minutes }) => [id, level, `${minutes} min`, title]);
  const parts = [textTable([['SCENARIO', 'LEVEL', 'TIME', 'SYMPTOM'], ...rows])];
  for (const { id, title, says, scenarios } of paths) {
    const lines = scenarios.map((slug, i) => [`  ${i + 1}.`, slug, solved[slug] ? 'solved' : '']);
    const intro = wrap(`${title}: ${says}`, style.columns);
    parts.push(`${intro}\n${textTable(lines, 2)}\nplay it in order: netpol-lab start ${id}\n`);
  }
  return parts.join('\n');
}
