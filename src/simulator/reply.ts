import { bestOffer } from './accept.ts';
import { type ApiError, errorTitle } from './errors.ts';
import { type Json, writeJson } from './json.ts';

/** One response, before the server adds Content-Length, Date and the request id. */
export interface Reply {
  readonly status: number;
  /** The reason phrase, if it is not the standard one. */
  readonly reason?: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** True for responses without a Date: those sent before the request reached the API. */
  readonly isDateless?: boolean;
}

/** A JSON response. Successful responses ignore Accept. Observed on Glance 25.1. */
export function jsonReply(body: Json, status = 200, headers: readonly (readonly [string, string])[] = []): Reply {
  return { status, headers: [['Content-Type', 'application/json'], ...headers], body: writeJson(body) };
}

/** 204 without a Content-Type, as for DELETE of a member. Observed on Glance 25.1. */
export const bareNoContent: Reply = { status: 204, headers: [], body: '' };

/** 204 with a Content-Type, as for every other 204 of Glance 25.1. */
export const noContent: Reply = { status: 204, headers: [['Content-Type', 'text/html; charset=UTF-8']], body: '' };

function escapeHtml(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#x27;',
  };
  return text.replace(/[&<>"']|[^\0-\x7f]/gu, (character) => named[character] ?? `&#${character.codePointAt(0)};`);
}

function errorText(error: ApiError, write: (text: string) => string): string {
  const ending = error.short ? '' : `${write(error.detail)}\n\n`;
  return `${write(error.message)}<br /><br />\n${ending}`;
}

function htmlPage(status: string, text: string): string {
  return `<html>\n <head>\n  <title>${status}</title>\n </head>\n <body>\n  <h1>${status}</h1>\n  ${text}\n </body>\n</html>`;
}

function withoutTags(text: string): string {
  return text
    .replace(/\n/g, ' ')
    .replace(/\r/g, '')
    .replace(/<br.*?>/g, '\n')
    .replace(/<.*?>/g, '');
}

/**
 * Renders an error in the format of the Accept header: JSON only if preferred to HTML, plain text if neither is
 * accepted. Observed on Glance 25.1.
 */
export function errorReply(error: ApiError, accept: string | undefined): Reply {
  const title = errorTitle(error.status);
  const status = `${error.status} ${title}`;
  const asIs = (text: string): string => text;
  const reply = (contentType: string, body: string): Reply => ({
    status: error.status,
    reason: title,
    headers: [...error.headers, ['Content-Type', contentType]],
    body,
  });
  switch (bestOffer(accept, ['text/html', 'application/json'])) {
    case 'text/html':
      return reply('text/html; charset=UTF-8', htmlPage(status, errorText(error, escapeHtml)));
    case 'application/json':
      return reply('application/json', writeJson({ message: errorText(error, asIs), code: status, title }, true));
    default:
      return reply('text/plain; charset=UTF-8', `${status}\n\n${withoutTags(errorText(error, asIs))}`);
  }
}
