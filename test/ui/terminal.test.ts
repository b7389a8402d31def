import { describe, expect, test } from 'vitest';
import { createStyle } from '../../src/ui/style.ts';
import { keysLine, readAction } from '../../src/ui/terminal/keys.ts';
import { renderMarkdown } from '../../src/ui/terminal/render-markdown.ts';
import { visibleLength, wrap } from '../../src/ui/terminal/wrap.ts';

const plain = createStyle({ env: {}, isTerminal: false, columns: 40, ascii: true });

describe('style', () => {
  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '0' }, false, false],
  ])('%o on a terminal (%s) colours: %s', (env, isTerminal, colours) => {
    expect(createStyle({ env, isTerminal }).good('x') !== 'x').toBe(colours);
  });

  test('ACCESSIBLE=1 is the same as --accessible', () => {
    expect(createStyle({ env: { ACCESSIBLE: '1' }, isTerminal: true }).accessible).toBe(true);
    expect(createStyle({ env: {}, isTerminal: true, accessible: true }).accessible).toBe(true);
    expect(createStyle({ env: {}, isTerminal: true }).accessible).toBe(false);
  });
});

describe('markdown', () => {
  test('prose is wrapped, lists hang, code stays whole', () => {
    const text = [
      '# See it **fail**',
      '',
      'The `wget` of the pod says *nothing* for a long while, and then it gives up & goes away.',
      '',
      '- one item that is long enough to be wrapped somewhere',
      '- two',
      '',
      '2. second',
      '3. third',
      '',
      '```',
      'kubectl get pods --all-namespaces --show-labels -o wide',
      '```',
    ].join('\n');
    expect(renderMarkdown(text, plain)).toBe(
      [
        'See it fail',
        '',
        'The wget of the pod says nothing for a',
        'long while, and then it gives up & goes',
        'away.',
        '',
        '* one item that is long enough to be',
        '  wrapped somewhere',
        '* two',
        '',
        '2. second',
        '3. third',
        '',
        '    kubectl get pods --all-namespaces --show-labels -o wide',
        '',
      ].join('\n'),
    );
  });

  test('every page of the lab fits 80 columns', async () => {
    const { readdir, readFile } = await import('node:fs/promises');
    const style = createStyle({ env: {}, isTerminal: false, columns: 80, ascii: true });
    const folder = new URL('../../scenarios/firewall-restriction/steps/', import.meta.url);
    for (const name of await readdir(folder)) {
      const text = (await readFile(new URL(name, folder), 'utf8')).replace(/```[\s\S]*?```/g, '');
      const long = renderMarkdown(text, style)
        .split('\n')
        .filter((line) => visibleLength(line) > 80);
      expect(long).toEqual([]);
    }
  });

  test('colour codes take no room', () => {
    const coloured = '\u001b[36mwget\u001b[39m';
    expect(visibleLength(coloured)).toBe(4);
    expect(wrap(`${coloured} ${coloured}`, 9)).not.toContain('\n');
    expect(wrap(`${coloured} ${coloured}`, 8)).toContain('\n');
  });
});

describe('keys', () => {
  test.each([
    ['', { do: 'next' }],
    [' v ', { do: 'verify' }],
    ['verify', { do: 'verify' }],
    ['h', { do: 'hint' }],
    ['?', { do: 'help' }],
    ['w', { do: 'why', rest: '' }],
    ['w default/checkout google.com:80/tcp', { do: 'why', rest: 'default/checkout google.com:80/tcp' }],
    ['netpol-lab why a/b c:1/tcp', { do: 'why', rest: 'a/b c:1/tcp' }],
    ['netpol-lab verify', { do: 'verify' }],
    ['k get pods', { do: 'command', text: 'kubectl get pods' }],
    ['kubectl get pods', { do: 'command', text: 'kubectl get pods' }],
    ['wget google.com', { do: 'unknown', text: 'wget google.com' }],
    ['v now', { do: 'unknown', text: 'v now' }],
  ])('%j means %o', (line, action) => {
    expect(readAction(line)).toEqual(action);
  });

  test('the line of keys fits 80 columns', () => {
    const style = createStyle({ env: {}, isTerminal: true, columns: 80 });
    expect(visibleLength(keysLine(style))).toBeLessThanOrEqual(80);
  });
});
