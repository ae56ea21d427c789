import { z } from 'zod';
import { isEmail } from '../../commands/parseGuests';
import { isTimeZone, WALL_TIME } from '../../commands/resolveWallTime';
import { CERTAINTIES, DOUBTS, VERDICTS } from '../../domain/attendance';
import { RISK_KINDS } from '../../domain/classRisks';
import { CLASS_OUTCOMES, CLASS_STATES } from '../../domain/classStates';
import { OUTCOME_EVENTS } from '../../domain/outcomeEvents';

const GUESTS_MAX = 500;

/**
 * A line of text: no control characters, and no half of a character. Its length is counted as JSON Schema and MySQL do,
 * to which 👩 is one character.
 */
export function text(max: number) {
  return z
    .string('Send a text.')
    .trim()
    .min(1, 'Send a text that is not empty.')
    .refine((value) => [...value].length <= max, `Use at most ${max} characters.`)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'Leave out line breaks and other control characters.')
    .meta({ maxLength: max });
}

export const email = z
  .string('Send an e-mail address.')
  .trim()
  .max(254, 'Use at most 254 characters.')
  .refine(isEmail, 'This is no e-mail address.')
  .meta({ description: 'An e-mail address.', examples: ['mia@example.org'] });

export const timeZone = z
  .string('Send a time zone such as Europe/Berlin.')
  .max(64, 'Use at most 64 characters.')
  .refine(isTimeZone, 'This is no time zone we know. Send one such as Europe/Berlin.')
  .meta({ description: 'A time zone of the IANA.', examples: ['Europe/Berlin'] });

export const language = z
  .string('Send a language such as de.')
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z\d]{2,8}){0,3}$/, 'Send a language such as de or pt-BR.')
  .meta({
    description: 'A language as BCP 47 has it. It is kept and given back; mails and pages are in English so far.',
    examples: ['de'],
  });

export const revision = z
  .int('Send a whole number.')
  .min(0, 'Send a whole number from 0.')
  .nullable()
  .default(null)
  .meta({ description: 'Your own count of changes. What comes with a lower one than was sent before is refused.' });

/** What a marketplace calls something of its own. */
export const externalId = z
  .string()
  .regex(/^[A-Za-z\d][A-Za-z\d._:~-]{0,99}$/, 'Use up to 100 letters, digits, and . _ : ~ - in it.')
  .meta({ description: 'What you call it: letters, digits and . _ : ~ -', examples: ['A-1042'] });

export const person = z
  .string()
  .regex(/^(user|guest):[1-9]\d{0,14}$/, 'Send a person as an order names them, such as guest:34.')
  .meta({ description: 'A person as an order names them in `person`.', examples: ['guest:34'] });

export const nullable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().default(null);

/** Somebody by the id that this customer put them with. */
const byId = z.strictObject({ id: externalId });

const buyer = z.strictObject({
  email,
  firstName: text(80),
  lastName: text(80),
  timeZone: nullable(timeZone),
  language: nullable(language),
});

export const orderContent = z.strictObject({
  title: text(180).meta({ description: 'What the classes are called, in mails and in the meeting.' }),
  teacher: z
    .union([z.strictObject({ email }), byId])
    .meta({ description: 'Who gives the classes: the address of a teacher here, or the `id` that you put them with.' }),
  buyer: z.union([buyer, byId]).meta({
    description:
      'The student who bought it: an address and a name, and whoever is not known here yet is added; or the `id` that you put them with. Whoever is known is greeted by us as they are called here; your order tells what you sent.',
  }),
  guests: z
    .array(
      z.strictObject({ email, name: nullable(text(120)), timeZone: nullable(timeZone), language: nullable(language) }),
    )
    .max(GUESTS_MAX, `Send at most ${GUESTS_MAX} guests.`)
    .meta({ description: 'Everybody else who takes part. Whoever is left out is removed, and their link dies.' }),
  revision,
});

