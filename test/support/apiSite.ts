import request, { type Response } from 'supertest';
import { createApiKey, type NewApiKey } from '../../src/commands/createApiKey';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import { API_SCOPES } from '../../src/domain/apiScopes';
import { paths } from '../../src/routes/paths';
import { ApiDocument } from './apiDocument';
import { startWebsite, type Website } from './website';

interface ApiCall {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody who calls the API with a key. Every answer is held against the document. */
export interface Caller {
  readonly keyId: number;
  readonly secret: string;
  get(path: string, call?: ApiCall): Promise<Response>;
  put(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  delete(path: string, call?: ApiCall): Promise<Response>;
}

export interface ApiSite {
  readonly website: Website;
  readonly document: ApiDocument;
  caller(key?: Partial<NewApiKey>): Promise<Caller>;
  close(): Promise<void>;
}

export async function startApiSite(variables: Readonly<Record<string, string>> = {}): Promise<ApiSite> {
  const website = await startWebsite(variables);
  const document = new ApiDocument((await request(website.server).get(paths.apiDocument)).body);
  return {
    website,
    document,
    caller: async (key = {}) => {
      const wanted = { name: 'A shop', customer: 'shop', scopes: Object.keys(API_SCOPES), callsAMinute: 100_000 };
      const made = await createApiKey(website.deps, { ...wanted, days: null, ...key }, THE_SYSTEM);
      return callerWith(website, document, made.key.id, made.secret);
    },
    close: () => website.close(),
  };
}

function callerWith(website: Website, document: ApiDocument, keyId: number, secret: string): Caller {
  const call = async (method: 'get' | 'put' | 'delete', path: string, { body, headers = {} }: ApiCall) => {
    const agent = request(website.server);
    const sent = agent[method](path).set({ Authorization: `Bearer ${secret}`, ...headers });
    const answer = await (body === undefined ? sent : sent.send(body as object));
    const documented = document.match(method.toUpperCase(), path);
    const { status, type } = answer;
    const found = documented ? document.violations(documented, { status, type, body: answer.body as unknown }) : [];
    expect([method, path, found]).toEqual([method, path, []]);
    return answer;
  };
  return {
    ...{ keyId, secret },
    get: (path, given = {}) => call('get', path, given),
    put: (path, body, headers = {}) => call('put', path, { body, headers }),
    delete: (path, given = {}) => call('delete', path, given),
  };
}
