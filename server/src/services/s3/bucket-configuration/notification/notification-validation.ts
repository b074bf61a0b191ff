/**
 * What S3 accepts as a notification configuration. Whether the destinations exist is not checked.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html; texts observed.
 */
import type { FilterRule, NotificationConfiguration, NotificationConfigurationFilter } from '@aws-sdk/client-s3';
import type { Call } from '../../../../contract/call.ts';
import { uuid } from '../../../../kit/ids.ts';
import { constraintsOf } from '../../../../models/constraints.ts';
import { invalidArgument, malformedXml } from '../../refusals.ts';

interface Rule {
  readonly id: string | undefined;
  readonly events: readonly string[];
  readonly filter: NotificationConfigurationFilter | undefined;
}

interface Destination {
  /** As S3 calls it in its refusals. */
  readonly argument: string;
  readonly arn: string | undefined;
  readonly form: RegExp;
}

const forms = {
  Topic: /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[^:]+$/,
  Queue: /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[^:]+$/,
  CloudFunction: /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[^:]+(?::[^:]+)?$/,
};

/** The configuration with an id for each rule that came without one. */
export function checkNotifications(given: NotificationConfiguration, call: Call): NotificationConfiguration {
  const rules: Rule[] = [];
  const take = <T extends { Id?: string | undefined; Events?: string[] | undefined }>(
    one: T & { Filter?: NotificationConfigurationFilter | undefined },
    destination: Destination,
  ): T => {
    checkDestination(destination, call);
    const rule = { id: one.Id, events: one.Events ?? [], filter: one.Filter };
    checkRule(rule, call);
    rules.push(rule);
    return { ...one, Id: one.Id || uuid() };
  };
  const topics = given.TopicConfigurations?.map((one) =>
    take(one, { argument: 'Topic', arn: one.TopicArn, form: forms.Topic }),
  );
  const queues = given.QueueConfigurations?.map((one) =>
    take(one, { argument: 'Queue', arn: one.QueueArn, form: forms.Queue }),
  );
  const functions = given.LambdaFunctionConfigurations?.map((one) =>
    take(one, { argument: 'CloudFunction', arn: one.LambdaFunctionArn, form: forms.CloudFunction }),
  );
  checkTogether(rules, call);
  return {
    ...(topics ? { TopicConfigurations: topics } : {}),
    ...(queues ? { QueueConfigurations: queues } : {}),
    ...(functions ? { LambdaFunctionConfigurations: functions } : {}),
    ...(given.EventBridgeConfiguration ? { EventBridgeConfiguration: {} } : {}),
  };
}

function checkDestination({ argument, arn, form }: Destination, call: Call): void {
  if (arn === undefined) throw malformedXml(call);
  if (!form.test(arn)) throw invalidArgument(call, 'The ARN could not be parsed', argument, arn);
}

function checkRule({ events, filter }: Rule, call: Call): void {
  if (events.length === 0) throw malformedXml(call);
  const known = constraintsOf('s3').shapes.Event?.enum ?? [];
  const unknown = events.find((event) => !known.includes(event));
  if (unknown !== undefined) {
    throw invalidArgument(call, 'The event is not supported for notifications', 'Event', unknown);
  }
  const seen = new Set<string>();
  for (const { Name: given, Value: value } of filter?.Key?.FilterRules ?? []) {
    if (given === undefined || value === undefined) throw malformedXml(call);
    const name = given.toLowerCase();
    if (name !== 'prefix' && name !== 'suffix') {
      throw invalidArgument(call, 'filter rule name must be either prefix or suffix', 'FilterRule.Name', given);
    }
    if (seen.has(name)) {
      const message = `Cannot specify more than one ${name} rule in a filter.`;
      throw invalidArgument(call, message, 'FilterRule.Name', name);
    }
    seen.add(name);
    if (Buffer.byteLength(value) > 1024) {
      const message = 'Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation';
      throw invalidArgument(call, message, 'FilterRule.Value', value);
    }
  }
}

function checkTogether(rules: readonly Rule[], call: Call): void {
  const ids = rules.flatMap(({ id }) => (id ? [id] : []));
  const repeated = ids.find((id, at) => ids.indexOf(id) !== at);
  if (repeated !== undefined) {
    const message = 'Same ID used for multiple configurations. IDs must be unique';
    throw invalidArgument(call, message, 'Id', repeated);
  }
  for (const [at, one] of rules.entries()) {
    for (const other of rules.slice(at + 1)) checkPair(one, other, call);
  }
}

function checkPair(one: Rule, other: Rule, call: Call): void {
  const shared = one.events.flatMap((event) => {
    const same = other.events.find((candidate) => isSameEvent(event, candidate));
    return same === undefined ? [] : [`${event}, ${same}`];
  })[0];
  if (shared === undefined) return;
  const [prefix, prefix2, suffix, suffix2] = [
    filterValue(one, 'prefix'),
    filterValue(other, 'prefix'),
    filterValue(one, 'suffix'),
    filterValue(other, 'suffix'),
  ];
  if (!prefix.startsWith(prefix2) && !prefix2.startsWith(prefix)) return;
  if (!suffix.endsWith(suffix2) && !suffix2.endsWith(suffix)) return;
  const isPlain = one.filter === undefined && other.filter === undefined;
  const message = isPlain
    ? 'Configurations overlap. Configurations on the same bucket cannot share a common event type.'
    : 'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.';
  throw invalidArgument(call, message, 'Event', shared);
}

/** `s3:ObjectCreated:*` is all that begins like it. */
function isSameEvent(one: string, other: string): boolean {
  const covers = (wide: string, narrow: string) => wide.endsWith('*') && narrow.startsWith(wide.slice(0, -1));
  return one === other || covers(one, other) || covers(other, one);
}

function filterValue({ filter }: Rule, name: string): string {
  const rules: readonly FilterRule[] = filter?.Key?.FilterRules ?? [];
  return rules.find((rule) => rule.Name?.toLowerCase() === name)?.Value ?? '';
}
