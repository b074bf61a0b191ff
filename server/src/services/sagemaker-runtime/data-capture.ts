/**
 * Captured requests and answers, as JSON lines in S3, in the name of the model's role.
 * Format and path: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
 * Written behind the requests: what waits in memory (at most `captureFlushMs`) is lost with the process, as AWS promises no more.
 */

import { Readable } from 'node:stream';
import { formatArn } from '../../contract/arn.ts';
import type { AwsAccess } from '../../contract/aws.ts';
import { uuid } from '../../kit/ids.ts';
import type { Log } from '../../kit/log.ts';
import type { InvocationRequest, InvocationResponse } from '../../serving/replica.ts';
import type { CaptureRoute, EndpointRoute, VariantRoute } from '../../serving/routing-table.ts';

export interface DataCapture {
  take(
    route: EndpointRoute,
    variant: VariantRoute,
    request: InvocationRequest,
    response: InvocationResponse,
    inferenceId: string | undefined,
    now: Date,
  ): void;
  /** Writes what waits. */
  stop(): Promise<void>;
}

export interface DataCaptureOptions {
  readonly aws: AwsAccess;
  readonly log: Log;
  readonly settings: { readonly captureFlushMs: number };
}

interface Pending {
  readonly route: EndpointRoute;
  readonly capture: CaptureRoute;
  readonly variantName: string;
  readonly since: Date;
  lines: string[];
  bytes: number;
}

/** A file is written at once when it has this many bytes; beyond the second number captures are dropped until files are written. */
const fileBytes = 4 * 1024 * 1024;
const maxWaitingBytes = 64 * 1024 * 1024;

export function startDataCapture({ aws, log, settings }: DataCaptureOptions): DataCapture {
  const pending = new Map<string, Pending>();
  const writes = new Set<Promise<void>>();
  let waitingBytes = 0;

  async function write({ route, capture, variantName, since, lines, bytes }: Pending): Promise<void> {
    try {
      const { bucket, prefix } = destination(capture.destinationS3Uri);
      const as = route.executionRoleArn
        ? await aws.asRole({
            roleArn: route.executionRoleArn,
            servicePrincipal: 'sagemaker.amazonaws.com',
            sessionName: 'SageMaker',
            sourceArn: formatArn('sagemaker', route.region, route.account, `endpoint/${route.endpointName}`),
          })
        : aws.asService(route.account, 'sagemaker.amazonaws.com', route.region);
      const body = Buffer.from(`${lines.join('\n')}\n`);
      await as.call('s3', 'PutObject', {
        Bucket: bucket,
        Key: `${prefix}${route.endpointName}/${variantName}/${timePath(since)}-${uuid()}.jsonl`,
        Body: Readable.from([body]),
        ContentLength: body.length,
        ContentType: 'application/jsonlines',
      });
    } catch (error) {
      log.error('data capture: captured requests lost', {
        endpoint: route.endpointName,
        destination: capture.destinationS3Uri,
        requests: lines.length,
        error,
      });
    } finally {
      waitingBytes -= bytes;
    }
  }

  function flushOne(key: string): void {
    const file = pending.get(key);
    pending.delete(key);
    if (!file) return;
    const done = write(file).finally(() => writes.delete(done));
    writes.add(done);
  }

  const timer = setInterval(() => {
    for (const key of pending.keys()) flushOne(key);
  }, settings.captureFlushMs).unref();

  return {
    take(route, variant, request, response, inferenceId, now) {
      const { capture } = route;
      if (!capture || Math.random() * 100 >= capture.samplingPercentage || waitingBytes > maxWaitingBytes) return;
      const line = captureLine(capture, request, response, inferenceId, now);
      const key = `${route.account}/${route.region}/${route.endpointName}/${variant.name}/${capture.destinationS3Uri}`;
      let file = pending.get(key);
      if (!file) {
        file = { route, capture, variantName: variant.name, since: now, lines: [], bytes: 0 };
        pending.set(key, file);
      }
      file.lines.push(line);
      file.bytes += line.length;
      waitingBytes += line.length;
      if (file.bytes >= fileBytes) flushOne(key);
    },
    async stop() {
      clearInterval(timer);
      for (const key of pending.keys()) flushOne(key);
      await Promise.all(writes);
    },
  };
}

function destination(uri: string): { bucket: string; prefix: string } {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  return { bucket, prefix: path === '' || path.endsWith('/') ? path : `${path}/` };
}

/** yyyy/mm/dd/hh/MM-SS-mmm, in UTC. */
function timePath(time: Date): string {
  const [date = '', clock = ''] = time.toISOString().split('T');
  const [hour, minute, second = ''] = clock.replace('Z', '').split(':');
  return `${date.replaceAll('-', '/')}/${hour}/${minute}-${second.replace('.', '-')}`;
}

/** One line of the file. `encoding` is CSV or JSON where the configuration names the content type, else BASE64. */
export function captureLine(
  capture: CaptureRoute,
  request: InvocationRequest,
  response: InvocationResponse,
  inferenceId: string | undefined,
  now: Date,
): string {
  const side = (contentType: string, mode: 'INPUT' | 'OUTPUT', body: Uint8Array) => {
    const encoding = encodingOf(capture, contentType);
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return {
      observedContentType: contentType,
      mode,
      data: bytes.toString(encoding === 'BASE64' ? 'base64' : 'utf8'),
      encoding,
    };
  };
  return JSON.stringify({
    captureData: {
      ...(capture.input ? { endpointInput: side(request.contentType, 'INPUT', request.body) } : {}),
      ...(capture.output ? { endpointOutput: side(response.contentType, 'OUTPUT', response.body) } : {}),
    },
    eventMetadata: {
      eventId: uuid(),
      ...(request.customAttributes ? { customAttributes: [request.customAttributes] } : {}),
      ...(inferenceId ? { inferenceId } : {}),
      inferenceTime: now.toISOString().replace(/\.\d+Z$/, 'Z'),
    },
    eventVersion: '0',
  });
}

function encodingOf(capture: CaptureRoute, contentType: string): 'CSV' | 'JSON' | 'BASE64' {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (capture.csvContentTypes.some((known) => known.toLowerCase() === type)) return 'CSV';
  if (capture.jsonContentTypes.some((known) => known.toLowerCase() === type)) return 'JSON';
  return 'BASE64';
}
