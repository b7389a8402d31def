/** Debian-based images: dash as sh, GNU's words and statuses. Texts checked against coreutils 9.1 and dash 0.5.12. */
import { describe, expect, it } from 'vitest';
import { debianPrograms } from '../../src/shell/programs/table.ts';
import { startContainer } from './container.ts';

const run = (script: string) => {
  const container = startContainer('dash', debianPrograms());
  return container.run(['/usr/bin/sh', '-c', script], { env: { PATH: '/usr/bin' } });
};

describe('a Debian-based image', () => {
  it('speaks as dash when a command is missing', async () => {
    expect(await run('curl http://web')).toMatchObject({ stderr: '/usr/bin/sh: 1: curl: not found\n', status: 127 });
    expect(await run('cd /nosuch')).toMatchObject({ stderr: "/usr/bin/sh: 1: cd: can't cd to /nosuch\n", status: 2 });
    expect(await run('bash -c "nosuch"')).toMatchObject({
      stderr: 'bash: line 1: nosuch: command not found\n',
      status: 127,
    });
  });

  it('ends timeout with 124', async () => {
    expect(await run('timeout 2 sleep 10')).toMatchObject({ status: 124, elapsedMs: 2000, stderr: '' });
    expect(await run('timeout -s KILL 2 sleep 10')).toMatchObject({ status: 137 });
    expect(await run('timeout 2 sh -c "exit 5"')).toMatchObject({ status: 5 });
  });

  it('words errors as coreutils do', async () => {
    expect(await run('cat /nosuch')).toMatchObject({ stderr: 'cat: /nosuch: No such file or directory\n', status: 1 });
    expect(await run('ls /nosuch')).toMatchObject({
      stderr: "ls: cannot access '/nosuch': No such file or directory\n",
      status: 2,
    });
    expect(await run('cat -Z')).toMatchObject({
      stderr: "cat: invalid option -- 'Z'\nTry 'cat --help' for more information.\n",
      status: 1,
    });
    expect(await run('sleep x')).toMatchObject({
      stderr: "sleep: invalid time interval ‘x’\nTry 'sleep --help' for more information.\n",
    });
    expect(await run('rm /nosuch; mkdir /bin; cp /nosuch x')).toMatchObject({
      stderr:
        "rm: cannot remove '/nosuch': No such file or directory\nmkdir: cannot create directory ‘/bin’: File exists\ncp: cannot stat '/nosuch': No such file or directory\n",
    });
    expect(await run('head -n1 /nosuch; printf "b\\na\\n" | sort')).toMatchObject({
      stderr: "head: cannot open '/nosuch' for reading: No such file or directory\n",
      stdout: 'a\nb\n',
    });
  });
});
