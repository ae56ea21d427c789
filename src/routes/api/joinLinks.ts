import { z } from 'zod';
import { handOutJoinLink } from '../../commands/handOutJoinLink';
import { paths } from '../paths';
import { NO_BODY, operation } from './operation';
import { externalId, joinLink, noQuery, person } from './schemas';

export const joinLinkOperations = [
  operation({
    id: 'getJoinLink',
    method: 'GET',
    path: paths.apiJoinLink,
    scope: 'join-links:read',
    summary: 'Get a person’s join link',
    description:
      'For a button of your own. It is this person’s alone: show it to nobody else, and do not keep it; a corrected address or a new link makes it another. That you asked for it is recorded.',
    params: z.strictObject({ order: externalId, classDate: externalId, person }),
    query: noQuery,
    body: NO_BODY,
    replies: { 200: { description: 'The link.', schema: joinLink } },
    problems: ['class_is_over'],
    handle: async ({ deps, customer, origin, params }) => {
      const id = { customer, orderId: params.order, classDateId: params.classDate, person: params.person };
      return { status: 200, body: { person: params.person, url: await handOutJoinLink(deps, id, origin) } };
    },
  }),
];
