import { execute, type GraphQLError, parse } from 'graphql';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { CallerIdentity } from '../../src/graphql/data/caller-identity.ts';
import { Loaders } from '../../src/graphql/data/loaders.ts';
import { MemoryPool } from '../../src/graphql/limits/memory-pool.ts';
import { OperationBudget } from '../../src/graphql/limits/operation-budget.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { createKnownSelections } from '../../src/graphql/selection.ts';
import { IdentityClient, type LookupFailure, type ProjectList } from '../../src/identity/client.ts';
import type { NamedProject, TokenFacts } from '../../src/identity/model.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import type { Limits } from '../../src/settings/settings.ts';
import type {
  ImageAttributes,
  ImageChanges,
  ImageMember,
  ImageMemberKey,
  MemberStatus,
} from '../../src/upstream/model.ts';
import { FakeImages, makeImage, makeMember } from './fake-images.ts';
import { withoutNetwork } from './transport.ts';

const schema = createSchema();

/** What an operation answers: the data, and the errors of fields and of rows that were left out. */
export interface Executed {
  readonly data: unknown;
  readonly errors: readonly Pick<GraphQLError, 'message' | 'path' | 'originalError'>[];
}

/** Executes an operation without a server. */
export async function run(
  context: GatewayContext,
  document: string,
  variableValues: Readonly<Record<string, unknown>> = {},
): Promise<Executed> {
  const args = { schema, document: parse(document), contextValue: context, variableValues };
  const { data, errors = [] } = await execute(args);
  // Without the prototype that graphql does not give to its results.
  return { data: JSON.parse(JSON.stringify(data ?? null)), errors: [...errors, ...context.rowErrors] };
}

/** The context of an operation that is sent with a token, in front of this Images API. */
export function createTestContext(
  client: FakeImages,
  { limits, ...rest }: Partial<GatewayContext> & { readonly limits?: Partial<Limits> } = {},
): GatewayContext {
  client.verifyToken = async () => {};
  const budget = new OperationBudget({ ...parseSettings({}), ...limits }, new MemoryPool(1e9).open(), {
    isShort: false,
  });
  return {
    client,
    hasToken: true,
    identity: new CallerIdentity(null, client),
    loaders: new Loaders(client),
    verifyRemovals: false,
    bulkConcurrency: 2,
    requestId: 'req-1',
    federation: { sdl: true, entities: true },
    selections: createKnownSelections(),
    budget,
    listWeights: new Map(),
    rowErrors: [],
    trace: undefined,
    ...rest,
  };
}

/** What the Identity service answers; an error is thrown. */
interface IdentityAnswers {
  readonly token?: TokenFacts | LookupFailure | Error;
  readonly own?: ProjectList | LookupFailure | Error;
}

/** An Identity service without a network that records the calls. */
export class FakeIdentity extends IdentityClient {
  readonly calls: string[] = [];
  readonly #answers: IdentityAnswers;

  constructor(answers: IdentityAnswers) {
    super(...withoutNetwork());
    this.#answers = answers;
  }

  override get requestsLeft(): number {
    return 5;
  }

  override getToken = async () => this.#answer('token', this.#answers.token ?? 'REFUSED');
  override listOwnProjects = async () => this.#answer('own', this.#answers.own ?? 'REFUSED');
  override listProjects = async () => this.#answer('all', 'REFUSED' as const);
  override getProject = async (id: string) =>
    this.#answer(`project ${id}`, { id, name: `name of ${id}` } satisfies NamedProject);

  #answer<T>(call: string, answer: T | Error): T {
    this.calls.push(call);
    if (answer instanceof Error) throw answer;
    return answer;
  }
}

/** An Images API without a network that also accepts writes, and records them as the other calls. */
export class WritableImages extends FakeImages {
  /** Whether the caller is no administrator. */
  isOrdinary: boolean | Error = true;
  /** The error of a write, by the text that `calls` records. */
  failWrite: (call: string) => Error | undefined = () => undefined;

  override async createMember(key: ImageMemberKey): Promise<ImageMember> {
    return this.#write('createMember', key, 'PENDING');
  }

  override async updateMember(key: ImageMemberKey, status: MemberStatus): Promise<ImageMember> {
    return this.#write(`updateMember ${status}`, key, status);
  }

  override async deleteMember(key: ImageMemberKey): Promise<void> {
    this.#write('deleteMember', key, 'PENDING');
  }

  override async updateImage(id: string, changes: ImageChanges): Promise<ImageAttributes> {
    this.#record(`updateImage ${toBrief(id)} ${JSON.stringify(changes)}`);
    return { ...makeImage(Number(id.slice(-12))), ...changes } as ImageAttributes;
  }

  override async isRefusedTasks(): Promise<boolean> {
    this.#record('listTasks');
    if (this.isOrdinary instanceof Error) throw this.isOrdinary;
    return this.isOrdinary;
  }

  #write(what: string, key: ImageMemberKey, status: MemberStatus): ImageMember {
    this.#record(`${what} ${toBrief(key.imageId)}/${key.memberId}`);
    return { ...makeMember(1, key.memberId), ...key, status };
  }

  #record(call: string): void {
    this.calls.push(call);
    const error = this.failWrite(call);
    if (error) throw error;
  }
}

function toBrief(id: string): string {
  return id.replace(/^0{8}-0{4}-4000-8000-0*(\d+)$/, '#$1');
}
