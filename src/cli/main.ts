#!/usr/bin/env node
/**
 * Starts the program, which the build leaves beside this file, with what V8 compiled of it in an earlier run: of a run of a second,
 * compiling is a quarter, and Node keeps nothing of it. docs/decisions/0005 says why it is done here.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

/** Of the program's text: what was compiled of another text is not for this one. Put here by the build. */
declare const programHash: string;

/** ms of a processor. A run of less has compiled too little to be worth keeping, however long it waited. */
const worthKeepingMs = 750;
const checksumBytes = 20;

const program = fileURLToPath(import.meta.url).replace(/js$/, 'cjs');
const cache = program.replace(/cjs$/, `${programHash}-${nodeHash()}.cache`);

const compiled = readCompiled();
const parameters = ['module', 'require', 'importPackage', 'launcherUrl'];
// Plain ASCII, as the build writes it: read as bytes, it need not be decoded.
const script = new Script(`(function (${parameters}) {${readFileSync(program, 'latin1')}\n})`, {
  filename: program,
  ...(compiled && { cachedData: compiled }),
});
if (script.cachedDataRejected !== false) process.on('exit', keepCompiled);
const { url } = import.meta;
script.runInThisContext()({ exports: {} }, createRequire(url), (name: string) => import(name), url);

/** This very Node under these flags: V8 takes what another build of the same V8 has compiled, and crashes. */
function nodeHash(): string {
  const { size, mtimeMs } = statSync(process.execPath);
  return checksum([process.version, size, mtimeMs, cachedDataVersionTag()].join()).toString('hex').slice(0, 12);
}

/** V8 trusts what it is given, and crashes on a damaged file: the first bytes are a checksum of the rest. */
function readCompiled(): Buffer | undefined {
  try {
    const bytes = readFileSync(cache);
    const data = bytes.subarray(checksumBytes);
    return checksum(data).equals(bytes.subarray(0, checksumBytes)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Moved into place as a whole, because others may start meanwhile. Where nothing can be written, nothing is kept. */
function keepCompiled(): void {
  if (process.cpuUsage().user / 1000 < worthKeepingMs) return;
  const draft = `${cache}.${process.pid}`;
  try {
    const data = script.createCachedData();
    writeFileSync(draft, Buffer.concat([checksum(data), data]));
    renameSync(draft, cache);
  } catch {
    rmSync(draft, { force: true });
  }
}

function checksum(data: string | Uint8Array): Buffer {
  return createHash('sha1').update(data).digest();
}
