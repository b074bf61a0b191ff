/**
 * The AWS-managed policies that ship with the platform, under AWS's own names and ARNs. The documents are written for the services that
 * exist here; they grant no more than their namesakes.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
import { createHash } from 'node:crypto';
import { type Policy, parsePolicy } from './policy/policy-document.ts';

export interface ManagedPolicy {
  readonly name: string;
  readonly arn: string;
  readonly policyId: string;
  readonly description: string;
  readonly document: string;
  readonly policy: Policy;
}

interface StatementText {
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource: readonly string[] | string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** `fullName` with its path, for example `service-role/AWSLambdaBasicExecutionRole`. */
function define(fullName: string, description: string, statements: readonly StatementText[]): ManagedPolicy {
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
  });
  const name = fullName.slice(fullName.lastIndexOf('/') + 1);
  const digest = createHash('sha256').update(fullName).digest('hex').toUpperCase();
  return {
    name,
    arn: `arn:aws:iam::aws:policy/${fullName}`,
    policyId: `ANPA${digest.slice(0, 17)}`,
    description,
    document,
    policy: parsePolicy(document, 'identity', name),
  };
}

const sageMakerBuckets = ['arn:aws:s3:::*SageMaker*', 'arn:aws:s3:::*Sagemaker*', 'arn:aws:s3:::*sagemaker*'];

