/**
 * Search: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Search.html
 * Scans what may match in slices and holds only one slice and the results: memory does not grow with the number of resources, and other requests are
 * served between two slices.
 */
import { createHash } from 'node:crypto';
import type { Call } from '../../../contract/call.ts';
import { inTurn } from '../../../kit/in-turn.ts';
import { loadServiceModel } from '../../../models/service-model.ts';
import { type Structure, structureOf } from '../../../models/shape.ts';
import { type PagePosition, pageToken, readPageToken } from '../shared/page-token.ts';
import { compileExpression, filtersIn } from '../shared/search/expression.ts';
import type { Test } from '../shared/search/filter.ts';
import { findProperty, type Property } from '../shared/search/property.ts';
import type { Candidate, Scan, Searchable, Searchables, SearchRecord } from '../shared/search/searchable.ts';
import { findTags } from '../shared/tags/tag-store.ts';
import { findTaggable } from '../shared/tags/taggable.ts';
import type { SearchDeps, SearchOperation } from './deps.ts';
import { comparePositions, type Order, ranking, sortKey } from './ranking.ts';
import { visibilityContexts, visibleExpression } from './visibility.ts';

/** Rows per read: their documents are parsed on the thread that serves requests. */
const scanned = 50;

/** Searches scan one after the other: many at once would starve other requests. */
const turns = inTurn();

export const search: SearchOperation<'Search'> = {
  access: (input) =>
    visibilityContexts(input.VisibilityConditions).map((context) => ({
      action: 'sagemaker:Search',
      resource: '*',
      context,
    })),
  async handle(input, call, deps) {
    const searchable = readSearchable(deps.searchables, input.Resource, call);
    if (input.CrossAccountFilterOption === 'CrossAccount') {
      const what = 'CrossAccountFilterOption CrossAccount is not supported by Clary yet.';
      throw call.error('ValidationException', what);
    }
    const root = await structureOfRecords(searchable);
    const visible = visibleExpression(input.VisibilityConditions, call);
    const order: Order = input.SortOrder ?? 'Descending';
    const sortBy = input.SortBy ?? searchable.sortBy;
    // First, because it refuses an expression that is too large.
    const tests = [input.SearchExpression, visible]
      .filter((expression) => expression !== undefined)
      .map((expression) => compileExpression(expression, input.Resource, root, call));
    const asked = visible ? { SubExpressions: [input.SearchExpression ?? [], visible].flat() } : input.SearchExpression;
    const list = `Search ${input.Resource} ${sortBy} ${order} ${digest(asked)}`;
    const plan: Plan = {
      searchable,
      scan: {
        account: call.account,
        region: call.region,
        now: call.now,
        expression: asked,
        root,
        names: [sortBy, ...filtersIn(asked ?? {}).map(({ Name: name }) => name)],
      },
      test: (record) => tests.every((test) => test(record)),
      sort: readSort(sortBy, input.Resource, root, call),
      sortBy,
      order,
      after: readPageToken(call, list, input.NextToken),
      limit: input.MaxResults ?? 10,
    };
    const { first, total } = await turns(() => run(plan, call, deps));
    const page = first.slice(0, plan.limit);
    const last = first.length > plan.limit ? page.at(-1) : undefined;
    return {
      Results: await answer(plan, page, call, deps),
      TotalHits: { Value: total, Relation: 'EqualTo' },
      ...(last && { NextToken: pageToken(list, { key: last.key, arn: last.arn }) }),
    };
  },
};

/** Throws ValidationException for a resource that cannot be searched here. */
export function readSearchable(searchables: Searchables, resource: string, call: Call): Searchable {
  const searchable = Object.hasOwn(searchables, resource) ? searchables[resource] : undefined;
  if (searchable) return searchable;
  throw call.error(
    'ValidationException',
    `Resource ${resource} cannot be searched in Clary yet; these can: ${Object.keys(searchables).join(', ')}.`,
  );
}

