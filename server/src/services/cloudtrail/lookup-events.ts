/** LookupEvents: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
import { createHash } from 'node:crypto';
import type { Call } from '../../contract/call.ts';
import { readPageToken, writePageToken } from '../../contract/page-token.ts';
import type { Input } from '../../models/types.ts';
import { type CloudTrailOperation, historyMs } from './deps.ts';
import { type Column, type Lookup, lookUp } from './event-store.ts';
import type { Resource } from './resource.ts';
import type { EventRow } from './tables.ts';

type Request = Input<'cloudtrail', 'LookupEvents'>;

const maxResults = 50;

const columns: ReadonlyMap<string, Column> = new Map([
  ['EventId', 'id'],
  ['EventName', 'name'],
  ['ReadOnly', 'read_only'],
  ['Username', 'username'],
  ['ResourceType', 'resource_type'],
  ['ResourceName', 'resource_name'],
  ['EventSource', 'source'],
  ['AccessKeyId', 'access_key_id'],
]);

export const lookupEvents: CloudTrailOperation<'LookupEvents'> = {
  access: () => [{ action: 'cloudtrail:LookupEvents', resource: '*' }],
  async handle(input, call, deps) {
    const lookup = readRequest(input, call);
    await deps.flush();
    const limit = input.MaxResults ?? maxResults;
    const rows = await lookUp(deps.database, lookup, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      Events: page.map(eventOf),
      NextToken: last && rows.length > limit ? writeToken(last, input) : undefined,
    };
  },
};

function readRequest(input: Request, call: Call): Lookup {
  if (input.EventCategory) {
    throw call.error('UnsupportedOperationException', 'EventCategory insight is not supported by Clary yet.');
  }
  const { StartTime: start, EndTime: end } = input;
  if (start && end && start > end) {
    throw call.error('InvalidTimeRangeException', 'The start time must not be after the end time.');
  }
  const beginning = call.now.getTime() - historyMs;
  return {
    account: call.account,
    region: call.region,
    from: Math.max(start?.getTime() ?? 0, beginning),
    to: end?.getTime() ?? Number.MAX_SAFE_INTEGER,
    attribute: readAttribute(input, call),
    beyond: readToken(input, call),
  };
}

function readAttribute({ LookupAttributes: attributes = [] }: Request, call: Call): Lookup['attribute'] {
  const [attribute] = attributes;
  if (!attribute) return undefined;
  if (attributes.length > 1) {
    throw call.error('InvalidLookupAttributesException', 'You can only specify one attribute for lookup.');
  }
  const column = columns.get(attribute.AttributeKey);
  if (!column) throw call.error('InvalidLookupAttributesException', 'The lookup attribute is not valid.');
  const value = attribute.AttributeValue;
  if (column !== 'read_only') return { column, value };
  if (value !== 'true' && value !== 'false') {
    throw call.error('InvalidLookupAttributesException', 'ReadOnly must be true or false.');
  }
  return { column, value: Number(value === 'true') };
}

/** A token is valid only for the query that returned it. */
const questionOf = ({ LookupAttributes, StartTime, EndTime }: Request) =>
  createHash('sha256')
    .update(JSON.stringify([LookupAttributes, StartTime, EndTime]))
    .digest('base64url')
    .slice(0, 16);

const listOf = (input: Request) => `LookupEvents ${questionOf(input)}`;

const writeToken = ({ time, seq }: EventRow, input: Request) => writePageToken(listOf(input), time, seq);

function readToken(input: Request, call: Call): Lookup['beyond'] {
  if (input.NextToken === undefined) return undefined;
  const position = readPageToken(listOf(input), input.NextToken, 'number', 'number');
  if (!position) {
    throw call.error(
      'InvalidNextTokenException',
      'Invalid token or token that was previously used in a request with different parameters.',
    );
  }
  const [time, seq] = position;
  return { time, seq };
}

const eventOf = (row: EventRow) => ({
  EventId: row.id,
  EventName: row.name,
  ReadOnly: String(row.read_only === 1),
  AccessKeyId: row.access_key_id ?? undefined,
  EventTime: new Date(row.time),
  EventSource: row.source,
  Username: row.username ?? undefined,
  Resources: (JSON.parse(row.resources) as Resource[]).map(({ type, name }) => ({
    ResourceType: type,
    ResourceName: name,
  })),
  CloudTrailEvent: row.record,
});
