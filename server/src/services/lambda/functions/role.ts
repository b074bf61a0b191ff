/** The role that a function is given: the caller may pass it, it is of the caller's account, and it trusts Lambda. */
import { parseArn } from '../../../contract/arn.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import { type LambdaDeps, servicePrincipal } from '../deps.ts';
import { invalidParameter } from '../refusals.ts';

/** None where no role is passed. Never throws: the ARN may be anything. */
export function passRole(roleArn: string | undefined): readonly Access[] {
  if (!roleArn) return [];
  return [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': servicePrincipal } }];
}

export async function checkRole(roleArn: string, sourceArn: string, call: Call, deps: LambdaDeps): Promise<void> {
  if (parseArn(roleArn)?.account !== call.account)
    throw new AwsError('AccessDeniedException', 'Cross-account pass role is not allowed.', { status: 403 });
  try {
    await deps.identity.assumeForService({ roleArn, servicePrincipal, sessionName: 'awslambda', sourceArn });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter('The role defined for the function cannot be assumed by Lambda.', error);
  }
}