export const classDateContent = z.strictObject({
  localStart: z
    .string('Send when it starts.')
    .regex(WALL_TIME, 'Send a day and a time such as 2027-01-15T10:00.')
    .meta({ description: 'When it starts, by the clocks of its time zone.', examples: ['2027-01-15T10:00'] }),
  timeZone,
  durationMinutes: z.int('Send a whole number of minutes.').min(1, 'Send 1 to 1440.').max(1440, 'Send 1 to 1440.'),
  revision,
});

export const instant = z.iso.datetime().meta({ description: 'An instant, in UTC.' });
export const notes = z.array(z.string()).meta({ description: 'What you should know, for people.' });
export const changedHere = z
  .array(z.string())
  .meta({ description: 'Fields that are other than you last sent them, because they were changed here.' });

const namedId = z.string().nullable().meta({ description: 'Their `id`, if it was you who put them.' });

export const order = z.object({
  id: externalId,
  title: z.string(),
  teacher: z.object({ id: namedId, email: z.string(), name: z.string() }),
  buyer: z
    .object({
      id: namedId,
      person,
      email: z.string(),
      firstName: z.string(),
      lastName: z.string(),
      timeZone: z.string().nullable(),
      language: z.string().nullable(),
    })
    .meta({
      description:
        'Whoever bought it. Somebody whom you have put is told as they are; somebody whom you named by their address, as you last sent them with this order.',
    }),
  guests: z.array(
    z.object({
      person,
      email: z.string(),
      name: z.string().nullable(),
      timeZone: z.string().nullable(),
      language: z.string().nullable(),
    }),
  ),
  revision: z.int().nullable(),
  cancelledAt: instant.nullable(),
  changedHere,
  notes,
});

const classState = z.enum(CLASS_STATES).meta({
  description:
    'Where the class stands. `live`: its meeting runs, before its start too. A meeting that was over before the start was only a try of the room: the class is `ready` again, and not `ended`, until its doors have closed.',
});

export const classDate = z.object({
  id: externalId,
  order: externalId,
  localStart: z.string(),
  timeZone: z.string(),
  startsAt: instant,
  endsAt: instant,
  durationMinutes: z.int(),
  state: classState,
  stateReason: z.string().nullable().meta({ description: 'Why it is not further along.' }),
  outcome: z.enum(CLASS_OUTCOMES).nullable(),
  teacher: z.object({ id: namedId, email: z.string(), name: z.string() }),
  revision: z.int().nullable(),
  changedHere,
  clashes: z
    .array(z.object({ kind: z.enum(['overlap', 'back_to_back']), startsAt: instant, endsAt: instant }))
    .meta({ description: 'Other classes of the same teacher that are in the way.' }),
  wallTime: z.enum(['as_given', 'moved_forward', 'first_of_two']).meta({
    description:
      'moved_forward: the clocks jump over the time that was sent. first_of_two: they show it twice; it is the first.',
  }),
  notes,
});

export const joinLink = z.object({ person, url: z.url() });

const attendee = z.object({
  person: z.string().meta({ description: 'As the order names them; `teacher` for the teacher.' }),
  name: z.string(),
  verdict: z
    .enum(VERDICTS)
    .nullable()
    .meta({ description: 'null while the class goes on, and where it was cancelled or never had a room.' }),
  corrected: z.boolean().meta({ description: 'The verdict is a person’s, against or beside what Zoom told.' }),
  minutesPresent: z.number().meta({ description: 'The union of their stays.' }),
  minutesInClass: z.number().meta({ description: 'Of these, between the planned start and end.' }),
  minutesTogether: z
    .number()
    .meta({ description: 'Of these, together with the teacher; of the teacher’s, with anybody.' }),
  firstJoinAt: instant.nullable(),
  lastLeaveAt: instant.nullable(),
  sources: z.array(z.enum(['webhook', 'zoom_list'])).meta({ description: 'What the figures rest on.' }),
  certainty: z.enum(CERTAINTIES),
  doubts: z.array(z.enum(DOUBTS)),
});

