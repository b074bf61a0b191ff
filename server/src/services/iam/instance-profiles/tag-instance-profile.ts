/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagInstanceProfile.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { tag } from '../tags/tagging.ts';
import { accessToInstanceProfile } from './instance-profile.ts';

export const tagInstanceProfile: IamOperation<'TagInstanceProfile'> = {
  access: accessToInstanceProfile('iam:TagInstanceProfile'),
  async handle(input, call, deps) {
    await tag(
      deps,
      call,
      'instance-profile',
      await getEntity(deps, call, 'instance-profile', input.InstanceProfileName),
      input.Tags,
    );
    return {};
  },
};
