/** ListModels: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModels.html */
import type { SageMakerOperation } from '../../shared/deps.ts';
import { listPageOf, nextOffset, shownOf } from '../../shared/list-page.ts';
import { modelStore } from './model.ts';

export const listModels: SageMakerOperation<'ListModels'> = {
  access: () => [{ action: 'sagemaker:ListModels', resource: '*' }],
  async handle(input, call, deps) {
    const page = listPageOf(input, call, 'Descending');
    const models = await modelStore(deps.database).list(call, page);
    return {
      Models: shownOf(page, models).map((model) => ({
        ModelName: model.name,
        ModelArn: model.arn,
        CreationTime: model.createdAt,
      })),
      ...nextOffset(page, models),
    };
  },
};
