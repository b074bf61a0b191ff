import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateEndpointCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeTrainingJobCommand,
  type Filter,
  GetSearchSuggestionsCommand,
  paginateSearch,
  SageMakerClient,
  SearchCommand,
  type SearchCommandInput,
  type SearchExpression,
  type SearchRecord,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { allow, makeUser } from '../../../../../test/harness/user.ts';
import { bucket, channel, image, openWorkbench, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
const artifact = `s3://${bucket}/model.tar.gz`;
/** More than are read at once. */
const manyGroups = 430;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  await bench.put('model.tar.gz', 'not a model');
  await bench.put('other/data.csv', '1,1,1\n2,2,2\n3,3,3');
  const job = (name: string, eta: string, team: string, prefix: string) =>
    bench.train(name, {
      HyperParameters: { num_round: '3', eta },
      InputDataConfig: [channel('train', prefix), channel('validation', 'train/')],
      Tags: [{ Key: 'team', Value: team }],
    });
  await job('churn-a', '0.5', 'red', 'train/');
  await job('churn-b', '0.25', 'blue', 'other/');
  await job('price-a', '0.125', 'red', 'train/');
  await bench.train('broken', { HyperParameters: { num_round: 'many' } });
  for (let i = 0; i < manyGroups; i += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, manyGroups - i) }, (_, j) => {
        const ModelPackageGroupName = `group-${i + j}`;
        return bench.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));
      }),
    );
  }
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

const search = (input: SearchCommandInput, client = bench.sagemaker) => client.send(new SearchCommand(input));
const jobs = async (SearchExpression?: SearchExpression, more: Partial<SearchCommandInput> = {}) => {
  const { Results: results = [] } = await search({ Resource: 'TrainingJob', SearchExpression, ...more });
  return results.map(({ TrainingJob: job }) => job?.TrainingJobName);
};
const where = (Name: string, Operator: Filter['Operator'], Value?: string) => ({
  Filters: [{ Name, Operator, Value }],
});
const validation = (message: string | RegExp) => ({ name: 'ValidationException', message });

