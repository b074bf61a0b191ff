import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findManagedPolicy } from './managed-policies.ts';
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
  ];
  for (const [name, action, resource, passedTo] of allowed) {
    it(`${name} allows ${action} on ${resource}`, () => {
      assert.equal(decide(name, action, resource, passedTo), 'allow');
    });
  }
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
