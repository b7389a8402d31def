import { expect, test } from 'vitest';
import { alignTabs, describeLayout, tableLayout, tabwriter } from '../../src/kubectl/print/tabwriter.ts';

test('a table column is as wide as its widest cell and three spaces, and at least six', () => {
  expect(alignTabs('NAME\tREADY\tAGE\na\t1/1\t5s\nlonger-name\t1/1\t5s\n', tableLayout)).toBe(
    'NAME          READY   AGE\na             1/1     5s\nlonger-name   1/1     5s\n',
  );
  expect(alignTabs('a\tb\tc\n', tableLayout)).toBe('a     b     c\n');
});

test('the last cell of a line is never padded, an empty one before it is', () => {
  expect(alignTabs('NAME\tAPP\nx\t\ny\tz\n', tableLayout)).toBe('NAME   APP\nx      \ny      z\n');
});

test('a line without the cell ends the column', () => {
  const text = 'Name:\tweb\nContainers:\n  Image:\tnginx\n  Image ID:\tsha\nTolerations:\tnone\n';
  expect(alignTabs(text, describeLayout)).toBe(
    'Name:  web\nContainers:\n  Image:      nginx\n  Image ID:   sha\nTolerations:  none\n',
  );
});

test('a watch remembers the widths that it has shown', () => {
  const writer = tabwriter(tableLayout);
  expect(writer.align('NAME\tDATA\none\t1\n')).toBe('NAME   DATA\none    1\n');
  expect(writer.align('a-long-name\t2\n')).toBe('a-long-name   2\n');
  expect(writer.align('one\t1\n')).toBe('one           1\n');
});

test('describe forgets the widths of one block when the next begins', () => {
  const text = 'Selector:\tapp=web\nPod Template:\n  Labels:\tapp=web\n';
  expect(alignTabs(text, describeLayout)).toBe('Selector:  app=web\nPod Template:\n  Labels:  app=web\n');
});