export const attendance = z.object({
  order: externalId,
  classDate: externalId,
  state: classState,
  settled: z.boolean().meta({
    description:
      'false: the figures are provisional and may still change by themselves, unless the class was cancelled or missed.',
  }),
  revision: z.int().nullable().meta({ description: 'Rises each time it is settled anew; null while provisional.' }),
  outcome: z.enum(CLASS_OUTCOMES).nullable(),
  people: z.array(attendee),
  unknownPeople: z.int().meta({ description: 'How many were there whom nobody has been found for.' }),
});

export const outcomeEvent = z.object({
  id: z.string(),
  type: z.enum(OUTCOME_EVENTS).meta({
    description:
      'What has become of the class. `class.ready` and `class.live` may come several times: a host who tries the room before the start makes the class `class.live`, and `class.ready` once they are gone. `class.ended` is told of no try.',
  }),
  at: instant,
  order: externalId,
  classDate: externalId.nullable().meta({ description: 'null: it was booked here, not by you.' }),
  data: z.object({
    state: classState,
    stateReason: z.string().nullable(),
    outcome: z.enum(CLASS_OUTCOMES).nullable(),
    startsAt: instant,
    durationMinutes: z.int(),
    revision: z.int().nullable().meta({ description: 'Of the attendance, where the event is about one.' }),
    risks: z.array(z.enum(RISK_KINDS)).optional().meta({
      description:
        'Of class.at_risk, where a look ahead, or making the room, found something new: all that stands in its way then, the worst first. Absent where `stateReason` alone says it. What is mended is not told; class.ready is.',
    }),
  }),
});

export const events = z.object({
  events: z.array(outcomeEvent),
  next: z
    .string()
    .meta({ description: 'Send it as `after` the next time. Keep it only once you have dealt with these.' }),
  more: z.boolean(),
});

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  errors: z
    .array(
      z.union([
        z.object({
          pointer: z.string().meta({ description: 'A JSON pointer into what you sent.' }),
          detail: z.string(),
        }),
        z.object({ parameter: z.string(), detail: z.string() }),
      ]),
    )
    .optional(),
});

export const flag = z.enum(['true', 'false'], 'Send true or false.').default('false');

export const noQuery = z.strictObject({});
export const orderPath = z.strictObject({ order: externalId });
export const classDatePath = z.strictObject({ order: externalId, classDate: externalId });

export const pageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'Send a number from 1 to 999.')
    .default('100')
    .transform(Number)
    .meta({ description: 'How many at most.' }),
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'Send what `next` was in the answer before.')
    .default('0')
    .transform(Number)
    .meta({ description: '`next` of the answer before.' }),
});

/** Of the feed, which goes on for ever: without a place it begins with the oldest that is kept. */
export const eventsQuery = z.strictObject({
  limit: pageQuery.shape.limit,
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'Send what `next` was in the answer before.')
    .optional()
    .transform((text) => (text === undefined ? null : Number(text)))
    .meta({ description: '`next` of the answer before. Without it: from the oldest that is kept.' }),
});

export const notify = z
  .enum(['true', 'false'], 'Send true or false.')
  .default('true')
  .transform((value) => value === 'true')
  .meta({
    description: 'false: nobody is mailed about it, a new and a former teacher neither. Reminders come in their time.',
  });
const force = flag.transform((value) => value === 'true').meta({ description: 'Do it although a class is live.' });
export const accept = z
  .string()
  .default('')
  .transform((list) => list.split(',').filter((name) => name !== ''))
  .meta({ description: 'Fields, with commas between, that you overwrite though they were changed here.' });

export const changeQuery = z.strictObject({ notify, force, accept });
/** Of a DELETE, which has no body. */
export const revisionInQuery = z
  .string()
  .regex(/^\d{1,16}$/, 'Send a whole number from 0.')
  .transform(Number)
  .pipe(z.int('Send a whole number from 0.'))
  .optional()
  .meta({ description: 'Your own count of changes, as in a PUT: this is one of them.' });

export const cancelQuery = z.strictObject({
  notify,
  force,
  accept,
  revision: revisionInQuery,
});
export const classDateChangeQuery = z.strictObject({
  notify,
  force,
  accept,
  reopen: flag
    .transform((value) => value === 'true')
    .meta({ description: 'Have a class take place after all that was cancelled.' }),
});
