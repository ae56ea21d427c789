import { z } from 'zod';

/** How this Zoom behaves where the real one differs between accounts, plans or sources. All can be changed while it runs. */
export const behaviourSchema = z.strictObject({
  /** Whether a 4xx from the webhook receiver is retried; Zoom's own pages disagree. */
  retryOn4xx: z.boolean().default(false),
  /** Zoom has been seen to say "ended" before the "left" of those it threw out. */
  endedBeforeLeft: z.boolean().default(true),
  /** Whose events are sent: those of users who added the app, or of every user of their accounts. */
  webhookAudience: z.enum(['account', 'connected']).default('account'),
  /** Accounts under HIPAA hide names and addresses in events. */
  hidePersonalData: z.boolean().default(false),
  /** Older payloads lack participant_uuid. */
  omitParticipantUuid: z.boolean().default(false),
  /** How long after the end the participants' durations stay 0. */
  processingDelayMs: z.number().min(0).default(60_000),
  /** How much later than the one before it each row comes into the list of past participants; the first is there at once. */
  rowDelayMs: z.number().min(0).default(0),
  /** The most rows of a page of any list, whatever is asked for. */
  largestPage: z.number().int().min(1).default(300),
  /** How long the token of a list's next page is good. */
  pageTokenLifeMs: z
    .number()
    .min(0)
    .default(15 * 60_000),
  /** How long a new meeting is missing from lists. */
  listLagMs: z.number().min(0).default(0),
  /** How long a rotated refresh token goes on working; Zoom gives no time. */
  refreshGraceSeconds: z.number().min(0).default(0),
  /** How much later than a dropped connection its "left" is sent, before scaling. */
  lateLeftMs: z.tuple([z.number(), z.number()]).default([60_000, 90_000]),
  /** How long after the end a cloud recording is announced, before scaling. */
  recordingDelayMs: z.number().min(0).default(180_000),
  enforceQuotas: z.boolean().default(true),
  /** Creations and updates a host may make in a day. */
  meetingWritesPerDay: z.number().int().default(100),
  registrantAddsPerDay: z.number().int().default(3),
  registrantStatusPerDay: z.number().int().default(10),
  /** Calls an account may make, by plan and label such as `pro:Light`; what is not named stays as Zoom has it. */
  accountLimits: z
    .record(z.string(), z.object({ perSecond: z.number().optional(), perDay: z.number().optional() }))
    .default({}),
  /** Settings an account's admin has locked, by account id. */
  lockedSettings: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  /** Users, by address, whom their admin has deactivated. */
  deactivatedUsers: z.array(z.string()).default([]),
  /** How many people a meeting may have. */
  meetingCapacity: z.number().int().default(100),
  /** Accounts whose admin has disabled the app (4738). */
  appDisabledFor: z.array(z.string()).default([]),
  /** How far Zoom's clock is ahead of this machine's, as its Date headers tell. */
  clockAheadSeconds: z.number().int().default(0),
  /** The consent page is shown only to those who are signed in, so whatever is wrong with a request is told only then. */
  signInFirst: z.boolean().default(false),
  /** The e-mail address of whom the consent page lets in at once, without asking. */
  autoAllow: z.email().nullable().default(null),
  /** The consent page sends everybody back with this `error`, such as server_error, instead of asking. */
  consentError: z.string().nullable().default(null),
});

export type Behaviour = z.infer<typeof behaviourSchema>;
