/** Dates as text, always UTC: containers have no other time zone. */

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** As strftime in the C locale. */
export function formatTime(epochMs: number, format: string): string {
  const date = new Date(epochMs);
  const two = (value: number, fill = '0'): string => String(value).padStart(2, fill);
  const hour12 = date.getUTCHours() % 12 || 12;
  const day = days[date.getUTCDay()] ?? '';
  const month = months[date.getUTCMonth()] ?? '';
  const startOfYear = Date.UTC(date.getUTCFullYear(), 0, 1);
  const dayOfYear = Math.floor((epochMs - startOfYear) / 86_400_000);
  const value = (letter: string): string => {
    switch (letter) {
      case 'Y':
        return String(date.getUTCFullYear());
      case 'C':
        return two(Math.floor(date.getUTCFullYear() / 100));
      case 'y':
        return two(date.getUTCFullYear() % 100);
      case 'm':
        return two(date.getUTCMonth() + 1);
      case 'd':
        return two(date.getUTCDate());
      case 'e':
        return two(date.getUTCDate(), ' ');
      case 'H':
        return two(date.getUTCHours());
      case 'I':
        return two(hour12);
      case 'M':
        return two(date.getUTCMinutes());
      case 'S':
        return two(date.getUTCSeconds());
      case 'N':
        return String(date.getUTCMilliseconds() * 1_000_000).padStart(9, '0');
      case 'p':
        return date.getUTCHours() < 12 ? 'AM' : 'PM';
      case 'a':
        return day.slice(0, 3);
      case 'A':
        return day;
      case 'b':
      case 'h':
        return month.slice(0, 3);
      case 'B':
        return month;
      case 'j':
        return String(dayOfYear + 1).padStart(3, '0');
      case 'u':
        return String(date.getUTCDay() || 7);
      case 'w':
        return String(date.getUTCDay());
      case 's':
        return String(Math.floor(epochMs / 1000));
      case 'Z':
        return 'UTC';
      case 'z':
        return '+0000';
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '%':
        return '%';
      case 'U':
        return two(Math.floor((dayOfYear + 7 - date.getUTCDay()) / 7));
      default:
        return composed(letter);
    }
  };
  const composed = (letter: string): string => {
    const formats: Readonly<Record<string, string>> = {
      F: '%Y-%m-%d',
      T: '%H:%M:%S',
      R: '%H:%M',
      D: '%m/%d/%y',
      c: '%a %b %e %H:%M:%S %Y',
      x: '%m/%d/%y',
      X: '%H:%M:%S',
      r: '%I:%M:%S %p',
    };
    const nested = formats[letter];
    return nested === undefined ? `%${letter}` : formatTime(epochMs, nested);
  };
  return format.replace(/%-?([a-zA-Z%])/g, (whole, letter: string) =>
    whole.startsWith('%-') ? value(letter).replace(/^[0 ](?=.)/, '') : value(letter),
  );
}
