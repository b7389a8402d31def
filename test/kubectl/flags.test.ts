import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../src/kubectl/flags/parse.ts';
import { flag, formatDuration, parseDuration } from '../../src/kubectl/flags/spec.ts';

const specs = [
  flag('output', 'string', { short: 'o' }),
  flag('watch', 'bool', { short: 'w' }),
  flag('tty', 'bool', { short: 't' }),
  flag('filename', 'list', { short: 'f' }),
  flag('env', 'array', { short: 'e' }),
  flag('tail', 'int', { fallback: '-1' }),
  flag('timeout', 'duration', { fallback: '30s' }),
  flag('dry-run', 'string', { fallback: 'none', bare: 'unchanged' }),
];

describe('a command line', () => {
  test('may have its flags anywhere before the two dashes', () => {
    const { flags, args, dash } = parseFlags(
      ['pods', '-o', 'yaml', 'web', '--watch', '--', '-x', '--output=no'],
      specs,
    );
    expect(args).toEqual(['pods', 'web', '-x', '--output=no']);
    expect(dash).toBe(2);
    expect([flags.string('output'), flags.bool('watch')]).toEqual(['yaml', true]);
  });

  test.each([
    [['-oyaml'], 'yaml'],
    [['-o=yaml'], 'yaml'],
    [['--output=yaml'], 'yaml'],
    [['--output', 'yaml'], 'yaml'],
    [['-wto', 'yaml'], 'yaml'],
    [['-o', 'json', '-o', 'yaml'], 'yaml'],
    [['--output='], ''],
  ])('%j gives the output %j', (words, output) => {
    expect(parseFlags(words, specs).flags.string('output')).toBe(output);
  });

  test('splits lists at commas and takes arrays whole', () => {
    const { flags } = parseFlags(['-f', 'a,b', '-f', '"c,d"', '-e', 'x=1,2', '-e', 'y'], specs);
    expect(flags.list('filename')).toEqual(['a', 'b', 'c,d']);
    expect(flags.list('env')).toEqual(['x=1,2', 'y']);
  });

  test('a flag with a bare value never takes the next word', () => {
    const { flags, args } = parseFlags(['--dry-run', 'client'], specs);
    expect([flags.string('dry-run'), args]).toEqual(['unchanged', ['client']]);
  });

  test.each([
    [['--nosuch'], 'unknown flag: --nosuch'],
    [['-z'], "unknown shorthand flag: 'z' in -z"],
    [['-wz'], "unknown shorthand flag: 'z' in -z"],
    [['-o'], "flag needs an argument: 'o' in -o"],
    [['--output'], 'flag needs an argument: --output'],
    [['--tail=x'], 'invalid argument "x" for "--tail" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    [['--timeout=1x'], 'invalid argument "1x" for "--timeout" flag: time: unknown unit "x" in duration "1x"'],
    [['--timeout=5'], 'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"'],
    [
      ['-w=maybe'],
      'invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
  ])('%j is refused as pflag refuses it', (words, message) => {
    expect(() => parseFlags(words, specs)).toThrow(message);
  });
});

test.each([
  ['1h30m', 5_400_000, '1h30m0s'],
  ['1.5s', 1500, '1.5s'],
  ['500ms', 500, '500ms'],
  ['-1s', -1000, '-1s'],
  ['0', 0, '0s'],
])('the duration %s is %d ms and prints as %s', (text, ms, printed) => {
  expect(parseDuration(text)).toBe(ms);
  expect(formatDuration(ms)).toBe(printed);
});
