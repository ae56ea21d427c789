import getRawBody from 'raw-body';
import { AppError } from '../../errors';
import type { AppRouterContext } from '../../middlewares/context';

const MAX_BYTES = 256 * 1024;

/** What is no UTF-8 is refused: to replace what cannot be read would save something that nobody sent. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws AppError 400, 413, 415 */
export async function readJson(ctx: AppRouterContext): Promise<unknown> {
  if (!ctx.request.is('application/json')) {
    throw new AppError(415, 'not_json', 'Send JSON, with “Content-Type: application/json”.');
  }
  if (!['', 'identity'].includes(ctx.get('Content-Encoding'))) {
    throw new AppError(415, 'encoded', 'Send the body as it is, without Content-Encoding.');
  }
  const bytes = await readBytes(ctx);
  try {
    return JSON.parse(UTF_8.decode(bytes)) as unknown;
  } catch {
    throw new AppError(400, 'malformed_json', 'The body is no JSON, or not in UTF-8.');
  }
}

async function readBytes(ctx: AppRouterContext): Promise<Buffer> {
  try {
    return await getRawBody(ctx.req, { limit: MAX_BYTES, length: ctx.req.headers['content-length'] ?? null });
  } catch (error) {
    const tooLarge = error instanceof Error && 'type' in error && error.type === 'entity.too.large';
    if (tooLarge) throw new AppError(413, 'too_large', `Send at most ${MAX_BYTES} bytes.`);
    throw new AppError(400, 'unreadable', 'The body did not come through.');
  }
}
