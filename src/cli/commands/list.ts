/** `netpol-lab list`: which scenarios there are. Reads headlines only and imports nothing heavy. */
import type { Command } from 'commander';
import { textTable } from '../../kit/text-table.ts';
import type { Cli } from '../cli.ts';
import { styleOf } from '../cli.ts';
import { scenariosFolder } from '../paths.ts';

export function addListCommand(program: Command, cli: Cli): void {
  program
    .command('list')
    .description('list the scenarios')
    .option('--output <format>', 'text or json', 'text')
    .action(async ({ output }: { output: string }) => {
      const { listScenarios } = await import('../../scenario/catalogue.ts');
      const entries = await listScenarios(scenariosFolder);
      if (output === 'json') {
        const scenarios = entries.map(({ id, title, level, minutes }) => ({ id, title, level, minutes }));
        cli.io.stdout.write(`${JSON.stringify({ schemaVersion: 1, scenarios }, null, 2)}\n`);
        return;
      }
      const rows = entries.map(({ id, title, level, minutes }) => [id, level, `${minutes} min`, title]);
      cli.io.stdout.write(textTable([['SCENARIO', 'LEVEL', 'TIME', 'SYMPTOM'], ...rows]));
      const first = entries[0]?.id;
      if (first && cli.io.stdout.isTTY)
        cli.io.stdout.write(`\n${styleOf(cli.io).dim(`start one: netpol-lab start ${first}`)}\n`);
    });
}
