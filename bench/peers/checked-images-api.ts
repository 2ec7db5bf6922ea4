/**
 * Calls to the Images API as a production service makes them: with timeouts and a limit on the size of answers, every row
 * validated, and every call measured.
 */
import { Ajv, type ValidateFunction } from 'ajv';
import { Histogram } from 'prom-client';
import { Pool } from 'undici';
import { type Bodies, baseUrl, type Call, type Request } from './images-api.ts';

const statuses = [
  'queued',
  'saving',
  'active',
  'killed',
  'deleted',
  'pending_delete',
  'deactivated',
  'uploading',
  'importing',
];

const image = {
  type: 'object',
  properties: {
    id: { type: 'string', pattern: '^[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12}$' },
    name: { type: ['string', 'null'], maxLength: 255 },
    status: { enum: statuses },
    visibility: { enum: ['public', 'private', 'shared', 'community'] },
  },
  required: ['id', 'name', 'status', 'visibility'],
};

const member = {
  type: 'object',
  properties: {
    member_id: { type: 'string', minLength: 1, maxLength: 255 },
    status: { enum: ['pending', 'accepted', 'rejected'] },
    created_at: { type: 'string', minLength: 1 },
    updated_at: { type: 'string', minLength: 1 },
  },
  required: ['member_id', 'status', 'created_at', 'updated_at'],
};

const ajv = new Ajv({ allowUnionTypes: true });

const validators: { readonly [K in keyof Bodies]: ValidateFunction<Bodies[K]> } = {
  image: ajv.compile(image),
  images: ajv.compile({
    type: 'object',
    properties: { images: { type: 'array', items: image } },
    required: ['images'],
  }),
  members: ajv.compile({
    type: 'object',
    properties: { members: { type: 'array', items: member } },
    required: ['members'],
  }),
  member: ajv.compile(member),
};

const durations = new Histogram({
  name: 'upstream_call_duration_seconds',
  help: 'Duration of calls to the Images API',
  labelNames: ['operation', 'result'],
});

const pool = new Pool(new URL(baseUrl).origin, {
  connections: 8,
  connectTimeout: 2_000,
  headersTimeout: 10_000,
  bodyTimeout: 10_000,
  maxResponseSize: 16 * 2 ** 20,
});

/** Makes calls with this token for one GraphQL request; `onCall` is called for each of them. */
export function createCheckedRequest(token: string, requestId: string, onCall: () => void): Request {
  return async <K extends keyof Bodies>(kind: K, { method, path, body }: Call): Promise<Bodies[K]> => {
    onCall();
    const stop = durations.startTimer({ operation: kind });
    let result = 'failed';
    try {
      const answer = await pool.request({
        method,
        path: `/v2${path}`,
        headers: { 'x-auth-token': token, 'x-openstack-request-id': requestId, 'content-type': 'application/json' },
        ...(body !== undefined && { body }),
      });
      result = String(answer.statusCode);
      if (answer.statusCode !== 200) {
        await answer.body.dump();
        throw new Error(`the Images API answered ${answer.statusCode}`);
      }
      const value: unknown = await answer.body.json();
      const validate: ValidateFunction<Bodies[K]> = validators[kind];
      if (validate(value)) return value;
      result = 'invalid';
      throw new Error(`the Images API sent an invalid answer: ${ajv.errorsText(validate.errors)}`);
    } finally {
      stop({ result });
    }
  };
}
