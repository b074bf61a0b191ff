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
  /** What is asked: a source may leave out what cannot satisfy it. */
  readonly expression: Expression | undefined;
  /** The structure of the records. */
  readonly root: Structure;
  /** The properties that it asks for, and the one that the results are sorted by: of a record, no others need be there. */
  readonly names: readonly string[];
}

export interface ScanOrder {
  readonly sortBy: string;
  readonly descends: boolean;
  readonly after: PagePosition | undefined;
  readonly limit: number;
}

export interface RankedPiece {
  /** How many satisfy the expression. */
  readonly total: number;
  /** The first of them in the order. */
  readonly first: readonly PagePosition[];
}

export interface Searchable {
  /** The member of a SearchRecord. */
  readonly member: keyof SearchRecord & string;
  /** How the resources of its ARNs begin. */
  readonly prefix: string;
  readonly sortBy: string;
  /** Every resource that may match, so many at a time. */
  pages(database: Database, scan: Scan, limit: number): AsyncGenerator<Candidate[]>;
  /** The same where the database alone can tell which satisfy the expression, and in which order; undefined where it can't. */
  ranked?(database: Database, scan: Scan, order: ScanOrder): AsyncGenerator<RankedPiece> | undefined;
  /** The whole records of those that are still there, where `pages` tells parts of them. */
  whole?(database: Database, scan: Scan, arns: readonly string[]): Promise<Candidate[]>;
  withTags(record: object, tags: readonly Tag[]): object;
  /** Names of properties that users chose (hyperparameters, metrics), for suggestions: those of the newest resources. */
  readonly namesInUse?: {
    /** How they begin. */
    readonly prefixes: readonly string[];
    list(database: Database, at: { readonly account: string; readonly region: string }): Promise<readonly string[]>;
  };
}

/** By AWS's ResourceType. */
export type Searchables = Readonly<Record<string, Searchable>>;

/** For records whose tags are their member Tags. */
export const withTags = (record: object, tags: readonly Tag[]): object => ({ ...record, Tags: tags });

/** `read` answers the resources after an ARN, in the order of their ARNs. */
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
