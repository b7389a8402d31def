/** When does a cron expression fire? Five fields, names, ranges, steps, `@hourly` and friends, `@every 1h30m`; in UTC. Pure. */
export interface CronSchedule {
  /** The first time after `afterMs`, on a whole minute; undefined if there is none within five years. */
  next(afterMs: number): number | undefined;
}

const minuteMs = 60_000;
const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** undefined for what is no cron expression. */
export function parseSchedule(text: string): CronSchedule | undefined {
  const every = /^@every (?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text.trim());
  if (every) {
    const [, hours = '0', minutes = '0', seconds = '0'] = every;
    const stepMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    return stepMs > 0 ? { next: (afterMs) => afterMs + stepMs } : undefined;
  }
  const fields = (nicknames[text.trim()] ?? text.trim()).split(/\s+/);
  const [minute, hour, day, month, weekday] = fields;
  if (fields.length !== 5 || !minute || !hour || !day || !month || !weekday) return undefined;
  const sets = [
    parseField(minute, 0, 59, []),
    parseField(hour, 0, 23, []),
    parseField(day, 1, 31, []),
    parseField(month, 1, 12, months),
    parseField(weekday, 0, 7, days),
  ] as const;
  const [minutes, hours, dates, monthSet, weekdays] = sets;
  if (!minutes || !hours || !dates || !monthSet || !weekdays) return undefined;
  if (weekdays.has(7)) weekdays.add(0);
  const anyDate = day === '*' || day === '?';
  const anyWeekday = weekday === '*' || weekday === '?';
  const suitsDay = (time: Date): boolean => {
    const inDate = dates.has(time.getUTCDate());
    const inWeek = weekdays.has(time.getUTCDay());
    return anyDate || anyWeekday ? inDate && inWeek : inDate || inWeek;
  };
  return { next: (afterMs) => search(afterMs, monthSet, suitsDay, hours, minutes) };
}

function search(
  afterMs: number,
  monthSet: ReadonlySet<number>,
  suitsDay: (time: Date) => boolean,
  hours: ReadonlySet<number>,
  minutes: ReadonlySet<number>,
): number | undefined {
  const time = new Date(Math.floor(afterMs / minuteMs) * minuteMs + minuteMs);
  const limit = afterMs + 5 * 366 * 86_400_000;
  while (time.getTime() <= limit) {
    if (!monthSet.has(time.getUTCMonth() + 1)) toMidnight(time, time.getUTCMonth() + 1, 1);
    else if (!suitsDay(time)) toMidnight(time, time.getUTCMonth(), time.getUTCDate() + 1);
    else if (!hours.has(time.getUTCHours())) time.setUTCHours(time.getUTCHours() + 1, 0);
    else if (!minutes.has(time.getUTCMinutes())) time.setUTCMinutes(time.getUTCMinutes() + 1);
    else return time.getTime();
  }
  return undefined;
}

function toMidnight(time: Date, month: number, date: number): void {
  time.setUTCMonth(month, date);
  time.setUTCHours(0, 0);
}

function parseField(text: string, low: number, high: number, names: readonly string[]): Set<number> | undefined {
  const values = new Set<number>();
  const numberOf = (word: string): number => {
    const named = names.indexOf(word.toLowerCase());
    if (named >= 0) return named + (low === 1 ? 1 : 0);
    return /^\d+$/.test(word) ? Number(word) : Number.NaN;
  };
  for (const part of text.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [from = '', to] = range === '*' || range === '?' ? [String(low), String(high)] : range.split('-');
    const first = numberOf(from);
    const last = to === undefined ? (part.includes('/') ? high : first) : numberOf(to);
    const by = Number(step);
    if (!(first >= low && last <= high && first <= last && by >= 1)) return undefined;
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return values;
}
