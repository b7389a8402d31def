/**
 * npm run clean-clone -- [NODE…]: does a fresh clone of HEAD install, start and pass its tests? Once with the Node that runs
 * this, or with each major version given (fetched through npx), as a newcomer would do it.
 */
import { fileURLToPath } from 'node:url';
import { $, cd, chalk, tmpdir } from 'zx';

const root = fileURLToPath(new URL('..', import.meta.url));
const versions = process.argv.slice(2);
const steps = ['npm ci --no-audit --no-fund', 'npm start', 'npm test'];

$.verbose = false;
let failed = false;
for (const version of versions.length > 0 ? versions : ['']) {
  const folder = tmpdir('netpol-clean-clone');
  const clone = `${folder}/x`;
  try {
    await $`git clone -q ${root} ${clone}`;
    cd(clone);
    for (const step of steps) {
      const command = version ? ['npx', '-y', '-p', `node@${version}`, '-c', step] : ['sh', '-c', step];
      const { exitCode, duration, stdout, stderr } = await $({
        nothrow: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      })`${command}`;
      const name = `${version ? `node ${version}` : `node ${process.versions.node}`}: ${step}`;
      process.stdout.write(
        `${exitCode === 0 ? chalk.green('ok') : chalk.red('FAIL')} ${name} (${(duration / 1000).toFixed(1)} s)\n`,
      );
      if (exitCode === 0) continue;
      failed = true;
      process.stdout.write(`${stdout}${stderr}\n`);
      break;
    }
  } finally {
    cd(root);
    await $`rm -rf ${folder}`;
  }
}
process.exitCode = failed ? 1 : 0;
