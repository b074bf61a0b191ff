/** One page of a list that is sorted by name or creation time and paged by offset: models, configurations, groups and endpoints. */
import type { Call } from '../../../contract/call.ts';
import { offsetToken, readOffsetToken } from './offset-token.ts';

interface ListInput {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly NameContains?: string | undefined;
  readonly SortBy?: string | undefined;
  readonly SortOrder?: string | undefined;
  readonly CreationTimeAfter?: Date | undefined;
  readonly CreationTimeBefore?: Date | undefined;
}

export interface ListPage {
  readonly nameContains: string | undefined;
  readonly createdAfter: Date | undefined;
  readonly createdBefore: Date | undefined;
  readonly sortBy: 'name' | 'created_at';
  readonly order: 'asc' | 'desc';
  readonly list: string;
  readonly offset: number;
  readonly limit: number;
}

/** The page and one row more, which shows whether there is a next page. `usual`: the default order. */
export const listPageOf = (input: ListInput, call: Call, usual: 'Ascending' | 'Descending'): ListPage => ({
  nameContains: input.NameContains,
  createdAfter: input.CreationTimeAfter,
  createdBefore: input.CreationTimeBefore,
  sortBy: input.SortBy === 'Name' ? 'name' : 'created_at',
  order: (input.SortOrder ?? usual) === 'Ascending' ? 'asc' : 'desc',
  list: call.operation,
  offset: readOffsetToken(call, input.NextToken),
  limit: (input.MaxResults ?? 10) + 1,
});

/** The rows that are shown. */
export const shownOf = <Row>({ limit }: Pick<ListPage, 'limit'>, rows: readonly Row[]): readonly Row[] =>
  rows.slice(0, limit - 1);

export const nextOffset = (
  { list, offset, limit }: Pick<ListPage, 'list' | 'offset' | 'limit'>,
  rows: readonly unknown[],
): { NextToken?: string } => (rows.length < limit ? {} : { NextToken: offsetToken(list, offset + limit - 1) });
