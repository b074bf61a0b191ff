/**
 * CloudWatch Logs: the table of its operations.
 *
 * Gaps:
 * - Filter patterns with operators, JSON, fields or regular expressions are refused.
 * - KMS keys, deletion protection and linked accounts are refused.
 * - storedBytes is always 0.
 * - Insights queries, metric filters, subscriptions, exports, tags and Live Tail answer 501.
 *
 * Differs from AWS by design:
 * - An event can be read at once.
 * - Expired events are hidden at once and removed at the next write to their stream.
 *
 * Client quirks:
 * - GetLogEvents always returns both tokens, and the same forward token at the end of a stream (the SageMaker SDK relies on it).
 * - DescribeLogStreams returns no token if its list is complete (the SageMaker SDK relies on it).
 */
import { defineService, type Service } from '../../contract/service.ts';
import type { LogsDeps } from './deps.ts';
import { filterLogEvents } from './log-events/filter-log-events.ts';
import { getLogEvents } from './log-events/get-log-events.ts';
import { putLogEvents } from './log-events/put-log-events.ts';
import { createLogGroup } from './log-groups/create-log-group.ts';
import { deleteLogGroup } from './log-groups/delete-log-group.ts';
import { describeLogGroups } from './log-groups/describe-log-groups.ts';
import { putRetentionPolicy } from './log-groups/put-retention-policy.ts';
import { createLogStream } from './log-streams/create-log-stream.ts';
import { deleteLogStream } from './log-streams/delete-log-stream.ts';
import { describeLogStreams } from './log-streams/describe-log-streams.ts';

export function cloudWatchLogsService(deps: LogsDeps): Service {
  return defineService('cloudwatch-logs', deps, {
    CreateLogGroup: createLogGroup,
    CreateLogStream: createLogStream,
    DeleteLogGroup: deleteLogGroup,
    DeleteLogStream: deleteLogStream,
    DescribeLogGroups: describeLogGroups,
    DescribeLogStreams: describeLogStreams,
    FilterLogEvents: filterLogEvents,
    GetLogEvents: getLogEvents,
    PutLogEvents: putLogEvents,
    PutRetentionPolicy: putRetentionPolicy,
  });
}
