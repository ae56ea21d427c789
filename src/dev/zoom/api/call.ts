import type { z } from 'zod';
import type { SimulatedUser } from '../options';
import type { World } from '../core/world';
import { validationFailed } from './errors';

/** One authenticated call of the API. */
export interface ApiCall {
  readonly world: World;
  /** Whose token it is. */
  readonly user: SimulatedUser;
  /** Path parameters, decoded once as a router does. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  /** How far back an injected fault hides new meetings from lists. */
  readonly listLagMs: number;
}

export interface ApiReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** @throws ZoomApiError 300 naming each wrong field; unknown fields are dropped in silence, as Zoom does */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  throw validationFailed(
    parsed.error.issues.map((issue) => ({
      field: issue.path.join('.'),
      message: issue.message.startsWith('Invalid') ? 'Invalid field.' : issue.message,
    })),
  );
}
