import { z } from 'zod';
import { API_SCOPES } from '../../domain/apiScopes';
import type { Operation } from './operation';
import { OPERATIONS } from './operations';
import { personContent, student, teacher } from './personSchemas';
import { PROBLEM_WORDS } from './problemWords';
import { pushEndpoint, pushEndpointContent, pushSecret } from './pushEndpointSchemas';
import { pushedEvent, webhooksOf } from './pushedEvents';
import { attendance, classDate, classDateContent, events, joinLink, order, orderContent, problem } from './schemas';

type Json = Readonly<Record<string, unknown>>;

/** Those that have a name in the document; the others are written out where they are used. */
const NAMED: readonly (readonly [string, z.ZodType])[] = [
  ['PersonContent', personContent],
  ['Teacher', teacher],
  ['Student', student],
  ['OrderContent', orderContent],
  ['Order', order],
  ['ClassDateContent', classDateContent],
  ['ClassDate', classDate],
  ['JoinLink', joinLink],
  ['Attendance', attendance],
  ['Events', events],
  ['PushEndpointContent', pushEndpointContent],
  ['PushEndpoint', pushEndpoint],
  ['PushSecret', pushSecret],
  ['PushedEvent', pushedEvent],
  ['Problem', problem],
];

const ANY_CALL = {
  400: 'The address or the body cannot be understood.',
  401: 'There is no good key.',
  403: 'The key lacks the scope.',
  429: 'Too many calls; Retry-After says when to come back.',
} as const;

const HEADERS: Readonly<Record<string, string>> = {
  ETag: 'Which content this is, for If-Match.',
  'RateLimit-Policy': 'How many calls a key may make, and in how many seconds.',
  RateLimit: 'How many are left, and in how many seconds they count from nought again.',
  'Retry-After': 'In how many seconds to call again.',
  'X-Request-Id': 'Names the call, for questions about it.',
};

const CONDITIONS: Readonly<Record<string, string>> = {
  'If-Match': 'Do it only if this is still its ETag.',
  'If-None-Match': '`*`: do it only if it does not exist yet.',
};

/** The OpenAPI document, made from the very schemas that calls are checked with. */
export function openApiDocument(appUrl: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'DreamCrowd Live',
      version: '1',
      summary: 'Book live classes, and learn what became of them.',
      description:
        'People, orders and class dates are named by ids of your own, so every call may be made again. Errors are problem+json (RFC 9457): `code` says which, `errors` where.',
    },
    servers: [{ url: appUrl }],
    security: [{ key: [] }],
    paths: pathsOf(OPERATIONS),
    webhooks: webhooksOf(reference),
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: `A key has scopes: ${Object.keys(API_SCOPES).join(', ')}.`,
        },
      },
      headers: Object.fromEntries(
        Object.entries(HEADERS).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
      ),
      schemas: Object.fromEntries(NAMED.map(([name, schema]) => [name, written(schema)])),
    },
  };
}

/** `/orders/:order` as OpenAPI writes it. */
export function documentPath({ path }: Pick<Operation, 'path'>): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function pathsOf(operations: readonly Operation[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const path = (paths[documentPath(operation)] ??= {});
    path[operation.method.toLowerCase()] = operationOf(operation);
  }
  return paths;
}

function operationOf(operation: Operation): Json {
  const { id, summary, description, scope, body, conditions = [] } = operation;
  return {
    operationId: id,
    summary,
    description: `${description}\n\nScope: \`${scope}\`.`,
    security: [{ key: [scope] }],
    parameters: [
      ...parametersOf(operation.params, 'path'),
      ...parametersOf(operation.query, 'query'),
      ...conditions.map((name) => ({
        ...{ name, in: 'header', required: false },
        ...{ description: CONDITIONS[name], schema: { type: 'string' } },
      })),
    ],
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: reference(body) } } } } : {}),
    responses: responsesOf(operation),
  };
}

function parametersOf(schema: z.ZodObject, place: 'path' | 'query'): Json[] {
  return Object.entries(schema.shape).map(([name, given]) => {
    const { description, examples, ...rest } = written(given as z.ZodType);
    return { name, in: place, required: place === 'path', description, schema: rest, ...exampleOf(examples) };
  });
}

function exampleOf(examples: unknown): Json {
  return Array.isArray(examples) && examples.length > 0 ? { example: examples[0] as unknown } : {};
}

function responsesOf({ replies, problems, path, body }: Operation): Json {
  const good = Object.entries(replies).map(([status, { description, schema, headers = [] }]) => [
    status,
    { description, headers: headersOf(headers), content: { 'application/json': { schema: reference(schema) } } },
  ]);
  const bad = new Map<number, string>(Object.entries(ANY_CALL).map(([status, words]) => [Number(status), words]));
  if (path.includes(':')) bad.set(404, 'It is not there, or is not yours.');
  if (body) {
    bad.set(413, 'The body is too large.');
    bad.set(415, 'The body is not JSON.');
    bad.set(422, 'Fields are wrong; `errors` names each by its JSON pointer.');
  }
  for (const code of problems) {
    const { status, words } = PROBLEM_WORDS[code] ?? { status: 409, words: code };
    bad.set(status, [bad.get(status), `\`${code}\`: ${words}`].filter((part) => part !== undefined).join(' '));
  }
  return Object.fromEntries([
    ...good,
    ...[...bad].map(([status, description]) => [
      status,
      {
        description,
        headers: headersOf(status === 429 ? ['Retry-After'] : []),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  ]) as Json;
}

function headersOf(names: readonly string[]): Json {
  const all = ['X-Request-Id', 'RateLimit-Policy', 'RateLimit', ...names];
  return Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function reference(schema: z.ZodType): Json {
  const named = NAMED.find(([, one]) => one === schema);
  return named ? { $ref: `#/components/schemas/${named[0]}` } : written(schema);
}

/** What a program sends or gets, as JSON Schema; what we make of it afterwards is our own affair. */
function written(schema: z.ZodType): Json & { description?: unknown; examples?: unknown } {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', reused: 'inline' });
  if ($schema?.includes('2020-12') !== true) throw new Error('OpenAPI 3.1 takes JSON Schema 2020-12.');
  return rest;
}
