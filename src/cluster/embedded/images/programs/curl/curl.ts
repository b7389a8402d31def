/** curl: options, one transfer per URL, redirects, retries, where the answer goes, and the exit status. */
import { sleep } from '../../../../../kit/clock.ts';
import { errorText } from '../../../../../shell/interpreter/wording.ts';
import { FileError, type Program } from '../../../../../shell/process.ts';
import { joinBytes } from '../../../../../shell/streams.ts';
import { headerOf } from '../../../net/http-wire.ts';
import { type ContainerNet, print } from '../../net-program.ts';
import { parseUrl } from '../../url.ts';
import { CurlFailure } from './failure.ts';
import type { CurlFlavour } from './flavour.ts';
import { parseCurl } from './options.ts';
import { startMeter } from './progress.ts';
import { type CurlSession, elapsed, newFacts, say, type TransferFacts } from './session.ts';
import { type Answer, transfer } from './transfer.ts';
import { formatWriteOut } from './write-out.ts';

const tryHelp = "curl: try 'curl --help' or 'curl --manual' for more information\n";

/** curl of the given version, linked with the container's C library. */
export function curl(flavour: CurlFlavour): (net: ContainerNet) => Program {
  return (net) => async (process) => {
    const config = parseCurl(process.argv.slice(1));
    if ('complaint' in config) {
      await print(process.stderr, `curl: ${config.complaint}\n${tryHelp}`);
      return 2;
    }
    if (config.line.flags.has('V')) {
      await print(process.stdout, flavour.banner);
      return 0;
    }
    if (config.line.flags.has('h')) {
      await print(process.stdout, help);
      return 0;
    }
    if (config.urls.length === 0) {
      await print(
        process.stderr,
        flavour.modern ? `curl: (2) no URL specified\n${tryHelp}` : `curl: no URL specified!\n${tryHelp}`,
      );
      return 2;
    }
    const session: CurlSession = { net, process, config, flavour };
    let status = 0;
    for (const [i, url] of config.urls.entries()) status = await runUrl(session, url, i);
    return status;
  };
}

const help = `Usage: curl [options...] <url>
 -d, --data <data>           HTTP POST data
 -f, --fail                  Fail fast with no output on HTTP errors
 -h, --help <category>       Get help for commands
 -i, --include               Include response headers in output
 -o, --output <file>         Write to file instead of stdout
 -O, --remote-name           Write output to file named as remote file
 -s, --silent                Silent mode
 -T, --upload-file <file>    Transfer local FILE to destination
 -u, --user <user:password>  Server user and password
 -A, --user-agent <name>     Send User-Agent <name> to server
 -v, --verbose               Make the operation more talkative
 -V, --version               Show version number and quit

This is not the full help, this menu is stripped into categories.
Use "--help category" to get an overview of all categories.
For all options use the manual or "--help all".
`;

async function runUrl(session: CurlSession, text: string, index: number): Promise<number> {
  const { config, process } = session;
  const facts = newFacts(text.includes('://') ? text : `http://${text}/`.replace(/\/\/$/, '/'), process.clock.now());
  const output = config.line.values.get('o')?.[index] ?? (config.line.flags.has('O') ? remoteName(text) : undefined);
  const quietScreen = process.terminal !== undefined && output === undefined;
  const meter = config.progress && !quietScreen ? await startMeter(process) : undefined;
  let failure: CurlFailure | undefined;
  try {
    await withRetries(session, text, facts, output);
  } catch (error) {
    if (!(error instanceof CurlFailure)) throw error;
    failure = error;
  }
  facts.totalMs = elapsed(session, facts);
  await meter?.finish(facts.bodyBytes, facts.totalMs);
  if (failure && (!config.silent || config.showError))
    await print(process.stderr, `curl: (${failure.code}) ${failure.message}\n`);
  if (config.writeOut !== undefined) {
    const format = config.writeOut.startsWith('@') ? readText(session, config.writeOut.slice(1)) : config.writeOut;
    await print(process.stdout, formatWriteOut(format, facts, failure?.code ?? 0, failure?.message ?? ''));
  }
  return failure?.code ?? 0;
}

