/** What IAM says of the resources of a new policy: https://github.com/getmoto/moto/blob/master/tests/test_iam/test_iam_policies.py, observed from IAM. */
import { MalformedPolicy } from './policy-document.ts';

const iamResources = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
];

const isWild = (text: string | undefined) => text !== undefined && /^[*?]/.test(text);

/** Six fields at the most: what follows the fifth colon is the resource's own. */
const fieldsOf = (text: string): string[] => {
  const fields = text.split(':');
  return [...fields.slice(0, 5), ...(fields.length > 5 ? [fields.slice(5).join(':')] : [])];
};

function regionSentence(resource: string, service: string | undefined, region: string, own: string | undefined) {
  if (region === '' || isWild(region)) return undefined;
  if (service === 'iam') return `IAM resource ${resource} cannot contain region information.`;
  if (service === 's3' && !/^accesspoint[/:]/.test(own ?? ''))
    return `Resource ${resource} can not contain region information.`;
  return undefined;
}

function sentenceFor(resource: string): string | undefined {
  const [, partition, service, region = '', account, own] = fieldsOf(resource);
  if (partition === undefined) return `Resource ${resource} must be in ARN format or "*".`;
  if (!/^(aws|aws-[a-z-]+|\*)$/.test(partition)) {
    const rest = [service, region, account, own].map((field, at) => field ?? (at === 1 ? '' : '*'));
    const [one = '', , ...more] = rest;
    const second = service === undefined || resource.split(':').length < 4 ? '*' : region;
    return `Partition "${partition}" is not valid for resource "${['arn', partition, one, second, ...more].join(':')}".`;
  }
  if (service === undefined) return 'Resource vendor must be fully qualified and cannot contain regexes.';
  const misplaced = regionSentence(resource, service, region, own);
  if (misplaced) return misplaced;
  if (service === 'iam' && own !== undefined && !isWild(own) && !iamResources.some((start) => own.startsWith(start))) {
    return `IAM resource path must either be "*" or start with ${iamResources.join(', ')}.`;
  }
  return undefined;
}

/** ARNs that an older reader of IAM's could not take apart. */
const isLegacyBroken = (resource: string): boolean => {
  const fields = resource.split(':');
  return fields[2] === '' || (fields.length < 6 && resource.includes('::'));
};

/** The first that is wrong, told after what is wrong with statements as a whole; throws at once what IAM cannot read. */
export function checkResources(resources: readonly string[]): MalformedPolicy | undefined {
  for (const resource of resources) {
    if (/^\*+$/.test(resource)) continue;
    const sentence = sentenceFor(resource);
    if (sentence !== undefined) return new MalformedPolicy(sentence);
    if (isLegacyBroken(resource)) throw new MalformedPolicy('The policy failed legacy parsing');
  }
  return undefined;
}
