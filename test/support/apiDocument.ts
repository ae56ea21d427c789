import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import type { Schema } from './schemaCases';

const responseSchema = z.object({ content: z.record(z.string(), z.unknown()).optional() });

const contentSchema = z.object({ schema: z.record(z.string(), z.unknown()) });

const parameterSchema = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean(),
  example: z.string().optional(),
});

const operationSchema = z.object({
  operationId: z.string(),
  parameters: z.array(parameterSchema),
  requestBody: z.object({ content: z.record(z.string(), contentSchema) }).optional(),
  security: z.array(z.object({ key: z.array(z.string()) })),
  responses: z.record(z.string(), responseSchema),
});

const documentSchema = z.object({
  openapi: z.string(),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
});

/** One call that the document tells of. */
export interface DocumentedCall {
  readonly method: string;
  readonly path: string;
  readonly operation: z.infer<typeof operationSchema>;
}

/** A served OpenAPI document, for programs that know nothing else. */
export class ApiDocument {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly calls: readonly DocumentedCall[];
  /** where it is to be called */
  readonly server: string;

  constructor(private readonly document: unknown) {
    addFormats(this.ajv);
    this.ajv.addSchema(document as object, 'document');
    const { paths, servers } = documentSchema.parse(document);
    this.server = servers[0]?.url ?? '';
    this.calls = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  }

  call(operationId: string): DocumentedCall {
    const found = this.calls.find(({ operation }) => operation.operationId === operationId);
    if (!found) throw new Error(`The document has no ${operationId}.`);
    return found;
  }

  /** The address of a call, with its parameters where the document wants them. */
  address({ path, operation }: DocumentedCall, values: Readonly<Record<string, string>>): string {
    const known = new Map(operation.parameters.map((parameter) => [parameter.name, parameter.in]));
    const query = new URLSearchParams();
    let filled = path;
    for (const [name, value] of Object.entries(values)) {
      if (known.get(name) === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(value));
      else if (known.get(name) === 'query') query.set(name, value);
      else throw new Error(`${operation.operationId} has no parameter ${name}.`);
    }
    return query.size > 0 ? `${filled}?${query.toString()}` : filled;
  }

  /** What an answer has that the document does not say, or lacks that it does. */
  violations(call: DocumentedCall, answer: { status: number; type: string; body: unknown }): string[] {
    const response = call.operation.responses[String(answer.status)];
    const name = `${call.operation.operationId} ${answer.status}`;
    if (!response) return [`${name} is not in the document`];
    if (!response.content || !(answer.type in response.content)) return [`${name} is ${answer.type}`];
    const steps = ['responses', String(answer.status), 'content', answer.type, 'schema'];
    return this.differences(call, steps, answer.body).map((difference) => `${name} ${difference}`);
  }

  /** What a body has that the document does not take, or lacks that it asks for. */
  bodyViolations(call: DocumentedCall, body: unknown): string[] {
    return this.differences(call, ['requestBody', 'content', 'application/json', 'schema'], body);
  }

  /** The schema of what a call sends; undefined where it sends nothing. */
  bodySchema({ operation }: DocumentedCall): Schema | undefined {
    const schema = operation.requestBody?.content['application/json']?.schema;
    const reference = typeof schema?.['$ref'] === 'string' ? schema['$ref'] : undefined;
    if (reference === undefined) return schema;
    const steps = reference.replace('#/', '').split('/');
    return steps.reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], this.document) as Schema;
  }

  private differences({ path, method }: DocumentedCall, within: readonly string[], body: unknown): string[] {
    const pointer = ['paths', path, method.toLowerCase(), ...within].map((step) =>
      encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')),
    );
    const validate = this.ajv.getSchema(`document#/${pointer.join('/')}`);
    if (!validate) return ['has no schema'];
    void validate(body);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  }

  /** What is wrong with something that was pushed, as the document tells of its kind. */
  pushViolations(type: string, body: unknown): string[] {
    const pointer = `webhooks/${type}/post/requestBody/content/${encodeURIComponent('application~1json')}/schema`;
    const validate = this.ajv.getSchema(`document#/${pointer}`);
    if (!validate) return [`${type} is not in the document`];
    void validate(body);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${type} ${instancePath} ${message ?? ''}`);
  }

  /** The call that a request is, by its method and address. */
  match(method: string, address: string): DocumentedCall | undefined {
    const [path = ''] = address.split('?');
    return this.calls.find(
      (call) => call.method === method && new RegExp(`^${call.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
  }
}
