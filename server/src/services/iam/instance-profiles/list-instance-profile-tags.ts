/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfileTags.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { pageOfTags } from '../tags/tagging.ts';
import { accessToInstanceProfile } from './instance-profile.ts';

export const listInstanceProfileTags: IamOperation<'ListInstanceProfileTags'> = {
  access: accessToInstanceProfile('iam:ListInstanceProfileTags'),
  async handle(input, call, deps) {
    const { id } = await getEntity(deps, call, 'instance-profile', input.InstanceProfileName);
    return pageOfTags(deps, call, id, input);
  },
};
