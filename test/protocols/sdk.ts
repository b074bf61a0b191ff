/** An official AWS SDK client whose wire is this process: its bytes go to our parser, our bytes to its parser. */
import { Readable } from 'node:stream';
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { HttpResponse } from '@smithy/core/protocols';
import { AwsError } from '../../server/src/contract/aws-error.ts';
import { catalog, type ProtocolName, type ServiceName } from '../../server/src/models/catalog.ts';
import { loadServiceModel, type OperationModel, type ServiceModel } from '../../server/src/models/service-model.ts';
import { errorStatus } from '../../server/src/wire/answers.ts';
import type { WireRequest, WireResponse } from '../../server/src/wire/protocol.ts';
import { protocols } from '../../server/src/wire/protocols.ts';

interface SdkRequest {
  method: string;
  path: string;
  hostname: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

interface Seen {
  operation: string | undefined;
  input: unknown;
  request: WireRequest;
}

interface SdkClient {
  send(command: unknown): Promise<Record<string, unknown>>;
}

interface Wire {
  readonly model: ServiceModel;
  readonly client: SdkClient;
  readonly command: (operation: string, input: unknown) => unknown;
  /** What our side saw of the last call. */
  readonly seen: Seen;
  /** What our side answers next: an output, or an error. */
  answer: unknown;
}

type SdkModule = Record<string, new (input: unknown) => SdkClient>;

const clientNames: Record<ServiceName, string> = {
  cloudtrail: 'CloudTrailClient',
  cloudwatch: 'CloudWatchClient',
  'cloudwatch-logs': 'CloudWatchLogsClient',
  dynamodb: 'DynamoDBClient',
  iam: 'IAMClient',
  lambda: 'LambdaClient',
  s3: 'S3Client',
  sagemaker: 'SageMakerClient',
  'sagemaker-runtime': 'SageMakerRuntimeClient',
  sts: 'STSClient',
};

export async function openWire(service: ServiceName, protocolName: ProtocolName): Promise<Wire> {
  const model = await loadServiceModel(service);
  const module = (await catalog[service].load()) as unknown as SdkModule;
  const seen: Seen = { operation: undefined, input: undefined, request: undefined as never };
  const wire = { model, seen, answer: {} as unknown };
  const handle = async (sent: SdkRequest) => ({
    response: toSdk(respond(model, protocolName, wire, await toWire(sent))),
  });
  const configuration = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: { handle },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    disableRequestCompression: true,
    maxAttempts: 1,
    ...otherProtocol(service, protocolName),
  };
  const Client = module[clientNames[service]];
  if (Client === undefined) throw new Error(`the SDK module of ${service} has no ${clientNames[service]}`);
  return Object.assign(wire, {
    client: new Client(configuration),
    command: (operation: string, input: unknown) => {
      const Command = module[`${operation}Command`];
      if (Command === undefined) throw new Error(`the SDK has no command ${operation}`);
      return new Command(input);
    },
  });
}

/** CloudWatch's client can be told to speak what older and newer clients do. */
function otherProtocol(service: ServiceName, protocol: ProtocolName): object {
  if (service !== 'cloudwatch') return {};
  const { xmlNamespace = '', version } = catalog.cloudwatch;
  const defaultNamespace = 'com.amazonaws.cloudwatch';
  if (protocol === 'query') {
    return { protocol: new AwsQueryProtocol({ defaultNamespace, xmlNamespace, version }) };
  }
  if (protocol === 'rpc-v2-cbor') {
    const settings = { defaultNamespace, serviceTarget: catalog.cloudwatch.target };
    return { protocol: new AwsSmithyRpcV2CborProtocol(settings as never) };
  }
  return {};
}

function respond(model: ServiceModel, name: ProtocolName, wire: { seen: Seen; answer: unknown }, request: WireRequest) {
  const protocol = protocols[name];
  wire.seen.request = request;
  wire.seen.operation = protocol.operationOf(model, request);
  const operation: OperationModel | undefined = model.operations.get(wire.seen.operation ?? '');
  if (operation === undefined) throw new Error(`no operation for ${request.method} ${request.path}?${request.query}`);
  wire.seen.input = protocol.parse(model, operation, request);
  const context = { requestId: 'request-1', method: request.method, path: request.path };
  if (wire.answer instanceof AwsError) {
    return protocol.serializeError(model, wire.answer, errorStatus(model, wire.answer), context);
  }
  return protocol.serialize(model, operation, wire.answer, context);
}

async function toWire(sent: SdkRequest): Promise<WireRequest> {
  const pairs = Object.entries(sent.query ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => (one === null ? encode(name) : `${encode(name)}=${encode(one)}`)),
  );
  const headers = Object.entries(sent.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    method: sent.method,
    path: sent.path,
    query: pairs.join('&'),
    headers: Object.fromEntries(headers),
    body: await bytesOf(sent.body),
  };
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function toSdk({ status, headers, body }: WireResponse): HttpResponse {
  const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const stream = body instanceof Readable ? body : Readable.from(body === undefined ? [] : [Buffer.from(body)]);
  return new HttpResponse({ statusCode: status, headers: lowerCase, body: stream });
}
