const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  501: 'Not Implemented',
};

/** The reason phrase of an error status as in Glance 25.1. */
export function errorTitle(status: number): string {
  return titles[status] ?? 'Error';
}

/** Optional parts of an `ApiError`. */
export interface ApiErrorOptions {
  /** A second line, below the explanation. */
  readonly detail?: string;
  /** True for the few errors whose text ends right after the explanation. */
  readonly short?: boolean;
  readonly headers?: readonly (readonly [string, string])[];
}

/** An error with Glance's wording; the server renders it as JSON, HTML or plain text. */
export class ApiError extends Error {
  readonly status: number;
  readonly detail: string;
  readonly short: boolean;
  readonly headers: readonly (readonly [string, string])[];

  constructor(status: number, explanation: string, options: ApiErrorOptions = {}) {
    super(explanation);
    this.name = 'ApiError';
    this.status = status;
    this.detail = options.detail ?? '';
    this.short = options.short ?? false;
    this.headers = options.headers ?? [];
  }
}

/** 400 with an explanation. */
export function badRequest(explanation: string): ApiError {
  return new ApiError(400, explanation);
}

/** 403 with an explanation. */
export function forbidden(explanation: string): ApiError {
  return new ApiError(403, explanation);
}

/** 403 with the reason on the second line. Observed on Glance 25.1 when PATCH and create refuse an attribute. */
export function accessDenied(detail: string): ApiError {
  return new ApiError(403, 'Access was denied to this resource.', { detail });
}

/** 404, by default with the wording for an unknown path. */
export function notFound(explanation = 'The resource could not be found.'): ApiError {
  return new ApiError(404, explanation);
}

/** 405 for an existing path; `allowed` becomes the Allow header. */
export function methodNotAllowed(method: string, allowed: string): ApiError {
  const explanation = `The method ${method} is not allowed for this resource. `;
  return new ApiError(405, explanation, { short: true, headers: [['Allow', allowed]] });
}

/** 409 with the reason on the second line. */
export function conflict(detail: string): ApiError {
  return new ApiError(409, 'There was a conflict when trying to complete your request.', { detail });
}

/** 415: only uploads and PATCH check Content-Type. Observed on Glance 25.1. */
export function unsupportedMediaType(
  mediaType: string,
  headers: readonly (readonly [string, string])[] = [],
): ApiError {
  const explanation = `The request media type ${mediaType} is not supported by this server.\n`;
  return new ApiError(415, explanation, { short: true, headers });
}

/** 500 with Glance's wording for any internal error. */
export function serverError(): ApiError {
  return new ApiError(500, 'The server has either erred or is incapable of performing the requested operation.');
}
