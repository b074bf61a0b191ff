/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagInstanceProfile.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { untag } from '../tags/tagging.ts';
import { accessToInstanceProfile } from './instance-profile.ts';

export const untagInstanceProfile: IamOperation<'UntagInstanceProfile'> = {
  access: accessToInstanceProfile('iam:UntagInstanceProfile'),
  async handle(input, call, deps) {
    await untag(
      deps,
      call,
      'instance-profile',
      await getEntity(deps, call, 'instance-profile', input.InstanceProfileName),
      input.TagKeys,
    );
    return {};
  },
};
