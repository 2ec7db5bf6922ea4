import { type Call, isAdmin } from './call.ts';
import { badRequest, forbidden } from './errors.ts';
import { QueryParams } from './query-params.ts';
import { jsonReply, type Reply } from './reply.ts';

/** `GET /v2/tasks`: for administrators only, and always empty, because nothing here creates tasks. */
export function listTasks({ caller, query }: Call): Reply {
  if (!isAdmin(caller)) throw forbidden('You are not authorized to complete tasks_api_access action.');
  const limit = new QueryParams(query).last('limit');
  if (limit !== undefined && !/^-?\d+$/.test(limit)) throw badRequest('limit param must be an integer');
  return jsonReply({ tasks: [], first: `/v2/tasks${query === '' ? '' : `?${query}`}`, schema: '/v2/schemas/tasks' });
}
