import { z } from 'zod';
import type { AuditOrigin } from '../../commands/writeAudit';
import type { Deps } from '../../deps';
import type { ApiScope } from '../../domain/apiScopes';
import { FieldErrors, ParameterErrors, type FieldError } from '../../errors';
import { apiKeyOf, apiOriginOf } from '../../middlewares/apiKey';
import type { AppRouterContext } from '../../middlewares/context';
import { readJson } from './readJson';

/** What a call comes with, checked. */
interface Call<Params, Query, Body> {
  readonly ctx: AppRouterContext;
  readonly deps: Deps;
  /** whose orders the key sees and makes */
  readonly customer: string;
  readonly origin: AuditOrigin;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface ReplyDoc {
  readonly description: string;
  readonly schema: z.ZodType;
  readonly headers?: readonly string[];
}

interface Description {
  readonly id: string;
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** of src/routes/paths.ts, with `:name` for each parameter */
  readonly path: string;
  readonly scope: ApiScope;
  readonly summary: string;
  readonly description: string;
  readonly replies: Readonly<Record<number, ReplyDoc>>;
  /** the codes of problems it answers with, besides those that any call may meet */
  readonly problems: readonly string[];
  /** headers it reads */
  readonly conditions?: readonly ('If-Match' | 'If-None-Match')[];
}

interface Spec<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> extends Description {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly handle: (call: Call<z.infer<Params>, z.infer<Query>, z.infer<Body>>) => Promise<Reply>;
}

/** One route of the API: the router and the OpenAPI document are both made from these. */
export interface Operation extends Description {
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** null: it takes none */
  readonly body: z.ZodType | null;
  answer(deps: Deps, ctx: AppRouterContext): Promise<void>;
}

export const NO_BODY = z.undefined();

export function operation<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  spec: Spec<Params, Query, Body>,
): Operation {
  const { handle, body, ...described } = spec;
  const takesBody = (body as z.ZodType) !== NO_BODY;
  return {
    ...described,
    body: takesBody ? body : null,
    answer: async (deps, ctx) => {
      const params = parameters(spec.params, ctx.params);
      const query = parameters(spec.query, ctx.query);
      const content = takesBody ? fields(body, await readJson(ctx)) : (undefined as z.infer<Body>);
      const { customer } = apiKeyOf(ctx);
      const reply = await handle({ ctx, deps, customer, origin: apiOriginOf(ctx), params, query, body: content });
      ctx.status = reply.status;
      ctx.set(reply.headers ?? {});
      ctx.body = reply.body;
    },
  };
}

function parameters<Schema extends z.ZodObject>(schema: Schema, given: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ParameterErrors(problemsIn(parsed.error, 'There is no such parameter.'));
}

function fields<Schema extends z.ZodType>(schema: Schema, given: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new FieldErrors(problemsIn(parsed.error, 'There is no such field.'));
}

/** Each unknown name is a problem of its own, at its own place. */
function problemsIn({ issues }: Pick<z.ZodError, 'issues'>, unknown: string): FieldError[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'invalid_union') return problemsInUnion(issue, unknown);
    if (issue.code !== 'unrecognized_keys') return [{ field: issue.path.join('.'), message: issue.message }];
    return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), message: unknown }));
  });
}

/** What could have been one of several things is told as that which it is nearest to. */
function problemsInUnion({ path, errors }: z.core.$ZodIssueInvalidUnion, unknown: string): FieldError[] {
  const readings = errors.map((issues) => problemsIn({ issues: [...issues] }, unknown));
  const [nearest = []] = readings.sort((one, other) => one.length - other.length);
  return nearest.map(({ field, message }) => ({
    field: [...path, field].filter((part) => part !== '').join('.'),
    message,
  }));
}
