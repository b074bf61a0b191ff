/**
 * The AWS-managed policies that ship with the platform, with AWS's descriptions:
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html.
 * A new name is followed by `node scripts/extract-managed-policies.ts`, which writes the documents.
 */
export const descriptions: Readonly<Record<string, string>> = {
  AWSLambdaBasicExecutionRole: 'Provides write permissions to CloudWatch Logs.',
  AWSLambdaDynamoDBExecutionRole:
    'Provides list and read access to DynamoDB streams and write permissions to CloudWatch logs.',
  AWSLambdaExecute: 'Provides Put, Get access to S3 and full access to CloudWatch Logs.',
  AWSLambdaRole: 'Default policy for AWS Lambda service role.',
  AWSLambdaSQSQueueExecutionRole:
    'Provides receive message, delete message, and read attribute access to SQS queues, and write permissions to CloudWatch logs.',
  AWSLambdaVPCAccessExecutionRole:
    'Provides minimum permissions for a Lambda function to execute while accessing a resource within a VPC - create, describe, delete network interfaces and write permissions to CloudWatch Logs.',
  AWSLambda_FullAccess:
    'Grants full access to AWS Lambda service, AWS Lambda console features, and other related AWS services.',
  AWSLambda_ReadOnlyAccess:
    'Grants read-only access to AWS Lambda service, AWS Lambda console features, and other related AWS services.',
  AdministratorAccess: 'Provides full access to AWS services and resources.',
  AmazonAPIGatewayAdministrator:
    'Provides full access to create/edit/delete APIs in Amazon API Gateway via the AWS Management Console.',
  AmazonAPIGatewayInvokeFullAccess: 'Provides full access to invoke APIs in Amazon API Gateway.',
  AmazonAPIGatewayPushToCloudWatchLogs: "Allows API Gateway to push logs to user's account.",
  AmazonDynamoDBFullAccess: 'Provides full access to Amazon DynamoDB via the AWS Management Console.',
  AmazonDynamoDBReadOnlyAccess: 'Provides read only access to Amazon DynamoDB via the AWS Management Console.',
  AmazonEC2ContainerRegistryFullAccess: 'Provides administrative access to Amazon ECR resources',
  AmazonEC2ContainerRegistryPowerUser:
    'Provides full access to Amazon EC2 Container Registry repositories, but does not allow repository deletion or policy changes.',
  AmazonEC2ContainerRegistryReadOnly: 'Provides read-only access to Amazon EC2 Container Registry repositories.',
  AmazonEventBridgeFullAccess: 'Provides full access to Amazon EventBridge.',
  AmazonEventBridgeReadOnlyAccess: 'Provides read only access to Amazon EventBridge.',
  AmazonS3FullAccess: 'Provides full access to all buckets via the AWS Management Console.',
  AmazonS3ReadOnlyAccess: 'Provides read only access to all buckets via the AWS Management Console.',
  AmazonSNSFullAccess: 'Provides full access to Amazon SNS via the AWS Management Console.',
  AmazonSNSReadOnlyAccess: 'Provides read only access to Amazon SNS via the AWS Management Console.',
  AmazonSNSRole: 'Default policy for Amazon SNS service role.',
  AmazonSQSFullAccess: 'Provides full access to Amazon SQS via the AWS Management Console.',
  AmazonSQSReadOnlyAccess: 'Provides read only access to Amazon SQS via the AWS Management Console.',
  AmazonSSMFullAccess: 'Provides full access to Amazon SSM.',
  AmazonSSMReadOnlyAccess: 'Provides read only access to Amazon SSM.',
  AmazonSageMakerFullAccess:
    'Provides full access to Amazon SageMaker via the AWS Management Console and SDK. Also provides select access to related services (e.g., S3, ECR, CloudWatch Logs).',
  AmazonSageMakerReadOnly: 'Provides read only access to Amazon SageMaker via the AWS Management Console and SDK.',
  CloudWatchEventsFullAccess: 'Provides full access to Amazon CloudWatch Events.',
  CloudWatchEventsReadOnlyAccess: 'Provides read only access to Amazon CloudWatch Events.',
  CloudWatchFullAccess: 'Provides full access to CloudWatch.',
  CloudWatchFullAccessV2: 'Provides full access to CloudWatch.',
  CloudWatchLogsFullAccess: 'Provides full access to CloudWatch Logs',
  CloudWatchLogsReadOnlyAccess: 'Provides read only access to CloudWatch Logs',
  CloudWatchReadOnlyAccess: 'Provides read only access to CloudWatch.',
  IAMFullAccess: 'Provides full access to IAM via the AWS Management Console.',
  IAMReadOnlyAccess: 'Provides read only access to IAM via the AWS Management Console.',
  IAMUserChangePassword: 'Provides the ability for an IAM user to change their own password.',
  PowerUserAccess:
    'Provides full access to AWS services and resources, but does not allow management of Users and groups.',
  ReadOnlyAccess: 'Provides read-only access to AWS services and resources.',
  ViewOnlyAccess: 'This policy grants permissions to view resources and basic metadata across all AWS services.',
};