describe('Search of training jobs', () => {
  it('finds all of them, the last modified first', async () => {
    assert.deepEqual(await jobs(), ['broken', 'price-a', 'churn-b', 'churn-a']);
    assert.deepEqual(await jobs(undefined, { SortOrder: 'Ascending', SortBy: 'CreationTime' }), [
      'churn-a',
      'churn-b',
      'price-a',
      'broken',
    ]);
  });

  it('answers what DescribeTrainingJob answers, and the tags', async () => {
    const { Results: [found] = [], TotalHits } = await search({
      Resource: 'TrainingJob',
      SearchExpression: where('TrainingJobName', 'Equals', 'churn-a'),
    });
    assert.deepEqual(TotalHits, { Value: 1, Relation: 'EqualTo' });
    const {
      $metadata: _,
      ProfilingStatus: __,
      AlgorithmSpecification: { MetricDefinitions: ___, ...AlgorithmSpecification } = { TrainingInputMode: 'File' },
      ...described
    } = await bench.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'churn-a' }));
    assert.deepEqual(found, {
      TrainingJob: { ...described, AlgorithmSpecification, Tags: [{ Key: 'team', Value: 'red' }] },
    });
  });

  it('finds by text, numbers, metrics, tags and times', async () => {
    assert.deepEqual(await jobs(where('TrainingJobStatus', 'Equals', 'Failed')), ['broken']);
    assert.deepEqual(await jobs(where('FailureReason', 'Exists')), ['broken']);
    assert.deepEqual(await jobs(where('TrainingJobName', 'Contains', 'churn')), ['churn-b', 'churn-a']);
    assert.deepEqual(await jobs(where('TrainingJobName', 'In', 'price-a,broken')), ['broken', 'price-a']);
    assert.deepEqual(await jobs(where('HyperParameters.eta', 'LessThan', '0.3')), ['price-a', 'churn-b']);
    assert.deepEqual(await jobs(where('Metrics.train:rmse', 'GreaterThanOrEqualTo', '0.0')), [
      'price-a',
      'churn-b',
      'churn-a',
    ]);
    assert.deepEqual(await jobs(where('Tags.team', 'Equals', 'red')), ['price-a', 'churn-a']);
    assert.deepEqual(await jobs(where('Tags.team', 'NotEquals', 'red')), ['broken', 'churn-b']);
    const { CreationTime: time } = await bench.sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName: 'churn-b' }),
    );
    const value = time?.toISOString() ?? '';
    assert.deepEqual(await jobs(where('CreationTime', 'GreaterThan', value)), ['broken', 'price-a']);
    assert.deepEqual(await jobs(where('CreationTime', 'LessThanOrEqualTo', value)), ['churn-b', 'churn-a']);
    assert.deepEqual(await jobs(where('CreationTime', 'Equals', value)), ['churn-b']);
    assert.deepEqual(await jobs(where('CreationTime', 'NotEquals', value)), ['broken', 'price-a', 'churn-a']);
  });

  it('finds by one and the same channel, and by either of two conditions', async () => {
    const uri = (text: string) => ({
      NestedFilters: [
        {
          NestedPropertyName: 'InputDataConfig',
          Filters: [
            { Name: 'InputDataConfig.ChannelName', Operator: 'Equals' as const, Value: 'train' },
            {
              Name: 'InputDataConfig.DataSource.S3DataSource.S3Uri',
              Operator: 'Contains' as const,
              Value: text,
            },
          ],
        },
      ],
    });
    assert.deepEqual(await jobs(uri('other/')), ['churn-b']);
    assert.deepEqual(await jobs(uri('/train/')), ['broken', 'price-a', 'churn-a']);
    const either: SearchExpression = {
      Operator: 'Or',
      SubExpressions: [where('TrainingJobStatus', 'Equals', 'Failed'), where('HyperParameters.eta', 'Equals', '0.5')],
    };
    assert.deepEqual(await jobs(either), ['broken', 'churn-a']);
  });

  it('sorts by hyperparameters and metrics; what lacks them comes last', async () => {
    for (const SortOrder of ['Ascending', 'Descending'] as const) {
      const expected = ['price-a', 'churn-b', 'churn-a'];
      if (SortOrder === 'Descending') expected.reverse();
      assert.deepEqual(await jobs(undefined, { SortBy: 'HyperParameters.eta', SortOrder }), [...expected, 'broken']);
      assert.equal((await jobs(undefined, { SortBy: 'Metrics.train:rmse', SortOrder })).at(-1), 'broken');
    }
    assert.deepEqual(await jobs(undefined, { SortBy: 'Tags.team', SortOrder: 'Ascending' }), [
      'churn-b',
      'churn-a',
      'price-a',
      'broken',
    ]);
  });
});

describe('Search with VisibilityConditions', () => {
  const team = (Value: string) => ({ Key: 'Tags.team', Value });

  it('leaves out what has the tag with another value, not what lacks it', async () => {
    assert.deepEqual(await jobs(undefined, { VisibilityConditions: [team('red')] }), ['broken', 'price-a', 'churn-a']);
    assert.deepEqual(await jobs(undefined, { VisibilityConditions: [team('red'), team('blue')] }), [
      'broken',
      'price-a',
      'churn-b',
      'churn-a',
    ]);
    const named = where('TrainingJobName', 'Contains', 'churn');
    assert.deepEqual(await jobs(named, { VisibilityConditions: [team('blue')] }), ['churn-b']);
  });

  it('shows no more than the policies let', async () => {
    const { credentials } = await makeUser(platform, 'blind');
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sagemaker:Search',
          Resource: '*',
          Condition: { StringEquals: { 'sagemaker:SearchVisibilityCondition/Tags.team/EqualsIfExists': 'red' } },
        },
      ],
    });
    await platform
      .client(IAMClient)
      .send(new PutUserPolicyCommand({ UserName: 'blind', PolicyName: 'own', PolicyDocument }));
    const blind = platform.client(SageMakerClient, { credentials });
    const asked = (...VisibilityConditions: { Key: string; Value: string }[]) =>
      search({ Resource: 'TrainingJob', VisibilityConditions }, blind);
    assert.equal((await asked(team('red'))).TotalHits?.Value, 3);
    for (const refused of [[], [team('blue')], [team('blue'), team('red')], [team('red'), team('blue')]]) {
      await assert.rejects(asked(...refused), { name: 'AccessDeniedException' });
    }
  });
});

