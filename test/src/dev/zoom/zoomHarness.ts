import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { z } from 'zod';
import type { JoinRequest } from '../../../../src/dev/zoom/live/people';
import { eventually } from '../../../support/eventually';
import { startZoomSimulator, type ZoomSimulator, type ZoomSimulatorOptions } from '../../../../src/dev/zoom/server';

export const ADA = 'ada.lovelace@teachers.example';
export const EMMY = 'emmy.noether@teachers.example';
export const GRACE = 'grace.hopper@teachers.example';
export const BASIL = 'basil.basic@teachers.example';

export const APP = {
  clientId: 'test-client',
  clientSecret: 'test-secret',
  redirectUris: ['http://127.0.0.1:9/teacher/zoom/callback'],
  webhookSecret: 'test-webhook-secret',
};

export const REDIRECT_URI = 'http://127.0.0.1:9/teacher/zoom/callback';

export const BASIC_AUTH = `Basic ${Buffer.from('test-client:test-secret').toString('base64')}`;

const running: { close(): Promise<void> }[] = [];

/** Started with a fixed seed; closed by {@link closeAll}. */
export async function startZoom(
  options: Partial<ZoomSimulatorOptions> = {},
  app: Partial<ZoomSimulatorOptions['app']> = {},
): Promise<ZoomSimulator> {
  const simulator = await startZoomSimulator({
    seed: 7,
    webhookRetryScale: 0.0001,
    ...options,
    app: { ...APP, ...app },
  });
  running.push(simulator);
  return simulator;
}

export async function closeAll(): Promise<void> {
  for (const server of running.splice(0).reverse()) await server.close();
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, or {} when there is none or it is not JSON. */
  readonly json: AnswerBody;
}

/** Every field the tests look at, whichever answer has it; what an answer has is for the test to assert. */
export interface AnswerBody {
  readonly id: number;
  readonly uuid: string;
  readonly account_id: string;
  readonly status: string;
  readonly code: number;
  readonly message: string;
  readonly error: string;
  readonly reason: string;
  readonly scope: string;
  readonly api_url: string;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly start_time: string;
  readonly created_at: string;
  readonly start_url: string;
  readonly join_url: string;
  readonly registration_url: string;
  readonly registrant_id: string;
  readonly encrypted_password: string;
  readonly next_page_token: string;
  readonly participants_count: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly errors: readonly { readonly field: string }[];
  readonly meetings: readonly { readonly id: number; readonly uuid: string; readonly agenda: string }[];
  readonly registrants: readonly {
    readonly email: string;
    readonly registrant_id: string;
    readonly join_url: string;
  }[];
  readonly attendees: readonly { readonly name: string; readonly join_url: string }[];
  readonly participants: readonly Readonly<Record<string, unknown>>[];
}

const anyBody = z.custom<AnswerBody>();

const eventSchema = z.object({
  event: z.string(),
  event_ts: z.number(),
  payload: z.looseObject({ object: z.looseObject({ participant: z.looseObject({}).optional() }).optional() }),
});

type ReceivedEvent = z.output<typeof eventSchema>;

/** Calls the API as the app of a connected teacher; connects the teacher at the first call. */
export async function call(
  zoom: ZoomSimulator,
  email: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  if (!zoom.control.tokensFor(email)) await connect(zoom, email);
  const token = zoom.control.tokensFor(email)?.accessToken ?? '';
  const response = await fetch(`${zoom.url}/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return read(response);
}

export async function connect(zoom: ZoomSimulator, email: string, scopes?: string[]): Promise<ApiAnswer> {
  const code = zoom.control.authorize(email, { scopes, redirectUri: REDIRECT_URI });
  return token(zoom, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI });
}

export async function token(
  zoom: ZoomSimulator,
  parameters: Record<string, string>,
  authorization = BASIC_AUTH,
): Promise<ApiAnswer> {
  const response = await fetch(`${zoom.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(parameters),
  });
  return read(response);
}

export async function createMeeting(zoom: ZoomSimulator, email = ADA, body: object = {}): Promise<AnswerBody> {
  const reply = await call(zoom, email, 'POST', '/users/me/meetings', { topic: 'Maths 7B', type: 2, ...body });
  expect(reply.status).toBe(201);
  return reply.json;
}

/** A meeting that was held by its host and the people named, and is over. */
export async function heldMeeting(zoom: ZoomSimulator, people: JoinRequest[], body: object = {}) {
  const meeting = await createMeeting(zoom, ADA, body);
  const { uuid } = zoom.control.hostStart(meeting.id);
  for (const person of people) zoom.control.join(meeting.id, person);
  zoom.control.advanceClock(600_000);
  zoom.control.end(meeting.id);
  return { meeting, uuid };
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: ReceivedEvent;
}

/** A webhook endpoint that keeps the raw bytes and answers as told. */
export async function startReceiver(answer: (received: Received) => { status: number; body?: string } | undefined) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one = { headers: request.headers, body, event: eventSchema.parse(JSON.parse(body)) };
      received.push(one);
      const reply = answer(one);
      if (!reply) {
        request.socket.destroy();
        return;
      }
      response.writeHead(reply.status).end(reply.body);
    });
  });
  await listen(server);
  running.push({
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/api/zoom/webhook`, received };
}

/** Waits for something that happens on its own soon; fails when it does not. */
export async function until(isSo: () => boolean): Promise<void> {
  await eventually(String(isSo), isSo, undefined, 5);
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

async function read(response: Response): Promise<ApiAnswer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: anyBody.parse(isJson ? JSON.parse(text) : {}),
  };
}
