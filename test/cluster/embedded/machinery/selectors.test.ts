import { expect, test } from 'vitest';
import { parseFieldSelector } from '../../../../src/cluster/embedded/api/machinery/field-selectors.ts';
import { parseLabelSelector } from '../../../../src/cluster/embedded/api/machinery/selectors.ts';
import { refusal } from './bench.ts';

const labels = { app: 'web', tier: '', rank: '3' };

test.each([
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app!=web', false],
  ['nosuch!=web', true],
  ['app', true],
  ['!app', false],
  ['!nosuch', true],
  ['app in (api,web)', true],
  ['app notin (api, db)', true],
  ['tier=', true],
  ['rank>2,rank<4', true],
  ['rank>3', false],
  [' app = web , !old ', true],
])('the label selector "%s" is %s', (text, matches) => {
  expect(parseLabelSelector(text)(labels)).toBe(matches);
});

test.each([
  ['app in b', "unable to parse requirement: found 'b' expected: '('"],
  ['app=web,', "unable to parse requirement: found '', expected: identifier after ','"],
  ['=web', "unable to parse requirement: found '=', expected: !, identifier, or 'end of string'"],
  [
    'app>x',
    "unable to parse requirement: values[0][app]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
])('the label selector "%s" is refused', (text, message) => {
  expect(refusal(() => parseLabelSelector(text))).toMatchObject({ code: 400, reason: 'BadRequest', message });
});

const object = { metadata: { name: 'a', namespace: 'shop' }, spec: { nodeName: 'n1' }, status: { phase: 'Running' } };

test.each([
  ['pods', 'metadata.name=a', true],
  ['pods', 'spec.nodeName=n1,status.phase!=Succeeded,status.phase!=Failed', true],
  ['pods', 'spec.nodeName=n2', false],
  ['pods', 'status.podIP=', true],
  ['nodes', 'spec.unschedulable=false', true],
  ['configmaps', 'metadata.namespace==shop', true],
])('of %s the field selector "%s" is %s', (id, text, matches) => {
  expect(parseFieldSelector(id, text)(object)).toBe(matches);
});

test('a field that a kind does not offer is refused in its own words', () => {
  expect(refusal(() => parseFieldSelector('pods', 'spec.foo=x')).message).toBe('field label not supported: spec.foo');
  expect(refusal(() => parseFieldSelector('configmaps', 'data.x=y')).message).toBe(
    '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
  );
});
