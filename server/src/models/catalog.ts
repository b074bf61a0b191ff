/**
 * The AWS services whose models the platform knows: where each model is, its protocols and traits, how a request names it.
 * A service appears here before its behaviour exists: its operations then answer 501 with their names.
 * Models load at a service's first call, never at start, to keep start-up and idle memory small.
 */
import type * as CloudTrail from '@aws-sdk/client-cloudtrail';
import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import type * as CloudWatchLogs from '@aws-sdk/client-cloudwatch-logs';
import type * as DynamoDb from '@aws-sdk/client-dynamodb';
import type * as Iam from '@aws-sdk/client-iam';
import type * as Lambda from '@aws-sdk/client-lambda';
import type * as S3 from '@aws-sdk/client-s3';
import type * as SageMaker from '@aws-sdk/client-sagemaker';
import type * as SageMakerRuntime from '@aws-sdk/client-sagemaker-runtime';
import type * as Sts from '@aws-sdk/client-sts';
import type { WireTraits } from './wire-traits.ts';

export type ProtocolName = 'aws-json-1.0' | 'aws-json-1.1' | 'rest-json' | 'rest-xml' | 'query' | 'rpc-v2-cbor';

/** Each service's SDK module: the source of its names and types. */
export interface Modules {
  cloudtrail: typeof CloudTrail;
  cloudwatch: typeof CloudWatch;
  'cloudwatch-logs': typeof CloudWatchLogs;
  dynamodb: typeof DynamoDb;
  iam: typeof Iam;
  lambda: typeof Lambda;
  s3: typeof S3;
  sagemaker: typeof SageMaker;
  'sagemaker-runtime': typeof SageMakerRuntime;
  sts: typeof Sts;
}

export type ServiceName = keyof Modules;

/** Parsing a document must not block the thread that serves requests for longer than some 50 ms: so its values are limited, more than its bytes (wire/document-cost.ts). */
export interface DocumentLimits {
  /** Of the body, both as received and decompressed. */
  readonly bytes: number;
  readonly cost: number;
}

/** PutLogEvents takes 10,000 events of 1 MiB together, which is 6 MiB where each character is escaped, and a cost of 180,000. */
const defaultLimits: DocumentLimits = { bytes: 8 * 1024 * 1024, cost: 400_000 };

export interface CatalogEntry<S extends ServiceName = ServiceName> {
  /** The service in a SigV4 credential scope. Several services may share one (sagemaker and sagemaker-runtime). */
  readonly signingName: string;
  /** Every protocol that the service's clients use; the first is used for calls between services. */
  readonly protocols: readonly ProtocolName[];
  /** The part of X-Amz-Target before the dot (aws-json; Python's client puts a namespace before it) or of /service/<name>/operation/<op> (rpc-v2-cbor). */
  readonly target?: string;
  /** The API version, which requests of the query protocol contain. */
  readonly version: string;
  /** The XML namespace of answers (query, rest-xml). */
  readonly xmlNamespace?: string;
  /** What is special about the service's requests and answers, beyond its protocol. */
  readonly traits?: WireTraits;
  /** Operations whose callers have no key to sign with. */
  readonly unsignedOperations?: readonly string[];
  /** The limits of the service's documents that differ from the default. */
  readonly documents?: Partial<DocumentLimits>;
  /** The name of the service's folder in botocore, from which the constraints data was taken. */
  readonly botocore: string;
  load(): Promise<Modules[S]>;
}

