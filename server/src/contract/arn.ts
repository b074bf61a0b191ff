/** Amazon Resource Names: arn:partition:service:region:account:resource. Pure text; knows nothing of what exists. */
import { partitionOf } from './partition.ts';

export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

export function formatArn(service: string, region: string, account: string, resource: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
}

/** For resources without a region (identities, buckets). The region of the request determines the partition. */
export function formatGlobalArn(service: string, region: string, account: string, resource: string): string {
  return `arn:${partitionOf(region)}:${service}::${account}:${resource}`;
}

/** An account as a principal. */
export const rootArn = (region: string, account: string): string => formatGlobalArn('iam', region, account, 'root');

/** The partition of an ARN that the platform made. */
export const partitionIn = (arn: string): string => arn.split(':', 2)[1] ?? '';

/** Undefined where the text is no ARN. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws)?:(.+)$/s.exec(text);
  if (!match) return undefined;
  return {
    partition: match[1] ?? '',
    service: match[2] ?? '',
    region: match[3] ?? '',
    account: match[4] ?? '',
    resource: match[5] ?? '',
  };
}
