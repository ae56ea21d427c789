import { createHash } from 'node:crypto';
import type { BookOrder } from '../models/BookOrder';
import type { ClassDate } from '../models/ClassDate';
import type { BuyerWords } from './buyersAsNamed';

/** A digest of each field that a marketplace's program sets. */
export type Digests<Name extends string = string> = Readonly<Record<Name, string>>;

export const ORDER_FIELDS = ['title', 'teacher', 'buyer', 'guests'] as const;
export type OrderField = (typeof ORDER_FIELDS)[number];

export const CLASS_DATE_FIELDS = ['schedule', 'state'] as const;
export type ClassDateField = (typeof CLASS_DATE_FIELDS)[number];

export const PERSON_FIELDS = ['email', 'firstName', 'lastName', 'timeZone', 'language', 'state'] as const;
export type PersonField = (typeof PERSON_FIELDS)[number];

export const ENDPOINT_FIELDS = ['url', 'types', 'enabled'] as const;
export type EndpointField = (typeof ENDPOINT_FIELDS)[number];

/** An endpoint of pushed events as a program sends it. */
export interface EndpointContent {
  readonly url: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
}

/** A teacher or a student as a program sends them. */
export interface PersonContent {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly timeZone: string | null;
  readonly language: string | null;
}

/** A guest as a program sends them. */
export interface GuestContent {
  readonly email: string;
  readonly name: string | null;
  readonly timeZone: string | null;
  readonly language: string | null;
}

export function orderDigests(
  { title, teacherId, userId }: Pick<BookOrder, 'title' | 'teacherId' | 'userId'>,
  guests: readonly GuestContent[],
): Digests<OrderField> {
  const people = guests
    .map(({ email, name, timeZone, language }) => [email.toLowerCase(), name, timeZone, language])
    .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
  return { title: digest(title), teacher: digest(teacherId), buyer: digest(userId), guests: digest(people) };
}

type Schedule = Pick<ClassDate, 'localStart' | 'timeZone' | 'durationMinutes'>;

/** The ETag of an order: what it is sent of its buyer is no field, but is told with it. */
export function orderTag(
  order: Pick<BookOrder, 'title' | 'teacherId' | 'userId' | 'cancelledAt'>,
  guests: readonly GuestContent[],
  buyerSent: BuyerWords | null,
): string {
  const cancelled = String(order.cancelledAt !== null);
  const words = buyerSent === null ? {} : { buyerWords: wordsDigest(buyerSent) };
  return tagOf({ ...orderDigests(order, guests), cancelled, ...words });
}

/** Whether somebody is called otherwise than before. */
export function isOtherwise(one: BuyerWords, other: BuyerWords): boolean {
  return wordsDigest(one) !== wordsDigest(other);
}

function wordsDigest({ firstName, lastName, timeZone, language }: BuyerWords): string {
  return digest([firstName, lastName, timeZone, language]);
}

export function classDateDigests(
  { localStart, timeZone, durationMinutes }: Schedule,
  cancelled: boolean,
): Digests<ClassDateField> {
  return { schedule: digest([localStart, timeZone, durationMinutes]), state: cancelled ? 'cancelled' : 'booked' };
}

export function personDigests(
  { email, firstName, lastName, timeZone, language }: PersonContent,
  disabled: boolean,
): Digests<PersonField> {
  return {
    ...{ email: digest(email), firstName: digest(firstName), lastName: digest(lastName) },
    ...{ timeZone: digest(timeZone), language: digest(language), state: disabled ? 'disabled' : 'enabled' },
  };
}

/** Whom a program named in an order, and a digest of how it named them, and of what it called them there. */
export interface NamedPerson {
  readonly ref: string;
  readonly id: number;
  readonly words?: string;
}

export interface NamedPeople {
  readonly namedTeacher?: NamedPerson | undefined;
  readonly namedBuyer?: NamedPerson | undefined;
}

/** Somebody as a program names them: by the id that it put them with, or by an address. */
export type PersonRef = { readonly email: string } | { readonly externalId: string };

type CalledRef = PersonRef | ({ readonly email: string } & BuyerWords);

export function namedAs(ref: CalledRef, { id }: { readonly id: number }): NamedPerson {
  return { ref: refDigest(ref), id, ...('firstName' in ref ? { words: wordsDigest(ref) } : {}) };
}

/** Whether somebody is named by the same word: it means the same person then, whatever became of their address since. */
export function isNamedAs(ref: PersonRef, before: NamedPerson): boolean {
  return before.ref === refDigest(ref);
}

/** Whether somebody is named by the same word, and called the same there. */
export function saysAsBefore(ref: { readonly email: string } & BuyerWords, before: NamedPerson | undefined): boolean {
  return before !== undefined && isNamedAs(ref, before) && before.words === wordsDigest(ref);
}

function refDigest(ref: PersonRef): string {
  return digest('externalId' in ref ? ['id', ref.externalId] : ['email', ref.email.toLowerCase()]);
}

/** Whom the program last named in an order, and how. */
export function lastNamed({ externalFields }: Pick<BookOrder, 'externalFields'>): NamedPeople {
  const { namedTeacher, namedBuyer } = JSON.parse(externalFields ?? '{}') as NamedPeople;
  return { namedTeacher, namedBuyer };
}

export function endpointDigests({ url, types, enabled }: EndpointContent): Digests<EndpointField> {
  return { url: digest(url), types: digest([...types].sort()), enabled: digest(enabled) };
}

/** What the program last sent; null for what it never did. */
export function lastSent<Name extends string>(
  { externalFields }: Pick<BookOrder, 'externalFields'>,
  names: readonly Name[],
): Digests<Name> | null {
  if (externalFields === null || externalFields === undefined) return null;
  const fields = JSON.parse(externalFields) as Partial<Record<string, string>>;
  return Object.fromEntries(names.map((name) => [name, fields[name] ?? ''])) as Digests<Name>;
}

/** How something stands: what the program last sent of it, and what it is. */
export interface Standing<Name extends string = string> {
  readonly sent: Digests<Name> | null;
  readonly current: Digests<Name>;
}

/** Which fields a program's word would change: all that it sends otherwise than it last did, and those that it overwrites. */
export function namesToChange<Name extends string>(
  accept: readonly string[],
  { sent, current }: Standing<Name>,
  wanted: Digests<Name>,
): Name[] {
  const differs = namesIn(wanted).filter((name) => wanted[name] !== current[name]);
  return differs.filter((name) => accept.includes(name) || wanted[name] !== sent?.[name]);
}

/** Which fields are other than the program last sent them. */
export function changedHere<Name extends string>(last: Digests<Name> | null, current: Digests<Name>): Name[] {
  return last === null ? [] : namesIn(current).filter((name) => current[name] !== last[name]);
}

/** The ETag of something whose fields are these. */
export function tagOf(current: Digests): string {
  return `"${digest(current)}"`;
}

function namesIn<Name extends string>(digests: Digests<Name>): Name[] {
  return Object.keys(digests) as Name[];
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
