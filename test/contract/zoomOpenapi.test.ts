import { readFileSync } from 'node:fs';
import { Ajv, type AnySchema } from 'ajv';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { readTestEnvironment } from '../../src/config/testEnvironment';
import type { ZoomSimulator } from '../../src/dev/zoom/server';
import { ADA, call, closeAll, createMeeting, heldMeeting, startZoom } from '../src/dev/zoom/zoomHarness';

/**
 * Holds the simulator, and the requests our client makes, against a copy of Zoom's own OpenAPI document. The document
 * is not ours to ship, so its path comes from ZOOM_OPENAPI.
 */
const { zoomOpenapi } = readTestEnvironment();

const contentSchema = z.object({
  content: z.record(z.string(), z.object({ schema: z.custom<AnySchema>() })).optional(),
});

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ requestBody: contentSchema.optional(), responses: z.record(z.string(), contentSchema) }),
    ),
  ),
});

/** What the document gets wrong about itself; taken out before it is used. */
function withoutOddities(key: string, value: unknown): unknown {
  // OpenAPI 3.0 puts examples where JSON Schema has none; some of them contradict their own schema.
  if (key === 'example' || key === 'examples') return undefined;
  // "format" is said to be "string" or "url" of the personal join links: neither is a format of JSON Schema.
  if (key === 'format' && (value === 'string' || value === 'url')) return undefined;
  // Registrants have "maximum" (a number's keyword) where "maxItems" is meant, and an enum that repeats itself.
  if (key === 'enum' && Array.isArray(value)) return [...new Set<unknown>(value)];
  return value;
}

if (zoomOpenapi === undefined) {
  console.log(
    "ZOOM_OPENAPI is not set: the simulator is not compared with Zoom's document. Set it to the path of a copy.",
  );
  test('the comparison with Zoom’s document is off because ZOOM_OPENAPI is unset', () => {
    expect(readTestEnvironment().zoomOpenapi).toBeUndefined();
  });
} else {
  compareWith(zoomOpenapi);
}

function compareWith(path: string): void {
  const document = documentSchema.parse(JSON.parse(readFileSync(path, 'utf8'), withoutOddities));
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);

  function violations(content: z.output<typeof contentSchema> | undefined, body: unknown): string[] {
    const schema = content?.content?.['application/json']?.schema;
    if (schema === undefined) throw new Error('The document has no such body.');
    const validate = ajv.compile(schema);
    void validate(body);
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
  }

  const operationOf = (method: string, template: string) => {
    const operation = document.paths[template]?.[method.toLowerCase()];
    if (!operation) throw new Error(`The document has no ${method} ${template}.`);
    return operation;
  };

  afterEach(closeAll);

  /** Makes one real call and compares what was sent and what came back. */
  async function compare(
    zoom: ZoomSimulator,
    method: string,
    template: string,
    parameters: Record<string, string | number> = {},
    body?: unknown,
  ) {
    const operation = operationOf(method, template);
    const target = template.replace(/\{(\w+)\}/g, (_all, name: string) => String(parameters[name] ?? 'me'));
    if (body !== undefined) expect(violations(operation.requestBody, body)).toEqual([]);
    const reply = await call(zoom, ADA, method, target, body);
    expect(Object.keys(operation.responses)).toContain(String(reply.status));
    expect(reply.status).toBeLessThan(300);
    if (reply.status !== 204) expect(violations(operation.responses[reply.status], reply.json)).toEqual([]);
    return reply.json;
  }

  /** What our client sends when it makes a class's meeting. */
  const creation = {
    topic: 'Maths 7B',
    type: 2,
    start_time: '2099-11-22T09:30:00Z',
    duration: 60,
    timezone: 'Europe/Berlin',
    agenda: 'Bruchrechnen\n[ref:ABC123]',
    settings: {
      host_video: true,
      participant_video: false,
      join_before_host: false,
      waiting_room: false,
      mute_upon_entry: true,
      approval_type: 0,
      registrants_confirmation_email: false,
      registrants_email_notification: false,
      email_notification: false,
      alternative_hosts_email_notification: false,
      auto_recording: 'none',
      audio: 'both',
    },
  };

  const people = [
    { email: 'mia@example.com', first_name: 'Mia', last_name: 'Berg' },
    { email: 'ben@example.com', first_name: 'Ben', last_name: 'Low' },
  ];

  test('meetings: create, get, list, change, invite, end, delete', async () => {
    const zoom = await startZoom();
    const { id } = await compare(zoom, 'POST', '/users/{userId}/meetings', {}, creation);
    const meeting = { meetingId: id };
    await compare(zoom, 'GET', '/meetings/{meetingId}', meeting);
    await compare(zoom, 'GET', '/users/{userId}/meetings');
    const changes = { topic: 'Maths', start_time: '2099-11-23T09:30:00Z', timezone: 'Europe/Berlin', duration: 45 };
    await compare(zoom, 'PATCH', '/meetings/{meetingId}', meeting, changes);
    await compare(zoom, 'GET', '/meetings/{meetingId}/invitation', meeting);
    const invites = { attendees: [{ name: 'Mia Berg' }], ttl: 7_776_000 };
    await compare(zoom, 'POST', '/meetings/{meetingId}/invite_links', meeting, invites);
    zoom.control.hostStart(id);
    await compare(zoom, 'PUT', '/meetings/{meetingId}/status', meeting, { action: 'end' });
    await compare(zoom, 'DELETE', '/meetings/{meetingId}', meeting);
  });

  test('registrants: one, many, list, get, cancel, delete', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom, ADA, creation);
    const meeting = { meetingId: id };
    const mia = await compare(zoom, 'POST', '/meetings/{meetingId}/registrants', meeting, people[0]);
    const batch = { auto_approve: true, registrants_confirmation_email: false, registrants: people };
    await compare(zoom, 'POST', '/meetings/{meetingId}/batch_registrants', meeting, batch);
    await compare(zoom, 'GET', '/meetings/{meetingId}/registrants', meeting);
    const registrant = { ...meeting, registrantId: mia.registrant_id };
    await compare(zoom, 'GET', '/meetings/{meetingId}/registrants/{registrantId}', registrant);
    const cancel = { action: 'cancel', registrants: [{ id: mia.registrant_id, email: 'mia@example.com' }] };
    await compare(zoom, 'PUT', '/meetings/{meetingId}/registrants/status', meeting, cancel);
    await compare(zoom, 'DELETE', '/meetings/{meetingId}/registrants/{registrantId}', registrant);
  });

  test('past meetings: details, runs, participants', async () => {
    const zoom = await startZoom();
    const { meeting } = await heldMeeting(zoom, [{ name: 'Mia' }, { name: 'Ben' }]);
    const past = { meetingId: meeting.id };
    await compare(zoom, 'GET', '/past_meetings/{meetingId}', past);
    await compare(zoom, 'GET', '/past_meetings/{meetingId}/instances', past);
    await compare(zoom, 'GET', '/past_meetings/{meetingId}/participants', past);
  });

  test('a wrong body is noticed, so that an empty list of violations means something', () => {
    const create = operationOf('POST', '/users/{userId}/meetings');
    expect(violations(create.requestBody, { ...creation, duration: 'an hour' })).toEqual(['/duration must be integer']);
    const batch = operationOf('POST', '/meetings/{meetingId}/batch_registrants');
    expect(violations(batch.requestBody, { registrants: [{ first_name: 'Mia' }] })).not.toEqual([]);
  });
}
