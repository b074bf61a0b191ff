/** One page of a list of jobs, for ListTrainingJobs and ListProcessingJobs. */
import type { Call } from '../../../contract/call.ts';
import { pageToken, readPageToken } from '../shared/page-token.ts';
import type { Job } from './job.ts';
import type { JobPage } from './job-list.ts';

interface ListInput {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly NameContains?: string | undefined;
  readonly StatusEquals?: string | undefined;
  readonly SortBy?: string | undefined;
  readonly SortOrder?: string | undefined;
  readonly CreationTimeAfter?: Date | undefined;
  readonly CreationTimeBefore?: Date | undefined;
  readonly LastModifiedTimeAfter?: Date | undefined;
  readonly LastModifiedTimeBefore?: Date | undefined;
}

type Sorted = Pick<JobPage, 'sortBy' | 'order'>;

const listName = (operation: string, { sortBy, order }: Sorted) => `${operation} ${sortBy} ${order}`;

/** The page and one job more, which shows whether there is a next page. */
export function jobPageOf(operation: string, input: ListInput, call: Call): JobPage {
  const sorted: Sorted = {
    sortBy: input.SortBy === 'Name' ? 'name' : input.SortBy === 'Status' ? 'status' : 'created_at',
    order: input.SortOrder === 'Descending' ? 'desc' : 'asc',
  };
  return {
    ...sorted,
    nameContains: input.NameContains,
    status: input.StatusEquals,
    createdAfter: input.CreationTimeAfter,
    createdBefore: input.CreationTimeBefore,
    modifiedAfter: input.LastModifiedTimeAfter,
    modifiedBefore: input.LastModifiedTimeBefore,
    after: readPageToken(call, listName(operation, sorted), input.NextToken),
    limit: (input.MaxResults ?? 10) + 1,
  };
}

export function nextToken(operation: string, page: JobPage, jobs: readonly Job[]): { NextToken?: string } {
  const last = jobs.length < page.limit ? undefined : jobs[page.limit - 2];
  if (!last) return {};
  const key = page.sortBy === 'created_at' ? last.createdAt.getTime() : last[page.sortBy];
  return { NextToken: pageToken(listName(operation, page), { key, arn: last.arn }) };
}
