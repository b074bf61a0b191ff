/**
 * The role that a call passes to SageMaker. Three conditions are checked: the caller may pass it (iam:PassRole), it is in the caller's account, and it
 * trusts the service. https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
import { parseArn } from '../../../contract/arn.ts';
import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import type { Call } from '../../../contract/call.ts';
import type { ServiceRoleRequest } from '../../../contract/identity.ts';
import type { Access } from '../../../contract/operation.ts';
import type { SageMakerResources } from './deps.ts';

const servicePrincipal = 'sagemaker.amazonaws.com';

/**
 * How SageMaker assumes the role. `sourceArn` is the job, model or endpoint that needs it, for trust policies with a condition on
 * aws:SourceArn: https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
 */
export const roleFor = (sourceArn: string, roleArn: string): ServiceRoleRequest => ({
  roleArn,
  servicePrincipal,
  sessionName: 'SageMaker',
  sourceArn,
});

/** The permission to pass the role; none if the request has no role. Runs before validation: the ARN may be any text. */
export function passRole(roleArn: string | undefined): readonly Access[] {
  if (!roleArn) return [];
  return [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': servicePrincipal } }];
}

/** SageMaker's text: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-python-sdk-troubleshooting.html. `member` is the request's that names the role. */
export function refuseForeignRole(roleArn: string, call: Call, member = 'RoleArn'): void {
  if (parseArn(roleArn)?.account === call.account) return;
  throw call.error('ValidationException', `${member}: Cross-account pass role is not allowed.`);
}

/** Access to the services as the role. Throws AWS's error if the role cannot be assumed. */
export async function assumeExecutionRole(
  sourceArn: string,
  roleArn: string,
  call: Call,
  deps: SageMakerResources,
): Promise<Aws> {
  refuseForeignRole(roleArn, call);
  try {
    return await deps.aws.asRole(roleFor(sourceArn, roleArn));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // Observed: https://github.com/awslabs/predictive-maintenance-using-machine-learning/issues/3
    throw call.error(
      'ValidationException',
      `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal '${servicePrincipal}' to assume the role.`,
      { cause: error },
    );
  }
}
