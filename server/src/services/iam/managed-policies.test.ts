import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findManagedPolicy, listManagedPolicies } from './managed-policies.ts';
import { descriptions } from './managed-policy-descriptions.ts';
import { createContext } from './policy/context.ts';
import { evaluate } from './policy/evaluate.ts';

const role = 'arn:aws:iam::000000000000:role/Worker';

function decide(name: string, action: string, resource: string, passedTo?: string) {
  const policy = findManagedPolicy(`arn:aws:iam::aws:policy/${name}`)?.policy;
  assert.ok(policy, name);
  return evaluate([policy], { action, resource, context: createContext({ 'iam:PassedToService': passedTo }) });
}

describe('managed policies do', () => {
  const allowed: readonly [string, string, string, string?][] = [
    ['AdministratorAccess', 'iam:CreateUser', '*'],
    ['PowerUserAccess', 'sagemaker:CreateTrainingJob', '*'],
    ['ReadOnlyAccess', 'sagemaker:DescribeEndpoint', '*'],
    ['AmazonS3FullAccess', 's3:DeleteBucket', 'arn:aws:s3:::b'],
    ['AmazonS3ReadOnlyAccess', 's3:GetObject', 'arn:aws:s3:::b/k'],
    ['AmazonSageMakerFullAccess', 'sagemaker:CreateTrainingJob', '*'],
    ['AmazonSageMakerFullAccess', 's3:GetObject', 'arn:aws:s3:::sagemaker-us-east-1-000000000000/k'],
    ['AmazonSageMakerFullAccess', 'iam:PassRole', role, 'sagemaker.amazonaws.com'],
    ['service-role/AWSLambdaBasicExecutionRole', 'logs:PutLogEvents', '*'],
    ['AWSLambda_FullAccess', 'lambda:CreateFunction', '*'],
    ['AWSLambda_FullAccess', 'iam:PassRole', role, 'lambda.amazonaws.com'],
    ['AmazonDynamoDBFullAccess', 'dynamodb:PutItem', 'arn:aws:dynamodb:us-east-1:000000000000:table/t'],
    ['CloudWatchLogsFullAccess', 'logs:DeleteLogGroup', '*'],
    ['CloudWatchFullAccess', 'cloudwatch:PutMetricAlarm', '*'],
    ['AmazonAPIGatewayInvokeFullAccess', 'execute-api:Invoke', 'arn:aws:execute-api:us-east-1:000000000000:a/s/GET/x'],
    ['AmazonAPIGatewayAdministrator', 'apigateway:POST', 'arn:aws:apigateway:us-east-1::/restapis'],
    ['AmazonSNSFullAccess', 'sns:Publish', '*'],
    ['AmazonSSMFullAccess', 'ssm:PutParameter', '*'],
    ['AmazonEventBridgeFullAccess', 'events:PutRule', '*'],
    ['AmazonEventBridgeFullAccess', 'iam:PassRole', role, 'events.amazonaws.com'],
    ['IAMFullAccess', 'iam:CreateUser', '*'],
    // Services that do not exist here: SageMaker's SDK 3 simulates the first four before a job.
    ['AmazonSageMakerFullAccess', 'ec2:CreateNetworkInterface', '*'],
    ['AmazonSageMakerFullAccess', 'ec2:DescribeDhcpOptions', '*'],
    ['AmazonSageMakerFullAccess', 'ec2:DescribeSubnets', '*'],
    ['AmazonSageMakerFullAccess', 'ecr:GetAuthorizationToken', '*'],
    ['AmazonS3ReadOnlyAccess', 's3-object-lambda:GetObject', '*'],
    ['ReadOnlyAccess', 'ec2:DescribeInstances', '*'],
    ['service-role/AWSLambdaVPCAccessExecutionRole', 'ec2:DescribeNetworkInterfaces', '*'],
  ];
  for (const [name, action, resource, passedTo] of allowed) {
    it(`${name} allows ${action} on ${resource}`, () => {
      assert.equal(decide(name, action, resource, passedTo), 'allow');
    });
  }

  it('ship each with a document and a description', () => {
    assert.deepEqual(
      listManagedPolicies('aws').map(({ name }) => name),
      Object.keys(descriptions).sort(),
    );
    for (const { policy } of listManagedPolicies('aws')) assert.ok(policy.statements.length > 0);
  });

  it('have ARNs of their own in each partition, and name resources of it', () => {
    const found = findManagedPolicy('arn:aws-cn:iam::aws:policy/AmazonSageMakerFullAccess');
    assert.ok(found);
    const context = createContext({});
    const bucket = (partition: string) => `arn:${partition}:s3:::sagemaker-cn-north-1-000000000000/k`;
    const reads = (partition: string) =>
      evaluate([found.policy], { action: 's3:GetObject', resource: bucket(partition), context });
    assert.deepEqual([reads('aws-cn'), reads('aws')], ['allow', 'implicit-deny']);
    assert.ok(!found.document.includes('arn:aws:'));
    for (const arn of [
      'arn:aws-moon:iam::aws:policy/ReadOnlyAccess',
      'arn:aws:iam::000000000000:policy/ReadOnlyAccess',
    ]) {
      assert.equal(findManagedPolicy(arn), undefined);
    }
  });
});

describe('managed policies refuse', () => {
  const refused: readonly [string, string, string, string?][] = [
    ['PowerUserAccess', 'iam:CreateUser', '*'],
    ['ReadOnlyAccess', 's3:PutObject', 'arn:aws:s3:::b/k'],
    ['ReadOnlyAccess', 'sagemaker:InvokeEndpoint', '*'],
    ['AmazonS3FullAccess', 'sagemaker:CreateTrainingJob', '*'],
    ['AmazonS3ReadOnlyAccess', 's3:PutObject', 'arn:aws:s3:::b/k'],
    ['AmazonSageMakerFullAccess', 's3:GetObject', 'arn:aws:s3:::private/k'],
    ['AmazonSageMakerFullAccess', 'iam:PassRole', role, 'lambda.amazonaws.com'],
    ['AmazonSageMakerFullAccess', 'iam:PassRole', role],
    ['service-role/AWSLambdaBasicExecutionRole', 'logs:GetLogEvents', '*'],
    ['AWSLambda_FullAccess', 'iam:PassRole', role, 'events.amazonaws.com'],
    ['AmazonDynamoDBFullAccess', 'lambda:InvokeFunction', '*'],
    ['AmazonAPIGatewayInvokeFullAccess', 'apigateway:GET', 'arn:aws:apigateway:us-east-1::/restapis'],
    ['AmazonEventBridgeFullAccess', 'iam:PassRole', role, 'lambda.amazonaws.com'],
    ['IAMFullAccess', 's3:GetObject', 'arn:aws:s3:::b/k'],
  ];
  for (const [name, action, resource, passedTo] of refused) {
    it(`${name} does not allow ${action} on ${resource}${passedTo ? ` for ${passedTo}` : ''}`, () => {
      assert.equal(decide(name, action, resource, passedTo), 'implicit-deny');
    });
  }
});
