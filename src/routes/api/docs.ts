import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { API_SCOPES } from '../../domain/apiScopes';
import { OUTCOME_EVENTS } from '../../domain/outcomeEvents';
import { everybody } from '../../middlewares/access';
import type { AppState } from '../../middlewares/context';
import { apiFields } from '../../presenters/apiFields';
import { render } from '../../views/render';
import { paths } from '../paths';
import type { Operation } from './operation';
import { documentPath } from './openApi';
import { OPERATIONS } from './operations';
import { PROBLEM_WORDS } from './problemWords';
import { pushedEvent } from './pushedEvents';

/** The same as the OpenAPI document, for people. */
export function apiDocsRoutes(appUrl: string): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  router.get(paths.apiDocs, everybody(), (ctx) => {
    render(
      ctx,
      'api/docs',
      {
        title: 'The booking API',
        appUrl,
        document: paths.apiDocument,
        scopes: Object.entries(API_SCOPES).map(([scope, words]) => ({ scope, words })),
        problems: Object.entries(PROBLEM_WORDS).map(([code, problem]) => ({
          code,
          ...problem,
          words: plain(problem.words),
        })),
        pushed: { types: OUTCOME_EVENTS, fields: apiFields(pushedEvent) },
        operations: OPERATIONS.map((operation) => ({
          ...{ id: operation.id, method: operation.method, path: documentPath(operation), scope: operation.scope },
          ...{ summary: operation.summary, description: plain(operation.description) },
          parameters: apiFields(operation.query),
          body: operation.body ? apiFields(operation.body) : [],
          answer: answerOf(operation),
          problems: operation.problems,
          answers: Object.entries(operation.replies).map(([status, { description }]) => ({ status, description })),
        })),
      },
      'plain',
    );
  });
  return router;
}

/** Without the marks of Markdown that the document has. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}

/** What a good answer has; those of one call are alike. */
function answerOf({ replies }: Operation) {
  const [reply] = Object.values(replies);
  return reply ? apiFields(reply.schema) : [];
}
