/** The fields that these tests read from bodies; a missing field fails the test that reads it. */
export interface Body {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly visibility: string;
  readonly tags: readonly string[];
  readonly size: number;
  readonly images: readonly Body[];
  readonly members: readonly Body[];
  readonly projects: readonly Body[];
  readonly member_id: string | number | boolean;
  readonly updated_at: string;
  readonly next: string;
  readonly message: string;
}

/** One answer of the Images API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body, or an empty object if it is not JSON. */
  readonly json: Body;
}

/** The options of a request. */
export interface Request {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function parse(text: string): Body {
  return JSON.parse(text.startsWith('{') ? text : '{}');
}

/** A caller of the Images API at `url`: `as(token)('GET', '/v2/images')`. */
export function callers(url: string) {
  return (token: string) =>
    async (method: string, path: string, request: Request = {}): Promise<Answer> => {
      const { body, contentType = 'application/json' } = request;
      const isText = typeof body === 'string';
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          'x-auth-token': token,
          ...(body === undefined ? {} : { 'content-type': contentType }),
          ...request.headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, json: parse(text) };
    };
}

/** The Content-Type of PATCH. */
export const patchType = 'application/openstack-images-v2.1-json-patch';
