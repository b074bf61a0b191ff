/** Which ARNs are those of resources that can have tags, and where their rows are. Pure. */
import { formatArn, parseArn } from '../../../../contract/arn.ts';

export interface TaggableKind {
  /** The table whose column `arn` holds the resources. */
  readonly table: string;
  /** ARNs with a version (`model-package/<name>/<version>`) have the tags of the resource of this kind and name. */
  readonly versionsOf?: string;
  /** Called when the tags of one have changed. */
  changed?(arn: string): void;
}

export type TaggableKinds = Readonly<Record<string, TaggableKind>>;

export interface Taggable {
  /** The resource that has the tags: for a version of a model package, its group. */
  readonly owner: string;
  readonly kind: TaggableKind;
  /** The version in the ARN, if it has one. */
  readonly version: string | undefined;
}

/** Undefined if the ARN is not one of a taggable resource in this account and region. The resource may not exist. */
export function findTaggable(
  kinds: TaggableKinds,
  arn: string,
  at: { account: string; region: string },
): Taggable | undefined {
  const parsed = parseArn(arn);
  if (parsed?.service !== 'sagemaker' || parsed.account !== at.account || parsed.region !== at.region) return undefined;
  const [, prefix = '', name = '', version] = /^([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(parsed.resource) ?? [];
  const kind = Object.hasOwn(kinds, prefix) ? kinds[prefix] : undefined;
  if (!kind) return undefined;
  if (version === undefined) return { owner: arn, kind, version };
  const group = kind.versionsOf === undefined ? undefined : kinds[kind.versionsOf];
  if (!group) return undefined;
  const owner = formatArn('sagemaker', parsed.region, parsed.account, `${kind.versionsOf}/${name}`);
  return { owner, kind: group, version };
}
