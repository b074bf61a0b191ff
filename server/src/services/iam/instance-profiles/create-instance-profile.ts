/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html */
import type { IamOperation } from '../deps.ts';
import { accessToCreate } from '../entities/access.ts';
import { createEntity, newEntity } from '../entities/lifecycle.ts';
import { tagsOf } from '../tags/tagging.ts';
import { toInstanceProfile } from './instance-profile.ts';

export const createInstanceProfile: IamOperation<'CreateInstanceProfile'> = {
  access: (input, call) =>
    accessToCreate(call, 'instance-profile', 'iam:CreateInstanceProfile', input.Path, input.InstanceProfileName, input),
  async handle(input, call, deps) {
    const row = { ...newEntity(call, 'instance-profile', input.Path, input.InstanceProfileName), role_id: null };
    await createEntity(deps, call, 'instance-profile', row, input.Tags);
    return { InstanceProfile: { ...(await toInstanceProfile(deps, row)), Tags: await tagsOf(deps, row.id) } };
  },
};
