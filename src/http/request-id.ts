import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The accepted form of request ids. Glance answers 500 to one longer than 64 characters. */
const plain = /^[\w.-]{1,64}$/;

/** The caller's own `X-Openstack-Request-Id` or `X-Request-Id`, if it is short and plain; else a new one. */
export function readRequestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  for (const given of [headers['x-openstack-request-id'], headers['x-request-id']]) {
    if (typeof given === 'string' && plain.test(given)) return given;
  }
  return newRequestId();
}

/** Creates an id for work that has no HTTP request of its own, such as a poll. */
export function newRequestId(): string {
  return `req-${randomUUID()}`;
}
