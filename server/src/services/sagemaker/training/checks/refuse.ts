/** The error that a check throws to refuse a request. */
import type { AwsError } from '../../../../contract/aws-error.ts';

export type Refuse = (message: string) => AwsError;
