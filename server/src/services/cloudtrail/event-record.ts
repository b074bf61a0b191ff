/** One call as a CloudTrail event: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
import type { AuditedCall } from '../../contract/audit.ts';
import type { Principal } from '../../contract/principal.ts';
import { uuid } from '../../kit/ids.ts';
import { eventSource } from '../../models/catalog.ts';
import { resourcesOf, resourceType } from './resource.ts';
import type { EventRow } from './tables.ts';
import { userIdentity, usernameOf } from './user-identity.ts';

/** A row before it has its position in the trail. */
export type NewEvent = Omit<EventRow, 'seq' | 'previous'>;

const maxUserAgent = 1024;
const maxMessage = 1024;

export function newEvent(audited: AuditedCall): NewEvent {
  const { call, class: auditClass } = audited;
  const id = uuid();
  const time = Math.floor(audited.endedAt.getTime() / 1000) * 1000;
  return {
    id,
    account: recipientOf(call.principal),
    region: call.region,
    time,
    source: eventSource(call.service),
    name: call.operation,
    username: usernameOf(call.principal),
    access_key_id: call.principal.accessKeyId ?? null,
    read_only: Number(auditClass.readOnly),
    resources: JSON.stringify(resourcesOf(audited.resources)),
    record: JSON.stringify(eventRecord(audited, id, time)),
  };
}

/** An unsigned caller has no account: the event goes to the trail of the resource's owner. */
const recipientOf = ({ account, resourceAccount }: Principal): string => resourceAccount ?? account;

function eventRecord(audited: AuditedCall, id: string, time: number): Record<string, unknown> {
  const { call, class: auditClass, error, invokedBy } = audited;
  const resources = audited.resources.flatMap((arn) => {
    const type = resourceType(arn);
    return type && !arn.includes('*') ? [{ accountId: recipientOf(call.principal), type, ARN: arn }] : [];
  });
  return {
    eventVersion: '1.11',
    userIdentity: userIdentity(call.principal, invokedBy),
    eventTime: new Date(time).toISOString().replace('.000Z', 'Z'),
    eventSource: eventSource(call.service),
    eventName: call.operation,
    awsRegion: call.region,
    sourceIPAddress: invokedBy ?? call.sourceIp,
    userAgent: audited.userAgent.slice(0, maxUserAgent),
    ...(error && { errorCode: error.code, errorMessage: error.message.slice(0, maxMessage) }),
    requestParameters: audited.parameters,
    responseElements: audited.answer,
    requestID: call.requestId,
    eventID: id,
    readOnly: auditClass.readOnly,
    ...(resources.length > 0 && { resources }),
    eventType: 'AwsApiCall',
    managementEvent: !auditClass.data,
    recipientAccountId: recipientOf(call.principal),
    eventCategory: auditClass.data ? 'Data' : 'Management',
  };
}
