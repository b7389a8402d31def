/** Is this a schedule? The parser of github.com/robfig/cron, with its complaints word for word. */

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: Readonly<Record<string, number>>;
}

const numbered = (names: readonly string[], first: number): Readonly<Record<string, number>> =>
  Object.fromEntries(names.map((name, index) => [name, index + first]));

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const bounds: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: numbered(months, 1) },
  { min: 0, max: 6, names: numbered(days, 0) },
];

/** undefined where the schedule is well formed. */
export function cronProblem(schedule: string): string | undefined {
  const spec = schedule.replace(/^(CRON_)?TZ=\S*\s*/, '');
  if (spec.startsWith('@')) return descriptorProblem(spec);
  const fields = spec.trim().split(/\s+/);
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [index, field] of fields.entries()) {
    for (const part of field.split(',').filter((piece) => piece !== '')) {
      const problem = rangeProblem(part, bounds[index] as Bounds);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function descriptorProblem(spec: string): string | undefined {
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(spec)) return undefined;
  const every = /^@every (.*)$/.exec(spec)?.[1];
  if (every === undefined) return `unrecognized descriptor: ${spec}`;
  if (/^[-+]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(every)) return undefined;
  return `failed to parse duration ${spec}: time: invalid duration ${JSON.stringify(every)}`;
}

function rangeProblem(part: string, { min, max, names = {} }: Bounds): string | undefined {
  const [range = '', stepText, ...slashes] = part.split('/');
  const [lowText = '', highText, ...hyphens] = range.split('-');
  const any = lowText === '*' || lowText === '?';
  const number = (text: string): number | string => names[text.toLowerCase()] ?? integer(text);
  const low = any ? min : number(lowText);
  if (typeof low === 'string') return low;
  if (!any && hyphens.length > 0) return `too many hyphens: ${part}`;
  const high = any ? max : highText === undefined ? low : number(highText);
  if (typeof high === 'string') return high;
  if (slashes.length > 0) return `too many slashes: ${part}`;
  const step = stepText === undefined ? 1 : integer(stepText);
  if (typeof step === 'string') return step;
  const end = stepText !== undefined && highText === undefined ? max : high;
  if (low < min) return `beginning of range (${low}) below minimum (${min}): ${part}`;
  if (end > max) return `end of range (${end}) above maximum (${max}): ${part}`;
  if (low > end) return `beginning of range (${low}) beyond end of range (${end}): ${part}`;
  return step === 0 ? `step of range should be a positive number: ${part}` : undefined;
}

/** The number, or what is wrong with it. */
function integer(text: string): number | string {
  if (!/^[-+]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}
