/** The resources of an event, from the ARNs for which permission was checked. */
import { parseArn } from '../../contract/arn.ts';

export interface Resource {
  readonly type: string;
  readonly name: string;
}

/** As CloudFormation writes services: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html */
const services: ReadonlyMap<string, string> = new Map([
  ['iam', 'IAM'],
  ['s3', 'S3'],
  ['sts', 'STS'],
  ['sagemaker', 'SageMaker'],
  ['logs', 'Logs'],
  ['cloudwatch', 'CloudWatch'],
  ['cloudtrail', 'CloudTrail'],
]);

const maxResources = 20;

export function resourceType(arn: string): string | undefined {
  const parsed = parseArn(arn);
  if (!parsed) return undefined;
  const service = services.get(parsed.service) ?? parsed.service;
  if (parsed.service === 's3') return `AWS::S3::${parsed.resource.includes('/') ? 'Object' : 'Bucket'}`;
  const kind = /^[a-z-]+(?=[:/])/.exec(parsed.resource)?.[0];
  return (
    kind && `AWS::${service}::${kind.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase())}`
  );
}

/** Those that can be found: an event is looked up by the ARN or by the name of what it was about, as AWS's event history has it for IAM. */
export function resourcesOf(arns: readonly string[]): Resource[] {
  const found = new Map<string, Resource>();
  for (const arn of arns.slice(0, maxResources)) {
    const type = arn.includes('*') ? undefined : resourceType(arn);
    if (!type) continue;
    for (const name of [arn, nameIn(arn, type)]) found.set(`${type} ${name}`, { type, name });
  }
  return [...found.values()];
}

function nameIn(arn: string, type: string): string {
  const resource = parseArn(arn)?.resource ?? arn;
  if (type === 'AWS::S3::Object') return resource;
  if (type.startsWith('AWS::Logs::')) return resource.split(':')[1] ?? resource;
  // What SageMaker names has no slash but for versions, whose name is their group's and their number; IAM's paths are no part of a name.
  return type === 'AWS::SageMaker::ModelPackage'
    ? resource.slice(resource.indexOf('/') + 1)
    : (resource.split('/').at(-1) ?? '');
}
