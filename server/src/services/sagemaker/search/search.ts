/**
 * Search: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Search.html
 * Reads every record that may match, a page of rows at a time, and holds no more than that and the results: memory stays the same however many there are.
 */
import { createHash } from 'node:crypto';
import type { Call } from '../../../contract/call.ts';
import { inTurn } from '../../../kit/in-turn.ts';
import { loadServiceModel } from '../../../models/service-model.ts';
import { type Structure, structureOf } from '../../../models/shape.ts';
import type { Input } from '../../../models/types.ts';
import type { SageMakerDeps, SageMakerOperation } from '../deps.ts';
import { type PagePlace, pageToken, readPageToken } from '../page-token.ts';
import { findTags } from '../tags/tag-store.ts';
import { findTaggable } from '../tags/taggable.ts';
import { compileExpression, filtersIn } from './expression.ts';
import type { Test } from './filter.ts';
import { findProperty, type Property } from './property.ts';
import { comparePlaces, type Order, ranking, sortKey } from './ranking.ts';
import { type Candidate, type Searchable, type SearchRecord, searchables } from './searchable.ts';

type SearchInput = Input<'sagemaker', 'Search'>;

/** Rows read at once: their documents are parsed on the thread that serves requests. */
const scanned = 50;

/** Searches go through their rows one after the other: many at once would take the machine from everybody else. */
const turns = inTurn();

export const search: SageMakerOperation<'Search'> = {
  access: (input) => [{ action: 'sagemaker:Search', resource: '*', context: visibilityConditions(input) }],
  async handle(input, call, deps) {
    const searchable = readSearchable(input.Resource, call);
    refuseWhatIsNotBuilt(input, call);
    const root = await structureOfRecords(searchable);
    const asked = input.SearchExpression;
    const order: Order = input.SortOrder ?? 'Descending';
    const sortBy = input.SortBy ?? searchable.sortBy;
    // First, because it refuses what is too large to be looked at any further.
    const test: Test = asked ? compileExpression(asked, input.Resource, root, call) : () => true;
    const list = `Search ${input.Resource} ${sortBy} ${order} ${digest(asked)}`;
    const after = readPageToken(call, list, input.NextToken);
    const limit = input.MaxResults ?? 10;
    const sort = readSort(sortBy, input.Resource, root, call);
    const plan = {
      searchable,
      test,
      sort,
      order,
      after,
      limit,
      needsTags: [sortBy, ...filtersIn(asked ?? {}).map(({ Name }) => Name)].some((name) => /\bTags\b/.test(name)),
    };
    const found = await turns(() => run(plan, input, call, deps));
    const last = found.first.length > limit ? found.first[limit - 1] : undefined;
    return {
      Results: await answer(searchable, found.first.slice(0, limit), call, deps),
      TotalHits: { Value: found.total, Relation: 'EqualTo' },
      ...(last && { NextToken: pageToken(list, { key: last.key, arn: last.arn }) }),
    };
  },
};

/** Throws ValidationException for what cannot be searched here. */
export function readSearchable(resource: string, call: Call): Searchable {
  const searchable = Object.hasOwn(searchables, resource) ? searchables[resource] : undefined;
  if (searchable) return searchable;
  throw call.error(
    'ValidationException',
    `Resource ${resource} cannot be searched in Clary yet; these can: ${Object.keys(searchables).join(', ')}.`,
  );
}

/** What AWS's model says of a record. */
export async function structureOfRecords({ member }: Searchable): Promise<Structure> {
  const model = await loadServiceModel('sagemaker');
  const output = model.operations.get('Search')?.output;
  const results = output && structureOf(output).byName.get('Results')?.shape;
  const record = results?.kind === 'list' ? results.item.shape : undefined;
  const found = record?.kind === 'structure' ? record.byName.get(member)?.shape : undefined;
  if (found?.kind !== 'structure') throw new Error(`AWS's model knows no ${member} in a SearchRecord`);
  return found;
}

function refuseWhatIsNotBuilt(input: SearchInput, call: Call): void {
  const refuse = (what: string) => call.error('ValidationException', `${what} is not supported by Clary yet.`);
  if (input.CrossAccountFilterOption === 'CrossAccount') throw refuse('CrossAccountFilterOption CrossAccount');
  if (input.VisibilityConditions?.length) throw refuse('VisibilityConditions');
}

function visibilityConditions({ VisibilityConditions: conditions }: Partial<SearchInput>) {
  const entries = (conditions ?? []).map(
    ({ Key, Value }) => [`sagemaker:SearchVisibilityCondition/${Key}`, Value] as const,
  );
  return Object.fromEntries(entries);
}

function readSort(sortBy: string, resource: string, root: Structure, call: Call): Property {
  const property = findProperty(root, sortBy);
  if (!property) throw call.error('ValidationException', `${sortBy} is not a property of ${resource}.`);
  if (property.type !== 'group') return property;
  throw call.error('ValidationException', `${sortBy} has no value to sort by: name one of its members.`);
}

/** Binds a token to what was asked. */
const digest = (asked: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(asked ?? null))
    .digest('base64url')
    .slice(0, 16);

interface Plan {
  readonly searchable: Searchable;
  readonly test: Test;
  readonly sort: Property;
  readonly order: Order;
  readonly after: PagePlace | undefined;
  readonly limit: number;
  readonly needsTags: boolean;
}

async function run(plan: Plan, input: SearchInput, call: Call, { database }: SageMakerDeps) {
  const { searchable, test, sort, order, after } = plan;
  const scan = { account: call.account, region: call.region, now: call.now, expression: input.SearchExpression };
  // One more than is shown: whether there is a next page.
  const best = ranking<Candidate & PagePlace>(plan.limit + 1, order);
  let total = 0;
  for await (const page of searchable.pages(database, scan, scanned)) {
    // Nobody reads the answer any more.
    if (call.signal.aborted) throw call.error('ThrottlingException', 'The request was cancelled.');
    for (const candidate of plan.needsTags ? await tagged(searchable, page, call, database) : page) {
      if (!test(candidate.record)) continue;
      total += 1;
      const item = { ...candidate, key: sortKey(sort, candidate.record) };
      if (!after || comparePlaces(item, after, order) > 0) best.add(item);
    }
  }
  return { first: best.first, total };
}

/** The candidates that have tags, with them; the others as they are. */
async function tagged(
  searchable: Searchable,
  candidates: readonly Candidate[],
  call: Call,
  database: SageMakerDeps['database'],
): Promise<Candidate[]> {
  const owners = candidates.map(({ arn }) => findTaggable(arn, call)?.owner ?? arn);
  const tags = await findTags(database, [...new Set(owners)]);
  return candidates.map((candidate, i) => {
    const own = tags.get(owners[i] ?? '');
    return own ? { ...candidate, record: searchable.withTags(candidate.record, own) } : candidate;
  });
}

async function answer(searchable: Searchable, found: readonly Candidate[], call: Call, { database }: SageMakerDeps) {
  const results = await tagged(searchable, found, call, database);
  return results.map(({ record }): SearchRecord => ({ [searchable.member]: record }));
}
