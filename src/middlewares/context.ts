import type { RouterContext } from '@koa/router';
import type { DefaultContext, ParameterizedContext } from 'koa';
import type { ApiKey } from '../models/ApiKey';
import type { User } from '../models/User';

/** What our middlewares put on ctx.state. */
export interface AppState {
  requestId: string;
  user: User | null;
  /** What a program proved itself with, on routes that programs call. */
  apiKey?: ApiKey;
  /** Messages left by the request before, shown once. */
  flash: readonly Flash[];
  /** How many incidents are open; for admins. */
  openTrouble?: number;
  /** Set by session-bound forms; undefined where there is no session. */
  csrfToken?: () => string;
}

export interface Flash {
  readonly kind: 'good' | 'bad';
  readonly text: string;
}

export type AppContext = ParameterizedContext<AppState, DefaultContext>;
export type AppRouterContext = RouterContext<AppState, DefaultContext>;
