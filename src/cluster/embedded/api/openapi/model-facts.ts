/** How the generated table describes a type: in few characters, since there are hundreds. */

/**
 * Type, required, description. Types: `string`, `string byte`, `integer int32`, `boolean`, `time`, `quantity`, `any`, …;
 * `:core.v1.Container` is another model, `[T` a list and `{T` a map of T.
 */
export type PropertyFacts = readonly [type: string, required: number, description: string];

export type ModelFacts = readonly [description: string, properties: Readonly<Record<string, PropertyFacts>>];