async function withRetries(
  session: CurlSession,
  text: string,
  facts: TransferFacts,
  output: string | undefined,
): Promise<void> {
  const { config, process } = session;
  const fixedDelay = Number(config.line.values.get('retry-delay')?.at(-1) ?? 0) * 1000;
  for (let attempt = 0; ; attempt++) {
    try {
      if (attempt > 0) facts.startMs = process.clock.now();
      await attemptUrl(session, text, facts, output);
      return;
    } catch (error) {
      if (!(error instanceof CurlFailure) || attempt >= config.retries || !isRetried(session, error)) throw error;
      const delayMs = fixedDelay || Math.min(2 ** attempt * 1000, 600_000);
      if (!config.silent || config.showError) {
        const times = config.retries - attempt;
        await print(process.stderr, `curl: (${error.code}) ${error.message}\n`);
        await print(
          process.stderr,
          `Warning: Problem : ${reasonOf(error)}. Will retry in ${delayMs / 1000} seconds. ${times} ${times === 1 ? 'retry' : 'retries'} \nWarning: left.\n`,
        );
      }
      await sleep(process.clock, delayMs, process.signal);
    }
  }
}

function isRetried({ config }: CurlSession, failure: CurlFailure): boolean {
  if (config.line.flags.has('retry-all-errors')) return true;
  if (failure.refused) return config.line.flags.has('retry-connrefused');
  return failure.transient;
}

function reasonOf(failure: CurlFailure): string {
  return failure.refused ? 'connection refused' : failure.code === 22 ? 'HTTP error' : 'timeout';
}

async function attemptUrl(
  session: CurlSession,
  text: string,
  facts: TransferFacts,
  output: string | undefined,
): Promise<void> {
  const { config, process } = session;
  const deadlineMs = facts.startMs + config.maxTimeMs;
  const limit = Number(config.line.values.get('max-redirs')?.at(-1) ?? 50);
  let location = text;
  for (;;) {
    const url = parseUrl(location);
    if (!url || url.host === '') throw new CurlFailure(3, 'URL rejected: No host part in the URL');
    facts.effectiveUrl = `${url.scheme}://${url.host}${url.portGiven ? `:${url.port}` : ''}${url.target}`;
    const answer = await transfer(session, facts, url, deadlineMs);
    if (!answer) return;
    const next = headerOf(answer.response.headers, 'location');
    const redirect = next !== undefined && answer.response.status >= 300 && answer.response.status < 400;
    if (redirect)
      facts.redirectUrl = next.startsWith('/') ? facts.effectiveUrl.replace(/^(\w+:\/\/[^/]*).*/, `$1${next}`) : next;
    if (!redirect || !config.follow) {
      await deliver(session, answer, output);
      return;
    }
    if (facts.redirects++ >= limit) throw new CurlFailure(47, `Maximum (${limit}) redirects followed`);
    if (config.include || config.head) await print(process.stdout, answer.head);
    await say(session, `Issue another request to this URL: '${facts.redirectUrl}'`);
    location = facts.redirectUrl;
    facts.redirectUrl = '';
  }
}

async function deliver(session: CurlSession, answer: Answer, output: string | undefined): Promise<void> {
  const { config, process } = session;
  const { status } = answer.response;
  const failed = config.fail !== 'no' && status >= 400;
  const transient = [408, 429, 500, 502, 503, 504].includes(status);
  const failure = new CurlFailure(22, `The requested URL returned error: ${status}`, { transient });
  if (failed && config.fail === 'yes') throw failure;
  const head = config.include || config.head ? new TextEncoder().encode(answer.head) : new Uint8Array(0);
  if (output === undefined || output === '-') {
    await process.stdout.write(head);
    await process.stdout.write(answer.body);
  } else if (process.fs.stat(absolute(session, output))?.type !== 'device') {
    try {
      process.fs.writeFile(absolute(session, output), joinBytes([head, answer.body]));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (!config.silent)
        await print(process.stderr, `Warning: Failed to open the file ${output}: ${errorText(error.code)}\n`);
      const detail = session.flavour.modern ? `, passed ${answer.body.length} returned 0` : '';
      throw new CurlFailure(23, `Failure writing output to destination${detail}`);
    }
  }
  if (failed) throw failure;
}

function absolute({ process }: CurlSession, path: string): string {
  return path.startsWith('/') ? path : `${process.cwd.replace(/\/$/, '')}/${path}`;
}

function readText(session: CurlSession, path: string): string {
  return new TextDecoder().decode(session.process.fs.readFile(absolute(session, path)) ?? new Uint8Array());
}

function remoteName(text: string): string {
  return (
    text
      .replace(/[?#].*$/, '')
      .split('/')
      .pop() || 'curl_response'
  );
}
