/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetInstanceProfile.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { allTagsOf } from '../tags/tagging.ts';
import { accessToInstanceProfile, toInstanceProfile } from './instance-profile.ts';

export const getInstanceProfile: IamOperation<'GetInstanceProfile'> = {
  access: accessToInstanceProfile('iam:GetInstanceProfile'),
  async handle(input, call, deps) {
    const row = await getEntity(deps, call, 'instance-profile', input.InstanceProfileName);
    return { InstanceProfile: { ...(await toInstanceProfile(deps, row)), Tags: await allTagsOf(deps, row.id) } };
  },
};
