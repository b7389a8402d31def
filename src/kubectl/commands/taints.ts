/** Taints as words (`key=value:NoSchedule`, `key-`) and how they change a node's list. */
import type { Node } from '../../kube/objects.ts';
import { KubectlError } from '../errors.ts';

type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];

export interface TaintChanges {
  readonly add: readonly Taint[];
  /** effect '' = all of that key. */
  readonly remove: readonly { readonly key: string; readonly effect: string }[];
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function parseTaints(words: readonly string[]): TaintChanges {
  const add: Taint[] = [];
  const remove: { key: string; effect: string }[] = [];
  for (const word of words) {
    if (word.endsWith('-')) {
      const [key = '', effect = ''] = word.slice(0, -1).split(':');
      if (effect) checkEffect(effect);
      remove.push({ key: key.split('=')[0] ?? '', effect });
      continue;
    }
    const match = /^([^=:]+)(?:=([^:]*))?:(.*)$/.exec(word);
    if (!match) throw new KubectlError(`invalid taint spec: ${word}`);
    const [, key = '', value, effect = ''] = match;
    checkEffect(effect);
    add.push({ key, effect, ...(value && { value }) });
  }
  return { add, remove };
}

function checkEffect(effect: string): void {
  if (!effects.includes(effect)) {
    throw new KubectlError(
      `invalid taint effect: ${effect}, unsupported taint effect\nSee 'kubectl taint -h' for help and examples`,
    );
  }
}

export function changeTaints(
  current: readonly Taint[],
  { add, remove }: TaintChanges,
  overwrite: boolean,
  node: string,
): { taints: Taint[]; result: string } {
  const same = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
  const clash = add.filter((taint) => current.some((old) => same(old, taint)));
  if (clash.length > 0 && !overwrite) {
    throw new KubectlError(
      `node ${node} already has ${clash.map(({ key }) => key).join(',')} taint(s) with same effect(s) and --overwrite is false`,
    );
  }
  let kept = current.filter((old) => !add.some((taint) => same(old, taint)));
  for (const { key, effect } of remove) {
    const left = kept.filter((taint) => taint.key !== key || (effect !== '' && taint.effect !== effect));
    if (left.length === kept.length)
      throw new KubectlError(`taint ${JSON.stringify(effect ? `${key}:${effect}` : key)} not found`);
    kept = left;
  }
  const result = add.length === 0 ? 'untainted' : remove.length > 0 || clash.length > 0 ? 'modified' : 'tainted';
  return { taints: [...add, ...kept], result };
}
