/**
 * Runs what `npm run build` has made, as `prepare` does after `npm ci`: what V8 compiles meanwhile is kept, so that a clone's first
 * start is as quick as every other (docs/decisions/0005). With one scenario for the program as people start it, with two for the
 * processes that prove several. Whatever comes of it, the installation is done.
 */
import { spawnSync } from 'node:child_process';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
for (const scenarios of [['firewall-restriction'], ['firewall-restriction', 'probe-restarts']])
  spawnSync(execPath, [program, 'test', ...scenarios], { stdio: 'ignore', timeout: 30_000 });
