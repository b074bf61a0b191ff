/** What an area declares of a resource that Search finds: where its records come from, a page of rows at a time. */
import type { Structure } from '../../../../models/shape.ts';
import type { Output } from '../../../../models/types.ts';
import type { Database } from '../../../../storage/database.ts';
import type { PagePosition } from '../page-token.ts';
import type { Tag } from '../tags/tag-store.ts';
import type { Expression } from './expression.ts';

export type SearchRecord = NonNullable<Output<'sagemaker', 'Search'>['Results']>[number];

export interface Candidate {
  readonly arn: string;
  readonly record: object;
}

export interface Scan {
  readonly account: string;
  readonly region: string;
  readonly now: Date;
  /** The expression. A source may leave out records that cannot satisfy it. */
  readonly expression: Expression | undefined;
  /** The structure of the records. */
  readonly root: Structure;
  /** The properties in the expression, and the sort property. A record needs no others. */
  readonly names: readonly string[];
}

export interface ScanOrder {
  readonly sortBy: string;
  readonly descends: boolean;
  readonly after: PagePosition | undefined;
  readonly limit: number;
}

export interface RankedPiece {
  /** How many records satisfy the expression. */
  readonly total: number;
  /** The first of them, in the order. */
  readonly first: readonly PagePosition[];
}

export interface Searchable {
  /** The member of a SearchRecord. */
  readonly member: keyof SearchRecord & string;
  /** The beginning of the resource part of its ARNs. */
  readonly prefix: string;
  readonly sortBy: string;
  /** Every resource that may match, in pages. */
  pages(database: Database, scan: Scan, limit: number): AsyncGenerator<Candidate[]>;
  /** The result, if the database alone can evaluate the expression and the order; undefined if it cannot. */
  ranked?(database: Database, scan: Scan, order: ScanOrder): AsyncGenerator<RankedPiece> | undefined;
  /** The complete records of those that still exist, for a source whose `pages` returns partial records. */
  whole?(database: Database, scan: Scan, arns: readonly string[]): Promise<Candidate[]>;
  withTags(record: object, tags: readonly Tag[]): object;
  /** Names of properties that users chose (hyperparameters, metrics), from the newest resources, for suggestions. */
  readonly namesInUse?: {
    /** Their common prefix. */
    readonly prefixes: readonly string[];
    list(database: Database, at: { readonly account: string; readonly region: string }): Promise<readonly string[]>;
  };
}

/** By AWS's ResourceType. */
export type Searchables = Readonly<Record<string, Searchable>>;

/** For records whose tags are their member Tags. */
export const withTags = (record: object, tags: readonly Tag[]): object => ({ ...record, Tags: tags });

/** `read` returns the resources after an ARN, in the order of their ARNs. */
export async function* inPages<T extends { readonly arn: string }>(
  limit: number,
  read: (after: string) => Promise<T[]>,
) {
  let after = '';
  for (;;) {
    const page = await read(after);
    yield page;
    if (page.length < limit) return;
    after = page.at(-1)?.arn ?? '';
  }
}
