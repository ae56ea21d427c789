import { z } from 'zod';
import {
  accept,
  changedHere,
  email,
  externalId,
  flag,
  instant,
  language,
  notes,
  notify,
  nullable,
  revision,
  revisionInQuery,
  text,
  timeZone,
} from './schemas';

export const personPath = z.strictObject({ externalId });

export const personContent = z.strictObject({
  email: email.meta({ description: 'Where they read. Another one gets links of its own; those sent before die.' }),
  firstName: text(80),
  lastName: text(80),
  timeZone: nullable(timeZone),
  language: nullable(language),
  revision,
});

export const student = z.object({
  id: externalId,
  person: z.string().meta({ description: 'As orders and join links name them.', examples: ['user:34'] }),
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  timeZone: z.string().nullable(),
  language: z.string().nullable(),
  revision: z.int().nullable(),
  disabledAt: instant.nullable().meta({ description: 'Since when they are shut out; null: they are not.' }),
  changedHere,
  notes,
});

export const teacher = student.extend({
  hasPassword: z.boolean().meta({ description: 'false: they have not taken up their invitation yet.' }),
  zoom: z.enum(['connected', 'needs_reconnect', 'disconnected']).meta({
    description: 'Their classes get rooms only while it is connected.',
  }),
});

export const personPutQuery = z.strictObject({
  accept,
  enable: flag
    .transform((value) => value === 'true')
    .meta({
      description: 'Let them in again if they are disabled. Whoever was disabled here needs `accept=state`, too.',
    }),
});

export const teacherPutQuery = personPutQuery.extend({
  notify: notify.meta({ description: 'false: somebody who is new is not invited by mail; an admin can do it later.' }),
});

export const personDeleteQuery = z.strictObject({ accept, revision: revisionInQuery });
