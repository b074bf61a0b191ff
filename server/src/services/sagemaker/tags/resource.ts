/** The resource that AddTags, ListTags and DeleteTags are about. */
import { sql } from 'kysely';
import type { Call } from '../../../contract/call.ts';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { queryBuilder } from '../../../storage/query-builder.ts';
import { findTaggable, type Taggable, type TaggableKinds } from '../shared/tags/taggable.ts';

const compiler = queryBuilder<Record<string, never>>();

export const notFound = (call: Call) => call.error('ValidationException', 'Requested resource not found.');

/** Throws ValidationException for an ARN that cannot be one of a resource with tags. */
export function readTaggable(kinds: TaggableKinds, arn: string, call: Call): Taggable {
  const resource = findTaggable(kinds, arn, call);
  if (!resource) throw notFound(call);
  return resource;
}

/** The same, and refuses versions of a model package as AWS does: https://github.com/aws/aws-cdk/issues/33699 */
export function readOwnTaggable(kinds: TaggableKinds, arn: string, call: Call): Taggable {
  const resource = readTaggable(kinds, arn, call);
  if (resource.version !== undefined) {
    throw call.error(
      'ValidationException',
      'Tags are not supported in Model Package versions. Please add them to the Model Package Group',
    );
  }
  return resource;
}

/** Fails the write if the resource does not exist by then. */
export const stillThere = ({ owner, kind: { table } }: Taggable): Statement =>
  statement(sql`update ${sql.table(table)} set region = region where arn = ${owner}`.compile(compiler), 1);

export async function isThere(database: Database, { owner, kind: { table } }: Taggable): Promise<boolean> {
  return (
    (await database.read(sql`select 1 from ${sql.table(table)} where arn = ${owner}`.compile(compiler))).length > 0
  );
}
