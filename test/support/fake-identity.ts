import { IdentityClient, type LookupFailure, type ProjectList } from '../../src/identity/client.ts';
import type { NamedProject, TokenFacts } from '../../src/identity/model.ts';
import { withoutNetwork } from './transport.ts';

/** What the Identity service answers; an error is thrown. By default it refuses all but the look-up of a project. */
export interface IdentityAnswers {
  readonly token?: TokenFacts | LookupFailure | Error;
  readonly own?: ProjectList | LookupFailure | Error;
  readonly all?: ProjectList | LookupFailure | Error;
  readonly project?: NamedProject | LookupFailure | Error;
  /** Number of requests that it answers. */
  readonly requests?: number;
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
    return (this.#answers.requests ?? 5) - this.calls.length;
  }

  override getToken = async () => this.#answer('token', this.#answers.token ?? 'REFUSED');
  override listOwnProjects = async () => this.#answer('own', this.#answers.own ?? 'REFUSED');
  override listProjects = async () => this.#answer('all', this.#answers.all ?? 'REFUSED');
  override getProject = async (id: string) =>
    this.#answer(`project ${id}`, this.#answers.project ?? { id, name: `name of ${id}` });

  #answer<T>(call: string, answer: T | Error): T {
    this.calls.push(call);
    if (answer instanceof Error) throw answer;
    return answer;
  }
}
