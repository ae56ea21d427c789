import type { z } from 'zod';
import type { User } from '../models/User';
import type { ZoomConnection } from '../models/ZoomConnection';
import { changedHere, lastSent, personDigests, PERSON_FIELDS, tagOf } from '../queries/externalFields';
import type { student as studentSchema, teacher as teacherSchema } from '../routes/api/personSchemas';

type Student = z.infer<typeof studentSchema>;
type Teacher = z.infer<typeof teacherSchema>;

/** A student as programs see them, and their ETag. */
export function presentStudent(user: User, notes: readonly string[] = []): { body: Student; tag: string } {
  const current = personDigests(user, user.disabledAt !== null);
  const { email, firstName, lastName, timeZone, language } = user;
  const body = {
    id: user.externalId ?? '',
    person: `user:${user.id}`,
    ...{ email, firstName, lastName, timeZone, language },
    revision: user.externalRevision,
    disabledAt: user.disabledAt?.toISOString() ?? null,
    changedHere: changedHere(lastSent(user, PERSON_FIELDS), current),
    notes: [...notes],
  };
  return { body, tag: tagOf(current) };
}

/** A teacher, with how far they are from being able to give a class. */
export function presentTeacher(
  user: User,
  zoom: ZoomConnection['state'] | undefined,
  notes: readonly string[] = [],
): { body: Teacher; tag: string } {
  const { body, tag } = presentStudent(user, notes);
  return { body: { ...body, hasPassword: user.passwordHash !== null, zoom: zoom ?? 'disconnected' }, tag };
}
