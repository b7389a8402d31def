/** What a learner with a terminal sees: prompt, echo, line editing, ^C and ^D, jobs, and sizes. Bytes as BusyBox' ash sends them. */
import { describe, expect, it } from 'vitest';
import type { ShellName } from '../../src/shell/interpreter/wording.ts';
import { openPipe } from '../../src/shell/pipe.ts';
import { BrokenPipe, type Child } from '../../src/shell/process.ts';
import { recorder, startContainer, type TestContainer } from './container.ts';

interface Session {
  readonly container: TestContainer;
  readonly process: Child;
  /** Types, then lets everything that this wakes come to rest. */
  type(keys: string): Promise<void>;
  hangUp(): Promise<void>;
  screen(): string;
  resize(columns: number): void;
}

async function openSession(
  argv: readonly string[] = ['sh'],
  shell: ShellName = 'ash',
  env: Readonly<Record<string, string>> = {},
): Promise<Session> {
  const container = startContainer(shell);
  const keyboard = openPipe();
  const screen = recorder();
  let columns = 80;
  const listeners = new Set<() => void>();
  const result = container.kernel.start({
    argv,
    env: new Map(Object.entries({ PATH: '/bin:/usr/bin', HOME: '/root', ...env })),
    stdin: keyboard.source,
    stdout: screen,
    tty: {
      get columns() {
        return columns;
      },
      rows: 24,
      onResize: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  if (result.outcome !== 'started') throw new Error(result.outcome);
  // A few virtual milliseconds: a busy process gives others a turn now and then, and that takes one.
  const settle = (): Promise<void> => container.clock.advance(20);
  await settle();
  return {
    container,
    process: result.process,
    async type(keys) {
      try {
        await keyboard.sink.write(new TextEncoder().encode(keys));
      } catch (error) {
        if (!(error instanceof BrokenPipe)) throw error;
      }
      await settle();
    },
    async hangUp() {
      keyboard.sink.close();
      await settle();
    },
    screen: () => screen.text(),
    resize(width) {
      columns = width;
      for (const listener of listeners) listener();
    },
  };
}

describe('a shell at a terminal', () => {
  it('shows the prompt, echoes what is typed, and ends every line with CR and LF', async () => {
    const session = await openSession();
    await session.type('hostname\r');
    await session.type('nosuch\r');
    await session.type('echo $?\r');
    await session.type('exit 3\r');
    expect(session.screen()).toBe(
      '/ # hostname\r\nbox\r\n/ # nosuch\r\nsh: nosuch: not found\r\n/ # echo $?\r\n127\r\n/ # exit 3\r\n',
    );
    expect(await session.process.status).toBe(3);
  });

  it('shows the directory in the prompt, and home as a tilde', async () => {
    const session = await openSession();
    await session.type('cd /tmp\rcd\rcd /nosuch\rexit\r');
    expect(session.screen()).toBe(
      "/ # cd /tmp\r\n/tmp # cd\r\n~ # cd /nosuch\r\nsh: cd: can't cd to /nosuch: No such file or directory\r\n~ # exit\r\n",
    );
  });

  it('drops the line at ^C and leaves at ^D with the status of the last command', async () => {
    const session = await openSession();
    await session.type('abc\x03');
    await session.type('echo $?\r');
    await session.type('false\r');
    await session.type('\x04');
    expect(session.screen()).toBe('/ # abc^C\r\n/ # echo $?\r\n130\r\n/ # false\r\n/ # \r\n');
    expect(await session.process.status).toBe(1);
  });

  it('interrupts the foreground job with ^C and keeps the shell', async () => {
    const session = await openSession();
    await session.type('sleep 5000\r');
    await session.type('\x03');
    await session.type('echo $?\r');
    await session.type('sleep 5000 | cat\r');
    await session.type('\x03');
    expect(session.screen()).toBe('/ # sleep 5000\r\n^C\r\n/ # echo $?\r\n130\r\n/ # sleep 5000 | cat\r\n^C\r\n/ # ');
    expect(session.container.kernel.table.list().map((entry) => entry.argv[0])).toEqual(['sleep', 'sh']);
    await session.hangUp();
  });

  it('interrupts a loop of builtins and a loop of programs', async () => {
    const session = await openSession();
    await session.type('while true; do sleep 1000; done\r');
    await session.type('\x03');
    await session.type('while :; do :; done\r');
    await session.type('\x03');
    await session.container.clock.advance(50);
    await session.type('echo $?\r');
    expect(session.screen()).toBe(
      '/ # while true; do sleep 1000; done\r\n^C\r\n/ # while :; do :; done\r\n^C\r\n/ # echo $?\r\n130\r\n/ # ',
    );
    await session.hangUp();
  });

  it('asks for more with PS2 and tells syntax errors', async () => {
    const session = await openSession();
    await session.type('if true\rthen echo y\rfi\r');
    await session.type('echo "a\rb"\r');
    await session.type('fi\recho $?\r');
    expect(session.screen()).toBe(
      '/ # if true\r\n> then echo y\r\n> fi\r\ny\r\n/ # echo "a\r\n> b"\r\na\r\nb\r\n/ # fi\r\nsh: syntax error: unexpected "fi"\r\n/ # echo $?\r\n2\r\n/ # ',
    );
    await session.hangUp();
  });

  it('tells about background jobs before the next prompt', async () => {
    const session = await openSession();
    await session.type('sleep 100 &\r');
    await session.type('jobs\r');
    await session.type('kill %1\r');
    await session.type('echo x\r');
    expect(session.screen()).toContain('/ # jobs\r\n[1]+  Running                    sleep 100\r\n/ # kill %1\r\n');
    expect(session.screen()).toContain('[1]+  Terminated                 sleep 100\r\n');
    await session.hangUp();
  });

  it('erases, recalls and moves within the line', async () => {
    const session = await openSession();
    await session.type('abc\x7f\x7fX\r');
    await session.type('echo a b\x17c\r');
    await session.type('foo\x15echo k\r');
    await session.type('\x1b[A\r');
    await session.type('cho m\x01e\r');
    expect(session.screen()).toBe(
      '/ # abc\b\x1b[J\b\x1b[JX\r\nsh: aX: not found\r\n' +
        '/ # echo a b\b\x1b[Jc\r\na c\r\n' +
        '/ # foo\r/ # \x1b[Jecho k\r\nk\r\n' +
        '/ # \r/ # echo k\x1b[J\r\nk\r\n' +
        '/ # cho m\b\b\b\b\becho m\b\b\b\b\b\r\nm\r\n/ # ',
    );
    await session.hangUp();
  });

  it('gives programs whole lines, echoed by the terminal, and ^D as the end of their input', async () => {
    const session = await openSession();
    await session.type('cat\r');
    await session.type('helloo\x7f\r');
    await session.type('\x04');
    await session.type('read x\r');
    await session.type('y\r');
    await session.type('echo "[$x]"\r');
    expect(session.screen()).toBe(
      '/ # cat\r\nhelloo\b \b\r\nhello\r\n/ # read x\r\ny\r\n/ # echo "[$x]"\r\n[y]\r\n/ # ',
    );
    await session.hangUp();
  });

  it('ends when the client hangs up and leaves nothing behind', async () => {
    const session = await openSession();
    await session.hangUp();
    expect(await session.process.status).toBe(0);
    expect(session.container.kernel.table.list().map((entry) => entry.pid)).toEqual([1]);
  });

  it('prompts as dash does in Debian images, with the terminal editing the line', async () => {
    const session = await openSession(['sh'], 'dash');
    await session.type('ecko\x7f\x7fho hi\r');
    await session.type('nosuch\r');
    expect(session.screen()).toBe('# ecko\b \b\b \bho hi\r\nhi\r\n# nosuch\r\nsh: 2: nosuch: not found\r\n# ');
    await session.hangUp();
  });
});

describe('a program at a terminal', () => {
  it('merges stdout and stderr and turns LF into CR LF', async () => {
    const session = await openSession(['sh', '-c', 'echo out; echo err >&2']);
    expect(await session.process.status).toBe(0);
    expect(session.screen()).toBe('out\r\nerr\r\n');
  });

  it('dies of ^C with status 130, of ^\\ with 131, and every child with it', async () => {
    const first = await openSession(['sh', '-c', 'sleep 1000; echo no']);
    await first.type('\x03');
    expect(await first.process.status).toBe(130);
    expect(first.screen()).toBe('^C');
    expect(first.container.kernel.table.list().map((entry) => entry.pid)).toEqual([1]);
    const second = await openSession(['sleep', '1000']);
    await second.type('\x1c');
    expect(await second.process.status).toBe(131);
  });

  it('sees the size of the window and its changes', async () => {
    const session = await openSession();
    await session.type('touch a b c; ls\r');
    expect(session.screen()).toContain('a     b     bin');
    session.resize(8);
    await session.type('ls /root /etc\r');
    expect(session.screen()).toContain('passwd\r\n');
    await session.hangUp();
  });

  it('knows a terminal from a pipe', async () => {
    const session = await openSession([
      'sh',
      '-c',
      '[ -t 0 ] && [ -t 1 ] && echo tty; echo x | [ -t 0 ] || echo pipe; ls /bin | head -n 1',
    ]);
    await session.process.status;
    expect(session.screen()).toBe('tty\r\npipe\r\n[\r\n');
  });
});
