import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { isApiScope } from '../domain/apiScopes';
import { isCustomer } from '../domain/customers';
import { FieldErrors, type FieldError } from '../errors';
import { ApiKey } from '../models/ApiKey';
import { newApiKeySecret } from '../security/apiKeySecret';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface NewApiKey {
  readonly name: string;
  readonly customer: string;
  readonly scopes: readonly string[];
  readonly callsAMinute: number;
  /** null: until it is withdrawn */
  readonly days: number | null;
}

export interface CreatedApiKey {
  readonly key: ApiKey;
  /** shown once, kept nowhere */
  readonly secret: string;
}

export const CALLS_A_MINUTE = 600;
const CALLS_MAX = 100_000;
const DAYS_MAX = 3650;
const NAME_MAX = 80;
const DAY_MS = 24 * 60 * 60_000;

/** @throws FieldErrors; nothing has been saved then */
export async function createApiKey(deps: Deps, input: NewApiKey, origin: AuditOrigin): Promise<CreatedApiKey> {
  checkApiKey(input);
  const { name, customer, callsAMinute, days } = input;
  const { secret, hash: secretHash, hint } = newApiKeySecret();
  const scopes = storedScopes(input.scopes);
  const expiresAt = days === null ? null : new Date(deps.clock.now().getTime() + days * DAY_MS);
  const key = await inTransaction(deps.db, async (transaction) => {
    const row = { name, customer, secretHash, hint, scopes, callsAMinute, expiresAt, createdBy: origin.userId };
    const created = await ApiKey.create(row, { transaction });
    const entity = { type: 'api_key', id: created.id };
    await writeAudit(deps, origin, { action: 'api_key_created', entity, metadata: { scopes, customer } }, transaction);
    return created;
  });
  return { key, secret };
}

/** As a key's row has them. */
export function storedScopes(scopes: readonly string[]): string {
  return [...new Set(scopes)].sort().join(' ');
}

/** @throws FieldErrors */
export function checkScopes(scopes: readonly string[]): void {
  const problem = problemOfScopes(scopes);
  if (problem) throw new FieldErrors([problem]);
}

function problemOfScopes(scopes: readonly string[]): FieldError | null {
  const known = scopes.length > 0 && scopes.every(isApiScope);
  return known ? null : { field: 'scopes', message: 'Choose what the key may do.' };
}

/** @throws FieldErrors */
export function checkApiKey(input: NewApiKey): void {
  const problems = problemsOf(input);
  if (problems.length > 0) throw new FieldErrors(problems);
}

function problemsOf({ name, customer, scopes, callsAMinute, days }: NewApiKey): FieldError[] {
  const problems: FieldError[] = [];
  const check = (ok: boolean, field: string, message: string) => {
    if (!ok) problems.push({ field, message });
  };
  check(name !== '', 'name', 'Enter what the key is for.');
  check(name.length <= NAME_MAX, 'name', `Use at most ${NAME_MAX} characters.`);
  const customerWords = 'Enter whose orders it is for, in small letters, digits and hyphens, such as tutors-united.';
  check(isCustomer(customer), 'customer', customerWords);
  const ofScopes = problemOfScopes(scopes);
  if (ofScopes) problems.push(ofScopes);
  const isWhole = (value: number, max: number) => Number.isInteger(value) && value >= 1 && value <= max;
  check(isWhole(callsAMinute, CALLS_MAX), 'callsAMinute', 'Enter how many calls a minute, as a whole number from 1.');
  check(days === null || isWhole(days, DAYS_MAX), 'days', `Enter a whole number of days up to ${DAYS_MAX}, or none.`);
  return problems;
}