/** The structure of a record in AWS's model. */
export async function structureOfRecords({ member }: Searchable): Promise<Structure> {
  const model = await loadServiceModel('sagemaker');
  const output = model.operations.get('Search')?.output;
  const results = output && structureOf(output).byName.get('Results')?.shape;
  const record = results?.kind === 'list' ? results.item.shape : undefined;
  const found = record?.kind === 'structure' ? record.byName.get(member)?.shape : undefined;
  if (found?.kind !== 'structure') throw new Error(`AWS's model knows no ${member} in a SearchRecord`);
  return found;
}

function readSort(sortBy: string, resource: string, root: Structure, call: Call): Property {
  const property = findProperty(root, sortBy);
  if (!property) throw call.error('ValidationException', `${sortBy} is not a property of ${resource}.`);
  if (property.type !== 'group') return property;
  throw call.error('ValidationException', `${sortBy} has no value to sort by: name one of its members.`);
}

/** Binds a token to its request. */
const digest = (asked: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(asked ?? null))
    .digest('base64url')
    .slice(0, 16);

interface Plan {
  readonly searchable: Searchable;
  readonly scan: Scan;
  readonly test: Test;
  readonly sort: Property;
  readonly sortBy: string;
  readonly order: Order;
  readonly after: PagePosition | undefined;
  readonly limit: number;
}

type Found = PagePosition & Partial<Candidate>;

/** The first results, one more than the page holds (whether there is a next page), and the number of all. */
async function run(plan: Plan, call: Call, deps: SearchDeps): Promise<{ first: readonly Found[]; total: number }> {
  const { searchable, scan, test, sort, sortBy, order, after } = plan;
  const limit = plan.limit + 1;
  const best = ranking<Found>(limit, order);
  let total = 0;
  // The client has disconnected.
  const goOn = () => {
    if (call.signal.aborted) throw call.error('ThrottlingException', 'The request was cancelled.');
  };
  const ranked = searchable.ranked?.(deps.database, scan, { sortBy, descends: order === 'Descending', after, limit });
  if (ranked) {
    for await (const piece of ranked) {
      goOn();
      total += piece.total;
      for (const item of piece.first) if (!after || comparePositions(item, after, order) > 0) best.add(item);
    }
    return { first: best.first, total };
  }
  const needsTags = scan.names.some((name) => /\bTags\b/.test(name));
  for await (const page of searchable.pages(deps.database, scan, scanned)) {
    goOn();
    for (const candidate of needsTags ? await tagged(searchable, page, call, deps) : page) {
      if (!test(candidate.record)) continue;
      total += 1;
      const item = { ...candidate, key: sortKey(sort, candidate.record) };
      if (!after || comparePositions(item, after, order) > 0) best.add(item);
    }
  }
  return { first: best.first, total };
}

/** Adds the tags of candidates that have tags. */
async function tagged(
  searchable: Searchable,
  candidates: readonly Candidate[],
  call: Call,
  { database, taggable }: SearchDeps,
): Promise<Candidate[]> {
  const owners = candidates.map(({ arn }) => findTaggable(taggable, arn, call)?.owner ?? arn);
  const tags = await findTags(database, [...new Set(owners)]);
  return candidates.map((candidate, i) => {
    const own = tags.get(owners[i] ?? '');
    return own ? { ...candidate, record: searchable.withTags(candidate.record, own) } : candidate;
  });
}

async function answer({ searchable, scan }: Plan, found: readonly Found[], call: Call, deps: SearchDeps) {
  const arns = found.map(({ arn }) => arn);
  const records = searchable.whole
    ? new Map((await searchable.whole(deps.database, scan, arns)).map(({ arn, record }) => [arn, record]))
    : new Map(found.map(({ arn, record }) => [arn, record]));
  // Resources that were deleted since they were found are left out.
  const there = arns.flatMap((arn) => {
    const record = records.get(arn);
    return record ? [{ arn, record }] : [];
  });
  const results = await tagged(searchable, there, call, deps);
  return results.map(({ record }): SearchRecord => ({ [searchable.member]: record }));
}
