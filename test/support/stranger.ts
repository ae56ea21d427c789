import { ApiDocument } from './apiDocument';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/**
 * A program whose writer has read the served document and nothing else: it knows the calls by their operation ids, takes
 * every address from the document, sends only what the document takes, and believes an answer only if it is as the document
 * says.
 */
export class Stranger {
  private constructor(
    private readonly document: ApiDocument,
    private readonly secret: string,
  ) {}

  static async reading(address: string, secret: string): Promise<Stranger> {
    const answer = await fetch(address);
    return new Stranger(new ApiDocument(await answer.json()), secret);
  }

  async do(operationId: string, values: Readonly<Record<string, string>> = {}, body?: object): Promise<Answer> {
    const call = this.document.call(operationId);
    if (body) expect([operationId, this.document.bodyViolations(call, body)]).toEqual([operationId, []]);
    const response = await fetch(`${this.document.server}${this.document.address(call, values)}`, {
      method: call.method,
      headers: { Authorization: `Bearer ${this.secret}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const { status, headers } = response;
    const [type = ''] = (headers.get('content-type') ?? '').split(';');
    const answer = { status, type, body: await response.json() };
    expect(this.document.violations(call, answer)).toEqual([]);
    return { status, headers, body: answer.body };
  }
}
