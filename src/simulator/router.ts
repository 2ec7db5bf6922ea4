import type { Call } from './call.ts';
import { ApiError, badRequest, methodNotAllowed, notFound } from './errors.ts';
import { deactivateImage, downloadImage, reactivateImage, uploadImage } from './image-data.ts';
import { patchImage } from './image-patch.ts';
import { deleteTag, setTag } from './image-tags.ts';
import { createImage, deleteImage, getImage } from './images.ts';
import { listImages } from './images-list.ts';
import { createMember, deleteMember, getMember, listMembers, updateMember } from './members.ts';
import { jsonReply, type Reply } from './reply.ts';
import { schemas } from './schemas.ts';
import { listTasks } from './tasks.ts';

interface Operation {
  readonly answer: (call: Call, ...names: string[]) => Reply;
  /** Whether the operation accepts a body; otherwise a body is refused with 400. */
  readonly takesBody: boolean;
}

/** One path: its segments, with `*` for a parameter, and its operations by method, in the order of the Allow header. */
interface Route {
  readonly segments: readonly string[];
  readonly operations: Readonly<Record<string, Operation>>;
}

type Answer = (call: Call, first: string, second: string) => Reply;

function route(path: string, operations: Readonly<Record<string, Operation>>): Route {
  return { segments: path.split('/').slice(1), operations };
}

function withBody(answer: Answer): Operation {
  return { answer: (call, first = '', second = '') => answer(call, first, second), takesBody: true };
}

function noBody(answer: Answer): Operation {
  return { ...withBody(answer), takesBody: false };
}

const importMethods = {
  description: 'Import methods available.',
  type: 'array',
  value: ['glance-direct', 'web-download', 'copy-image'],
};

const routes: readonly Route[] = [
  ...Object.entries(schemas).map(([name, schema]) =>
    route(`/schemas/${name}`, { GET: withBody(() => jsonReply(schema)) }),
  ),
  route('/info/import', { GET: noBody(() => jsonReply({ 'import-methods': importMethods })) }),
  route('/info/stores', { GET: noBody(() => jsonReply({ stores: [{ id: 'local', default: 'true' }] })) }),
  route('/info/usage', { GET: withBody(() => jsonReply({ usage: {} })) }),
  route('/tasks', { GET: withBody(listTasks) }),
  route('/images', { GET: withBody(listImages), POST: withBody(createImage) }),
  route('/images/*', { GET: noBody(getImage), PATCH: withBody(patchImage), DELETE: noBody(deleteImage) }),
  route('/images/*/actions/deactivate', { POST: noBody(deactivateImage) }),
  route('/images/*/actions/reactivate', { POST: noBody(reactivateImage) }),
  route('/images/*/file', { GET: noBody(downloadImage), PUT: withBody(uploadImage) }),
  route('/images/*/tags/*', { PUT: noBody(setTag), DELETE: noBody(deleteTag) }),
  route('/images/*/members', { GET: noBody(listMembers), POST: withBody(createMember) }),
  route('/images/*/members/*', {
    GET: noBody(getMember),
    PUT: withBody(updateMember),
    DELETE: noBody(deleteMember),
  }),
];

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((part, at) => (part === '*' ? segments[at] !== '' : part === segments[at]));
}

const implementedMethods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'];

function unknownAddress(method: string): ApiError {
  if (implementedMethods.includes(method)) return notFound();
  const explanation = `\nThe request method ${method} is not implemented for this server. `;
  return new ApiError(501, explanation, { short: true });
}

/**
 * Answers a call to a decoded path below /v2: an encoded slash separates segments like any other, repeated slashes
 * count once, a trailing slash is not found. Throws `ApiError`. Observed on Glance 25.1.
 */
export function answerCall(call: Call, path: string): Reply {
  const segments = path
    .replace(/\/{2,}/g, '/')
    .split('/')
    .slice(1);
  const found = routes.find(({ segments: pattern }) => matches(pattern, segments));
  if (found === undefined) throw unknownAddress(call.method);
  const operation = Object.hasOwn(found.operations, call.method) ? found.operations[call.method] : undefined;
  if (operation === undefined) throw methodNotAllowed(call.method, Object.keys(found.operations).join(', '));
  if (call.hasBody && !operation.takesBody) throw badRequest('A body is not expected with this request.');
  const names = segments.filter((_, at) => found.segments[at] === '*');
  return operation.answer(call, ...names);
}
