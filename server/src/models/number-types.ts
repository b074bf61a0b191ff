/**
 * Which numbers of AWS's models have no fractions. The SDK's schemas have only one kind of number; the types come from botocore's models
 * (scripts/extract-constraints.ts). Every decoder uses this through the shapes.
 */
import numberTypes from './number-types.json' with { type: 'json' };

/** As AWS's messages name them. */
export type WholeNumber = 'Integer' | 'Long';

interface NumberTypes {
  /** `Structure.member` of those that may have fractions. */
  readonly fractional: ReadonlySet<string>;
  readonly long: ReadonlySet<string>;
}

const byNamespace = new Map<string, NumberTypes>(
  Object.entries(numberTypes).map(([namespace, { fractional, long }]) => [
    namespace,
    { fractional: new Set(fractional), long: new Set(long) },
  ]),
);

/** Undefined for numbers with fractions, and for models that are not AWS's. A list or map counts as the member that contains it. */
export function wholeNumberOf(namespace: string, member: string): WholeNumber | undefined {
  const types = byNamespace.get(namespace);
  if (types === undefined || types.fractional.has(member)) return undefined;
  return types.long.has(member) ? 'Long' : 'Integer';
}

const bounds = { Integer: 2 ** 31, Long: 2 ** 63 } as const satisfies Record<WholeNumber, number>;

/** Whether the type can hold the number. */
export function isWhole(value: number, type: WholeNumber): boolean {
  return Number.isInteger(value) && value >= -bounds[type] && value < bounds[type];
}
