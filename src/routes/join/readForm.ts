import getRawBody from 'raw-body';
import type { AppContext } from '../../middlewares/context';

const FORM_MAX_BYTES = 8 * 1024;

/** The fields of a small form; these routes come before the body parser. */
export async function readForm(ctx: AppContext): Promise<URLSearchParams> {
  return new URLSearchParams(await getRawBody(ctx.req, { limit: FORM_MAX_BYTES, encoding: 'utf8' }));
}
