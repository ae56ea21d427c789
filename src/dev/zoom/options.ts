import { z } from 'zod';
import { defaultUsers } from './defaultUsers';
import { ALL_SCOPES } from './api/scopes';
import { behaviourSchema } from './core/behaviour';

const userSchema = z.object({
  id: z.string().length(22, 'a Zoom user id has 22 characters'),
  accountId: z.string().min(1),
  email: z.email(),
  firstName: z.string(),
  lastName: z.string(),
  /** 1 Basic, 2 Licensed. */
  type: z.union([z.literal(1), z.literal(2)]),
  plan: z.enum(['free', 'pro', 'business']),
  /** IANA; Europe/Berlin when absent. */
  timezone: z.string().optional(),
});

const appSchema = z.object({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  redirectUris: z.array(z.string()).min(1),
  webhookUrl: z.string().optional(),
  webhookSecret: z.string().min(1),
  scopes: z.array(z.string()).default([...ALL_SCOPES]),
});

export const optionsSchema = z.object({
  /** 0 takes a free port. */
  port: z.number().int().min(0).max(65535).default(0),
  host: z.literal('127.0.0.1').default('127.0.0.1'),
  app: appSchema,
  users: z.array(userSchema).min(1).default(defaultUsers()),
  /** The same seed gives the same ids, faults and payload varieties. Absent: a new one each start. */
  seed: z.number().int().optional(),
  /** 1 means Zoom's own 5, 20 and 60 minutes; also scales the late "left" of a dropped connection. */
  webhookRetryScale: z.number().positive().default(1),
  /** A JSON file that keeps meetings and tokens from one start to the next. */
  statePath: z.string().optional(),
  /** How it behaves from the start; the control API changes it while it runs. */
  behaviour: behaviourSchema.prefault({}),
});

export const DEFAULT_TIMEZONE = 'Europe/Berlin';

export type SimulatedUser = z.infer<typeof userSchema>;
export type ZoomSimulatorOptions = z.input<typeof optionsSchema>;
export type SimulatorSettings = z.infer<typeof optionsSchema>;
