import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
// What protobufjs made of the definitions in the repository opentelemetry-proto.
import root from 'opentelemetry-proto/build/src/generated/root.js';
import { type Listening, listen } from './listen.ts';

type KeyValue = { readonly key: string; readonly value: { readonly stringValue?: string; readonly intValue?: string } };

/** The part of an export request that tests look at, as protobufjs shows it. */
interface TracesMessage {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: Uint8Array;
        readonly spanId: Uint8Array;
        readonly parentSpanId: Uint8Array;
        readonly name: string;
        readonly kind: string;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes: readonly KeyValue[];
        readonly status: { readonly code: string } | null;
      }[];
    }[];
  }[];
}

/** A type of messages, as protobufjs makes it. */
interface MessageType {
  decode(bytes: Uint8Array): object;
  fromObject(message: unknown): object;
  toObject(message: object, options: object): TracesMessage;
}

// The package declares no more of it than that it is a root of protobufjs.
const requestType = 'opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest'
  .split('.')
  .reduce<unknown>((at, name) => Object(at)[name], root) as MessageType;

/** A span as a collector received it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What the resource says that it belongs to. */
  readonly resource: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly durationMs: number;
}

/** A collector of traces that takes everything that fits the official definitions. */
export interface Collector extends Listening {
  /** Where requests went to, with their headers. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  readonly spans: readonly ReceivedSpan[];
  /** All that was received, as text: headers other than its own address, and messages. */
  readonly received: readonly string[];
}

export async function startCollector(): Promise<Collector> {
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const spans: ReceivedSpan[] = [];
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    try {
      const { headers, url: path = '' } = request;
      const body = await buffer(headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request);
      const message = decode(headers['content-type'] ?? '', body);
      requests.push({ path, headers });
      received.push(`${path}\n${JSON.stringify({ ...headers, host: undefined })}\n${JSON.stringify(message)}`);
      spans.push(...toSpans(message));
      response.setHeader('content-type', headers['content-type'] ?? '').end();
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
  return { ...(await listen(server)), requests, spans, received };
}

/** @throws for anything but an export request in protobuf or JSON. */
function decode(contentType: string, body: Buffer): TracesMessage {
  return requestType.toObject(toMessage(contentType, body), { longs: String, enums: String, defaults: true });
}

function toMessage(contentType: string, body: Buffer): object {
  if (contentType === 'application/x-protobuf') return requestType.decode(body);
  if (contentType !== 'application/json') throw new Error(`an unknown content type: ${contentType}`);
  // Ids are hexadecimal in JSON, where protobuf's own mapping has base64. Source: OTLP, "JSON Protobuf Encoding".
  const message: unknown = JSON.parse(body.toString(), (key, value) =>
    /^(?:traceId|spanId|parentSpanId)$/.test(key) ? Buffer.from(String(value), 'hex') : value,
  );
  return requestType.fromObject(message);
}

function toSpans({ resourceSpans }: TracesMessage): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, kind, attributes, status, ...span }) => ({
        traceId: toHex(span.traceId),
        spanId: toHex(span.spanId),
        parentSpanId: toHex(span.parentSpanId),
        name,
        kind,
        attributes: toObject(attributes),
        resource: toObject(resource.attributes),
        status: status?.code ?? 'STATUS_CODE_UNSET',
        durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
      })),
    ),
  );
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function toObject(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]));
}
