import type { Router } from '@koa/router';
import { z } from 'zod';
import type { Meeting } from '../core/types';
import type { World } from '../core/world';
import { registrantLink } from '../api/links';
import { register } from '../api/registrants';
import { renderPage, showMessage } from '../views/render';

const formSchema = z.object({ name: z.string().trim().min(1).max(64), email: z.email().max(128) });

/** Where the plain link leads when a meeting asks for registration. */
export function addRegistrationRoutes(router: Router, world: World): void {
  router.get('/meeting/register/:key', (ctx) => {
    const meeting = findMeeting(world, ctx.query.id, ctx.params.key);
    if (!meeting) return showMessage(ctx, 404, 'This registration link is invalid', 'The meeting does not exist.');
    renderPage(ctx, 'meeting', {
      title: `Register for: ${meeting.topic}`,
      lines: ['After this you get a personal link.'],
      action: ctx.originalUrl,
      nameForm: 'Register',
      askEmail: true,
    });
  });
  router.post('/meeting/register/:key', (ctx) => {
    const meeting = findMeeting(world, ctx.query.id, ctx.params.key);
    const form = formSchema.safeParse(ctx.request.body);
    if (!meeting || !form.success) {
      return showMessage(ctx, 400, 'That did not work', 'Go back and give a name and an e-mail address.');
    }
    const { name, email } = form.data;
    const registrant = register(world, meeting, { email, first_name: name, last_name: '' }, false);
    world.changed();
    if (registrant.status !== 'approved') {
      return showMessage(ctx, 200, 'Thank you for registering', 'The host decides who may come; wait for the mail.');
    }
    ctx.redirect(registrantLink(world, meeting, registrant));
    ctx.status = 303;
  });
}

function findMeeting(world: World, id: unknown, key: string | undefined): Meeting | undefined {
  const meeting = world.state.meetings.get(Number(id));
  return meeting && !meeting.deleted && meeting.registrationKey === key ? meeting : undefined;
}
