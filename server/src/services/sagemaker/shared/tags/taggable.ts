/** Which ARNs are those of resources that can have tags here, and where their rows are. Pure. */
import { formatArn, parseArn } from '../../../../contract/arn.ts';

const tables = {
  'training-job': 'sagemaker_jobs',
  'processing-job': 'sagemaker_jobs',
  model: 'sagemaker_models',
  'endpoint-config': 'sagemaker_endpoint_configs',
  endpoint: 'sagemaker_endpoints',
  'model-package': 'sagemaker_model_packages',
  'model-package-group': 'sagemaker_model_package_groups',
} as const;

export interface Taggable {
  /** Whose tags they are: a version of a model package has those of its group. */
  readonly owner: string;
  readonly table: (typeof tables)[keyof typeof tables];
  /** The version that the ARN names, where it names one. */
  readonly version: string | undefined;
}

/** Undefined for what is no such resource of this account and region. Resources that are not there have no row. */
export function findTaggable(arn: string, at: { account: string; region: string }): Taggable | undefined {
  const parsed = parseArn(arn);
  if (parsed?.service !== 'sagemaker' || parsed.account !== at.account || parsed.region !== at.region) return undefined;
  const [, kind = '', name = '', version] = /^([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(parsed.resource) ?? [];
  if (!Object.hasOwn(tables, kind) || (version !== undefined && kind !== 'model-package')) return undefined;
  if (version === undefined) return { owner: arn, table: tables[kind as keyof typeof tables], version };
  const owner = formatArn('sagemaker', parsed.region, parsed.account, `model-package-group/${name}`);
  return { owner, table: tables['model-package-group'], version };
}
