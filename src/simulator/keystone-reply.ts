import { type Json, writeJson } from './json.ts';
import type { Reply } from './reply.ts';

/** An error with Keystone's wording. */
export class Refusal extends Error {
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, message: string) {
    super(message);
    this.status = status;
    this.title = title;
  }
}

const jsonType = ['Content-Type', 'application/json'] as const;

/** A successful response: JSON with Python's spacing, as in Keystone. */
export function json(body: Json): Reply {
  return { status: 200, headers: [jsonType], body: writeJson(body, true) };
}

/** A successful response about projects: as `json`, with a trailing newline. */
export function jsonLine(body: Json): Reply {
  const reply = json(body);
  return { ...reply, body: `${reply.body}\n` };
}

/** Renders an error; `url` is the base URL of the API. */
export function refuse({ status, title, message }: Refusal, url: string): Reply {
  const text = writeJson(message, true);
  return {
    status,
    reason: title.toUpperCase(),
    headers: [jsonType, ...(status === 401 ? [['WWW-Authenticate', `Keystone uri="${url}"`] as const] : [])],
    body: `{"error":{"code":${status},"message":${text},"title":"${title}"}}\n`,
  };
}

/** 403: the policy forbids this action. */
export function forbidden(action: string): Refusal {
  const message = `You are not authorized to perform the requested action: identity:${action}.`;
  return new Refusal(403, 'Forbidden', message);
}

/** 404, with an explanation. */
export function notFound(message: string): Refusal {
  return new Refusal(404, 'Not Found', message);
}

/** 404 for an unknown path: an HTML page. */
export const noSuchAddress: Reply = {
  status: 404,
  reason: 'NOT FOUND',
  headers: [['Content-Type', 'text/html; charset=utf-8']],
  body:
    '<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not ' +
    'found on the server. If you entered the URL manually please check your spelling and try again.</p>\n',
};

/** 405 for a path that only supports `GET`. */
export const methodNotAllowed: Reply = {
  status: 405,
  reason: 'METHOD NOT ALLOWED',
  headers: [jsonType, ['Allow', 'OPTIONS, HEAD, GET']],
  body: '{"message": "The method is not allowed for the requested URL."}\n',
};
