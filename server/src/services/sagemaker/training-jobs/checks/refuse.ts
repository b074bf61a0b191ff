/** How a check says no: it throws what this answers. */
import type { AwsError } from '../../../../contract/aws-error.ts';

export type Refuse = (message: string) => AwsError;
