/** curl's progress meter on stderr: two lines of headings, then a line that is rewritten every second. */
import type { Timer } from '../../../../../kit/clock.ts';
import type { Process } from '../../../../../shell/process.ts';
import { print } from '../../net-program.ts';

const headings =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n' +
  '                                 Dload  Upload   Total   Spent    Left  Speed\n';
const nothing = '  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0';

export interface ProgressMeter {
  /** The last state, and the end of the line. */
  finish(bytes: number, tookMs: number): Promise<void>;
}

export async function startMeter(process: Process): Promise<ProgressMeter> {
  const { clock, stderr } = process;
  const startMs = clock.now();
  let timer: Timer | undefined;
  const tick = (): void => {
    timer = clock.after(1000, () => {
      const spent = Math.round((clock.now() - startMs) / 1000);
      print(stderr, `\r${nothing.replace(/ --:--:--( --:--:-- {5}0)$/, ` ${clockTime(spent)}$1`)}`).then(
        tick,
        () => undefined,
      );
    });
  };
  await print(stderr, `${headings}\r${nothing}`);
  tick();
  return {
    async finish(bytes, tookMs) {
      timer?.cancel();
      await print(stderr, `\r${bytes > 0 ? received(bytes, tookMs) : nothing}\n`);
    },
  };
}

function received(bytes: number, tookMs: number): string {
  const size = String(bytes).padStart(5);
  const speed = String(Math.floor((bytes * 1000) / Math.max(1, tookMs)));
  return `100 ${size}  100 ${size}    0     0 ${speed.padStart(6)}      0 --:--:-- --:--:-- --:--:-- ${speed.padStart(5)}`;
}

function clockTime(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return ` ${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
