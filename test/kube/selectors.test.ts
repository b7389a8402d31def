import { describe, expect, test } from 'vitest';
import { formatSelector, matchesMap, matchesSelector } from '../../src/kube/selectors.ts';

const requirement = (operator: string, values?: string[]) => ({
  matchExpressions: [{ key: 'tier', operator, ...(values && { values }) }],
});

describe('label selectors', () => {
  test.each([
    ['an empty selector matches everything', {}, {}, true],
    ['an absent selector matches nothing', undefined, { a: 'b' }, false],
    ['labels are ANDed', { matchLabels: { a: '1', b: '2' } }, { a: '1' }, false],
    ['In needs the key', requirement('In', ['x']), {}, false],
    ['NotIn matches an absent key', requirement('NotIn', ['x']), {}, true],
    ['NotIn refuses a listed value', requirement('NotIn', ['x']), { tier: 'x' }, false],
    ['DoesNotExist matches an absent key', requirement('DoesNotExist'), {}, true],
    ['an empty value is a value', requirement('Exists'), { tier: '' }, true],
    [
      'inherited properties are no labels',
      { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
      {},
      false,
    ],
  ] as const)('%s', (_title, selector, labels, expected) => {
    expect(matchesSelector(selector as Parameters<typeof matchesSelector>[0], labels)).toBe(expected);
  });

  test('an empty Service selector selects nothing', () => {
    expect(matchesMap({}, { a: 'b' })).toBe(false);
  });

  test('the text form is sorted by key, values too', () => {
    const selector = {
      matchLabels: { env: 'prod', app: 'web' },
      matchExpressions: [
        { key: 'zone', operator: 'NotIn', values: ['x'] },
        { key: 'tier', operator: 'In', values: ['b', 'a'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    };
    expect(formatSelector(selector)).toBe('app=web,env=prod,!old,tier in (a,b),zone notin (x)');
    expect(formatSelector({})).toBe('<none>');
  });
});
