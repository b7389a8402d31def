/**
 * Pods that no selector tells apart: numbers the different label sets, looking only at labels that some selector mentions.
 * A selector is then asked once per class instead of once per pod.
 */
import type { Labels } from '../../kube/objects.ts';
import { labelOf } from '../../kube/selectors.ts';
import type { CompiledSelector } from '../label-selector.ts';

/** No class: the slot is empty or no pod. */
const nobody = -1;

export class LabelClasses {
  /** By slot. */
  readonly classOf: Int32Array;
  readonly #labels: (Labels | undefined)[] = [];
  readonly #keys: string[] = [];
  readonly #ids = new Map<string, number>();
  readonly #samples: Labels[] = [];
  readonly #answers = new Map<string, boolean[]>();

  constructor(capacity: number) {
    this.classOf = new Int32Array(capacity).fill(nobody);
  }

  put(slot: number, labels: Labels | undefined): void {
    this.#labels[slot] = labels;
    this.classOf[slot] = labels ? this.#classify(labels) : nobody;
  }

  /** By class: whether the selector matches it. Good until the next `put`. */
  answersOf(selector: CompiledSelector): readonly boolean[] {
    this.learn(selector.labels);
    let answers = this.#answers.get(selector.key);
    if (!answers) {
      answers = [];
      this.#answers.set(selector.key, answers);
    }
    for (let id = answers.length; id < this.#samples.length; id++)
      answers.push(selector.matches(this.#samples[id] ?? {}));
    return answers;
  }

  /** A label that nobody mentioned before may split classes. */
  learn(keys: readonly string[]): void {
    const unknown = keys.filter((key) => !this.#keys.includes(key));
    if (unknown.length === 0) return;
    this.#keys.push(...unknown);
    this.#ids.clear();
    this.#samples.length = 0;
    this.#answers.clear();
    for (let slot = 0; slot < this.#labels.length; slot++) this.put(slot, this.#labels[slot]);
  }

  #classify(labels: Labels): number {
    let text = '';
    for (const key of this.#keys) text += `${labelOf(labels, key) ?? '\u0001'}\u0000`;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#samples.length;
    this.#ids.set(text, id);
    this.#samples.push(labels);
    return id;
  }
}