describe('Search in pages', () => {
  const numbers = (records: readonly SearchRecord[] = []) =>
    records.map(({ ModelPackageGroup: group }) => Number(group?.ModelPackageGroupName?.replace('group-', '')));

  it('lists every one of many once', async () => {
    const found: number[] = [];
    const totals = new Set<number | undefined>();
    const input = { Resource: 'ModelPackageGroup' as const, SortBy: 'ModelPackageGroupName', MaxResults: 100 };
    for await (const page of paginateSearch({ client: bench.sagemaker }, input)) {
      found.push(...numbers(page.Results));
      totals.add(page.TotalHits?.Value);
    }
    assert.deepEqual([...totals], [manyGroups]);
    assert.deepEqual(
      found,
      Array.from({ length: manyGroups }, (_, i) => i).sort((a, b) => (`group-${a}` < `group-${b}` ? 1 : -1)),
    );
  });

  it('stays right while others are made', async () => {
    const input: SearchCommandInput = {
      Resource: 'ModelPackageGroup',
      SearchExpression: where('ModelPackageGroupName', 'Contains', 'group-42'),
      SortBy: 'ModelPackageGroupName',
      SortOrder: 'Ascending',
      MaxResults: 4,
    };
    const first = await search(input);
    assert.deepEqual(numbers(first.Results), [42, 420, 421, 422]);
    await bench.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'group-4200' }));
    const second = await search({ ...input, NextToken: first.NextToken });
    assert.deepEqual(numbers(second.Results), [423, 424, 425, 426]);
    const other = { ...input, SortOrder: 'Descending' as const, NextToken: first.NextToken };
    await assert.rejects(search(other), validation('Invalid pagination token given'));
    const another = { ...input, SearchExpression: where('ModelPackageGroupName', 'Contains', 'x') };
    await assert.rejects(
      search({ ...another, NextToken: first.NextToken }),
      validation('Invalid pagination token given'),
    );
  });
});

describe('Search of other resources', () => {
  it('finds a group by its name, as the Python SDK asks before it registers', async () => {
    const SearchExpression = { Filters: [{ Name: 'ModelPackageGroupName', Value: 'group-7' }] };
    const { Results: [found] = [] } = await search({ Resource: 'ModelPackageGroup', SearchExpression });
    assert.equal(
      found?.ModelPackageGroup?.ModelPackageGroupArn,
      'arn:aws:sagemaker:us-east-1:000000000000:model-package-group/group-7',
    );
  });

  it('finds versions by approval, and by the tags of their group', async () => {
    const Tags = [{ Key: 'owner', Value: 'ann' }];
    const group = 'versions';
    await bench.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: group, Tags }));
    const InferenceSpecification = {
      Containers: [{ Image: image, ModelDataUrl: artifact }],
      SupportedContentTypes: ['text/csv'],
      SupportedResponseMIMETypes: ['text/csv'],
    };
    for (let i = 0; i < 2; i++) {
      await bench.sagemaker.send(
        new CreateModelPackageCommand({ ModelPackageGroupName: group, InferenceSpecification }),
      );
    }
    const ModelPackageArn = `arn:aws:sagemaker:us-east-1:000000000000:model-package/${group}/2`;
    await bench.sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Rejected' }));
    const versions = async (SearchExpression: SearchExpression) =>
      (await search({ Resource: 'ModelPackage', SearchExpression, SortBy: 'ModelPackageVersion' })).Results?.map(
        ({ ModelPackage: version }) => version?.ModelPackageVersion,
      );
    assert.deepEqual(await versions(where('ModelApprovalStatus', 'Equals', 'Rejected')), [2]);
    assert.deepEqual(await versions(where('Tags.owner', 'Equals', 'ann')), [2, 1]);
    assert.deepEqual(await versions(where('ModelPackageVersion', 'LessThan', '2')), [1]);
  });

  it('finds endpoints, and models with their endpoints', async () => {
    await bench.createModel('served', artifact);
    await bench.createModel('idle', artifact);
    await bench.createConfig('config', 'served');
    await bench.sagemaker.send(
      new CreateEndpointCommand({
        EndpointName: 'shop',
        EndpointConfigName: 'config',
        Tags: [{ Key: 'stage', Value: 'test' }],
      }),
    );
    const { Results: [endpoint] = [] } = await search({
      Resource: 'Endpoint',
      SearchExpression: where('Tags.stage', 'Equals', 'test'),
    });
    assert.equal(endpoint?.Endpoint?.EndpointName, 'shop');
    assert.equal(endpoint?.Endpoint?.EndpointConfigName, 'config');
    const { Results: models = [] } = await search({ Resource: 'Model', SortBy: 'ModelName', SortOrder: 'Ascending' });
    assert.deepEqual(
      models.map(({ Model: found }) => [found?.Model?.ModelName, found?.Endpoints?.map((one) => one.EndpointName)]),
      [
        ['idle', []],
        ['served', ['shop']],
      ],
    );
    const { Results: used } = await search({
      Resource: 'Model',
      SearchExpression: where('Endpoints.EndpointName', 'Equals', 'shop'),
    });
    assert.equal(used?.[0]?.Model?.Model?.ModelName, 'served');
  });
});

