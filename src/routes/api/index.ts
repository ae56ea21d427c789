import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { everybody } from '../../middlewares/access';
import { apiKeyGuards } from '../../middlewares/apiKey';
import type { AppState } from '../../middlewares/context';
import { paths } from '../paths';
import { OPERATIONS } from './operations';
import { openApiDocument } from './openApi';

/** What programs call, with a key; and the document that says how. */
export function apiRoutes(deps: Deps): Router<AppState, DefaultContext> {
  // As problems() knows the API: what it did not know would be answered its mistakes with pages.
  const router = new Router<AppState, DefaultContext>({ sensitive: true });
  const guard = apiKeyGuards(deps);
  const document = openApiDocument(deps.config.appUrl);
  router.get(paths.apiDocument, everybody(), (ctx) => {
    ctx.body = document;
  });
  for (const operation of OPERATIONS) {
    router.register(operation.path, [operation.method], [guard(operation.scope), (ctx) => operation.answer(deps, ctx)]);
  }
  return router;
}