export const catalog: { readonly [S in ServiceName]: CatalogEntry<S> } = {
  cloudtrail: {
    signingName: 'cloudtrail',
    protocols: ['aws-json-1.1'],
    target: 'CloudTrail_20131101',
    version: '2013-11-01',
    botocore: 'cloudtrail',
    load: () => import('@aws-sdk/client-cloudtrail'),
  },
  cloudwatch: {
    signingName: 'monitoring',
    protocols: ['query', 'aws-json-1.0', 'rpc-v2-cbor'],
    target: 'GraniteServiceVersion20100801',
    version: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    // PutMetricData takes a thousand metrics with 150 values each.
    documents: { cost: 800_000 },
    botocore: 'cloudwatch',
    load: () => import('@aws-sdk/client-cloudwatch'),
  },
  'cloudwatch-logs': {
    signingName: 'logs',
    protocols: ['aws-json-1.1'],
    target: 'Logs_20140328',
    version: '2014-03-28',
    // Observed: its own ValidationException is for queries.
    traits: { validation: { code: 'InvalidParameterException' } },
    botocore: 'logs',
    load: () => import('@aws-sdk/client-cloudwatch-logs'),
  },
  dynamodb: {
    signingName: 'dynamodb',
    protocols: ['aws-json-1.0'],
    target: 'DynamoDB_20120810',
    version: '2012-08-10',
    traits: { dialect: 'dynamodb', validation: { byOperations: true } },
    // A batch is 16 MB: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    documents: { bytes: 16 * 1024 * 1024, cost: 800_000 },
    botocore: 'dynamodb',
    load: () => import('@aws-sdk/client-dynamodb'),
  },
  iam: {
    signingName: 'iam',
    protocols: ['query'],
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    documents: { bytes: 1024 * 1024 },
    botocore: 'iam',
    load: () => import('@aws-sdk/client-iam'),
  },
  lambda: {
    signingName: 'lambda',
    protocols: ['rest-json'],
    version: '2015-03-31',
    // A deployment package of 50 MB, in base64: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    documents: { bytes: 70 * 1024 * 1024 },
    botocore: 'lambda',
    load: () => import('@aws-sdk/client-lambda'),
  },
  s3: {
    signingName: 's3',
    protocols: ['rest-xml'],
    version: '2006-03-01',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    // CompleteMultipartUpload of 10,000 parts with every checksum is 3 MiB, and a cost of 340,000.
    documents: { bytes: 4 * 1024 * 1024, cost: 500_000 },
    traits: {
      takesUnnamedRequests: true,
      errors: 's3',
      payload: 'declared',
      signing: {
        encodesPathOnce: true,
        requiresAmzHeaders: true,
        correctsRegion: true,
        acceptsVersion2: true,
        acceptsForms: true,
      },
      addressing: 'virtual-host',
      headersInQuery: true,
      storesContentEncoding: true,
      verifiesDocumentDigests: true,
      validation: {
        code: 'InvalidRequest',
        requiredMembersOnly: true,
        missingDocument: { code: 'MissingRequestBodyError', message: 'Request Body is empty' },
      },
      exceptions: 's3',
    },
    botocore: 's3',
    load: () => import('@aws-sdk/client-s3'),
  },
  sagemaker: {
    signingName: 'sagemaker',
    protocols: ['aws-json-1.1'],
    target: 'SageMaker',
    version: '2017-07-24',
    botocore: 'sagemaker',
    load: () => import('@aws-sdk/client-sagemaker'),
  },
  'sagemaker-runtime': {
    signingName: 'sagemaker',
    protocols: ['rest-json'],
    version: '2017-05-13',
    // https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-test-endpoints.html
    documents: { bytes: 6 * 1024 * 1024 },
    botocore: 'sagemaker-runtime',
    load: () => import('@aws-sdk/client-sagemaker-runtime'),
  },
  sts: {
    signingName: 'sts',
    protocols: ['query'],
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    unsignedOperations: ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'],
    documents: { bytes: 1024 * 1024 },
    botocore: 'sts',
    load: () => import('@aws-sdk/client-sts'),
  },
};

const limits = new Map(
  Object.entries(catalog).map(([name, { documents }]: [string, CatalogEntry]) => [
    name,
    { ...defaultLimits, ...documents },
  ]),
);

/** The default for a service that is not in the catalog. */
export function documentLimitsOf(name: ServiceName | undefined): DocumentLimits {
  return (name !== undefined && limits.get(name)) || defaultLimits;
}

/** Services outside the catalog that answer in XML, by the service in their signatures. All others that look like REST are answered in JSON. */
export const otherXmlServices: ReadonlyMap<string, WireTraits> = new Map([
  ['s3express', catalog.s3.traits ?? {}],
  ['route53', { errors: 's3' }],
  ['cloudfront', { errors: 's3' }],
]);

/** The service as CloudTrail and IAM's `iam:PassedToService` name it. */
export const eventSource = (name: ServiceName): string => `${catalog[name].signingName}.amazonaws.com`;