export const managedPolicies: readonly ManagedPolicy[] = [
  define('AdministratorAccess', 'Provides full access to AWS services and resources.', [
    { Action: ['*'], Resource: '*' },
  ]),
  define(
    'PowerUserAccess',
    'Provides full access to AWS services and resources, but does not allow management of Users and groups.',
    [
      { NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      { Action: ['iam:ListRoles'], Resource: '*' },
    ],
  ),
  define('ReadOnlyAccess', 'Provides read-only access to AWS services and resources.', [
    {
      Action: [
        'apigateway:GET',
        'cloudwatch:Describe*',
        'cloudwatch:Get*',
        'cloudwatch:List*',
        'dynamodb:BatchGetItem',
        'dynamodb:Describe*',
        'dynamodb:Get*',
        'dynamodb:List*',
        'dynamodb:PartiQLSelect',
        'dynamodb:Query',
        'dynamodb:Scan',
        'events:Describe*',
        'events:List*',
        'events:Test*',
        'iam:Get*',
        'iam:List*',
        'iam:Generate*',
        'iam:Simulate*',
        'lambda:Get*',
        'lambda:List*',
        'logs:Describe*',
        'logs:FilterLogEvents',
        'logs:Get*',
        'logs:List*',
        's3:Get*',
        's3:List*',
        'sagemaker:Describe*',
        'sagemaker:Get*',
        'sagemaker:List*',
        'sagemaker:Search',
        'scheduler:Get*',
        'scheduler:List*',
        'sns:Get*',
        'sns:List*',
        'ssm:Describe*',
        'ssm:Get*',
        'ssm:List*',
        'sts:GetAccessKeyInfo',
        'sts:GetCallerIdentity',
        'sts:GetSessionToken',
      ],
      Resource: '*',
    },
  ]),
  define('AmazonS3FullAccess', 'Provides full access to all buckets.', [{ Action: ['s3:*'], Resource: '*' }]),
  define('AmazonS3ReadOnlyAccess', 'Provides read only access to all buckets.', [
    { Action: ['s3:Get*', 's3:List*', 's3:Describe*'], Resource: '*' },
  ]),
  define('AmazonSageMakerFullAccess', 'Provides full access to Amazon SageMaker and what its work needs beside it.', [
    { Action: ['sagemaker:*'], Resource: '*' },
    {
      Action: [
        'cloudwatch:GetMetricData',
        'cloudwatch:GetMetricStatistics',
        'cloudwatch:ListMetrics',
        'cloudwatch:PutMetricData',
        'iam:ListRoles',
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:DescribeLogGroups',
        'logs:DescribeLogStreams',
        'logs:FilterLogEvents',
        'logs:GetLogEvents',
        'logs:PutLogEvents',
      ],
      Resource: '*',
    },
    {
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
      Resource: sageMakerBuckets,
    },
    {
      Action: [
        's3:CreateBucket',
        's3:GetBucketLocation',
        's3:ListBucket',
        's3:ListAllMyBuckets',
        's3:GetBucketCors',
        's3:PutBucketCors',
      ],
      Resource: '*',
    },
    { Action: ['iam:GetRole'], Resource: 'arn:aws:iam::*:role/*' },
    {
      Action: ['iam:PassRole'],
      Resource: 'arn:aws:iam::*:role/*',
      Condition: { StringEquals: { 'iam:PassedToService': ['sagemaker.amazonaws.com'] } },
    },
  ]),
  define('service-role/AWSLambdaBasicExecutionRole', 'Provides write permissions to CloudWatch Logs.', [
    { Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
  ]),
  define('AWSLambda_FullAccess', 'Grants full access to AWS Lambda service, and what is developed with it.', [
    {
      Action: [
        'cloudwatch:GetMetricData',
        'cloudwatch:ListMetrics',
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:ListRoles',
        'lambda:*',
        'logs:DescribeLogGroups',
      ],
      Resource: '*',
    },
    {
      Action: ['iam:PassRole'],
      Resource: '*',
      Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    },
    {
      Action: ['logs:DescribeLogStreams', 'logs:FilterLogEvents', 'logs:GetLogEvents'],
      Resource: 'arn:aws:logs:*:*:log-group:/aws/lambda/*',
    },
  ]),
  define('AmazonDynamoDBFullAccess', 'Provides full access to Amazon DynamoDB via the AWS Management Console.', [
    {
      Action: [
        'cloudwatch:DeleteAlarms',
        'cloudwatch:DescribeAlarmHistory',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:DescribeAlarmsForMetric',
        'cloudwatch:GetMetricData',
        'cloudwatch:GetMetricStatistics',
        'cloudwatch:ListMetrics',
        'cloudwatch:PutMetricAlarm',
        'dynamodb:*',
        'iam:GetRole',
        'iam:ListRoles',
        'lambda:CreateEventSourceMapping',
        'lambda:DeleteEventSourceMapping',
        'lambda:GetFunctionConfiguration',
        'lambda:ListEventSourceMappings',
        'lambda:ListFunctions',
        'sns:CreateTopic',
        'sns:DeleteTopic',
        'sns:ListSubscriptions',
        'sns:ListSubscriptionsByTopic',
        'sns:ListTopics',
        'sns:SetTopicAttributes',
        'sns:Subscribe',
        'sns:Unsubscribe',
      ],
      Resource: '*',
    },
    {
      Action: ['iam:PassRole'],
      Resource: '*',
      Condition: {
        StringLike: { 'iam:PassedToService': ['application-autoscaling.amazonaws.com', 'dax.amazonaws.com'] },
      },
    },
  ]),
  define('CloudWatchLogsFullAccess', 'Provides full access to CloudWatch Logs.', [
    { Action: ['logs:*'], Resource: '*' },
  ]),
  define('CloudWatchFullAccess', 'Provides full access to CloudWatch.', [
    {
      Action: ['cloudwatch:*', 'logs:*', 'sns:*', 'iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:GetRole'],
      Resource: '*',
    },
  ]),
  define('AmazonAPIGatewayInvokeFullAccess', 'Provides full access to invoke APIs in Amazon API Gateway.', [
    { Action: ['execute-api:Invoke', 'execute-api:ManageConnections'], Resource: 'arn:aws:execute-api:*:*:*' },
  ]),
  define('AmazonAPIGatewayAdministrator', 'Provides full access to create and edit APIs in Amazon API Gateway.', [
    { Action: ['apigateway:*'], Resource: 'arn:aws:apigateway:*::/*' },
  ]),
  define('AmazonSNSFullAccess', 'Provides full access to Amazon SNS via the AWS Management Console.', [
    { Action: ['sns:*'], Resource: '*' },
  ]),
  define('AmazonSSMFullAccess', 'Provides full access to Amazon SSM.', [
    { Action: ['cloudwatch:PutMetricData', 'logs:*', 'ssm:*'], Resource: '*' },
  ]),
  define('AmazonEventBridgeFullAccess', 'Provides full access to Amazon EventBridge.', [
    { Action: ['events:*', 'schemas:*', 'scheduler:*', 'pipes:*'], Resource: '*' },
    {
      Action: ['iam:PassRole'],
      Resource: 'arn:aws:iam::*:role/*',
      Condition: {
        StringLike: {
          'iam:PassedToService': ['events.amazonaws.com', 'scheduler.amazonaws.com', 'pipes.amazonaws.com'],
        },
      },
    },
  ]),
  define('IAMFullAccess', 'Provides full access to IAM via the AWS Management Console.', [
    { Action: ['iam:*'], Resource: '*' },
  ]),
];

const byArn: ReadonlyMap<string, ManagedPolicy> = new Map(managedPolicies.map((policy) => [policy.arn, policy]));

export function findManagedPolicy(arn: string): ManagedPolicy | undefined {
  return byArn.get(arn);
}