describe('GetSearchSuggestions', () => {
  const suggested = async (PropertyNameHint: string, Resource: 'TrainingJob' | 'Endpoint' = 'TrainingJob') => {
    const SuggestionQuery = { PropertyNameQuery: { PropertyNameHint } };
    const answer = await bench.sagemaker.send(new GetSearchSuggestionsCommand({ Resource, SuggestionQuery }));
    return answer.PropertyNameSuggestions?.map(({ PropertyName: name }) => name);
  };

  it('completes the names of the model and those in use', async () => {
    assert.deepEqual(await suggested('TrainingJobN'), ['TrainingJobName']);
    assert.deepEqual(await suggested('HyperP'), ['HyperParameters.eta', 'HyperParameters.num_round']);
    assert.deepEqual(await suggested('Tags.'), ['Tags.team']);
    assert.ok((await suggested('Metrics.'))?.includes('Metrics.train:rmse'));
    assert.deepEqual(await suggested('EndpointC', 'Endpoint'), ['EndpointConfigName']);
    assert.deepEqual(await suggested('nothing like it'), []);
  });
});

describe('Search refuses', () => {
  const refused = (input: Partial<SearchCommandInput>, message: string | RegExp) =>
    assert.rejects(search({ Resource: 'TrainingJob', ...input }), validation(message));

  it('what it cannot search, find or sort by', async () => {
    await refused(
      { Resource: 'Experiment' },
      'Resource Experiment cannot be searched in Clary yet; these can: TrainingJob, ModelPackageGroup, ModelPackage, Endpoint, Model.',
    );
    await refused({ SearchExpression: where('Colour', 'Equals', 'red') }, 'Colour is not a property of TrainingJob.');
    await refused(
      { SearchExpression: {} },
      'A SearchExpression must have at least one of Filters, NestedFilters and SubExpressions.',
    );
    await refused({ SortBy: 'Colour' }, 'Colour is not a property of TrainingJob.');
    await refused({ SortBy: 'VpcConfig' }, 'VpcConfig has no value to sort by: name one of its members.');
    await refused(
      { CrossAccountFilterOption: 'CrossAccount' },
      'CrossAccountFilterOption CrossAccount is not supported by Clary yet.',
    );
    await refused(
      { VisibilityConditions: [{ Key: 'team', Value: 'red' }] },
      "VisibilityConditions Key 'team' is not of the format Tags.<key>.",
    );
    await refused({ MaxResults: 101 }, /Member must have value less than or equal to 100$/);
    await refused({ NextToken: 'x' }, 'Invalid pagination token given');
  });

  it('an expression that is larger than 50, though none of its lists is', async () => {
    const filters = Array.from({ length: 20 }, () => ({ Name: 'TrainingJobName', Value: 'x' }));
    const SubExpressions = Array.from({ length: 3 }, () => ({ Filters: filters }));
    await refused(
      { SearchExpression: { SubExpressions } },
      'SearchExpression can have at most 50 Filters, NestedFilters and SubExpressions in all.',
    );
  });

  it('a caller who may describe but not search', async () => {
    const { credentials } = await makeUser(platform, 'ann');
    const PolicyDocument = allow('sagemaker:Describe*');
    await platform
      .client(IAMClient)
      .send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'own', PolicyDocument }));
    const ann = platform.client(SageMakerClient, { credentials });
    await assert.rejects(search({ Resource: 'TrainingJob' }, ann), {
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:iam::000000000000:user/ann is not authorized to perform: sagemaker:Search on resource: * because no identity-based policy allows the sagemaker:Search action',
    });
  });
});
