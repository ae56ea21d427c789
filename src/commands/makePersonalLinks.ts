import { Op, type InferAttributes } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { inviteName, passIdIn } from '../domain/inviteNames';
import { formerRegistrantsOf } from '../domain/segments';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomSecureToken, type LinkQuality } from '../models/ZoomSecureToken';
import { findPassNames, type PassName } from '../queries/findPassNames';
import { ZoomDailyLimit, ZoomRefused } from '../zoom/errors';
import { dropRegistrant } from './dropRegistrant';
import { waitForZoom } from './waitForZoom';
import { zoomTrouble } from './zoomTrouble';

/** Zoom's limit for one batch of registrants. */
const BATCH = 30;
/** The longest that Zoom lets an invite link live, 90 days: a room is kept when its class is moved, and goes with its links. */
const LONGEST_TTL_SECONDS = 7_776_000;

interface PersonalLink {
  readonly pass: ZoomSecureToken;
  readonly quality: LinkQuality;
  readonly url: string | null;
  readonly registrantId: string | null;
}

/**
 * Gives each pass its own way into the meeting: a registrant's link where the host is licensed, an invite link
 * otherwise, the plain link last. Which one it became is kept, because it decides how sure attendance can be.
 */
export async function makePersonalLinks(
  deps: Deps,
  { classDateId, now }: { classDateId: number; now: Date },
): Promise<void> {
  const meeting = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
  if (!meeting) return;
  try {
    for (;;) {
      const passes = await passesWithoutLink(classDateId, meeting.id);
      if (passes.length === 0) break;
      const names = await findPassNames(passes);
      await saveLinks(deps, meeting, await linksFor(deps, meeting, passes, names));
    }
    await ClassDate.update({ nextAttemptAt: null }, { where: { id: classDateId } });
  } catch (error) {
    const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts: 1, now });
    await waitForZoom(deps, meeting, trouble, now);
  }
}

function passesWithoutLink(classDateId: number, meetingRowId: number): Promise<ZoomSecureToken[]> {
  const noLink = [{ linkMeetingId: null }, { linkMeetingId: { [Op.ne]: meetingRowId } }];
  return ZoomSecureToken.findAll({
    where: { classDateId, revokedAt: null, [Op.or]: noLink },
    order: ['id'],
    limit: BATCH,
  });
}

async function linksFor(
  deps: Deps,
  meeting: ZoomMeeting,
  passes: readonly ZoomSecureToken[],
  names: ReadonlyMap<number, PassName>,
): Promise<PersonalLink[]> {
  if (!meeting.registration) return inviteLinks(deps, meeting, passes, names);
  try {
    return await registrantLinks(deps, meeting, passes, names);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const [only, ...others] = passes;
    if (only && others.length === 0) return inviteLinks(deps, meeting, [only], names);
    // Zoom refuses a batch as a whole; one bad address must not cost the others their links.
    const links: PersonalLink[] = [];
    for (const pass of passes) links.push(...(await linksFor(deps, meeting, [pass], names)));
    return links;
  }
}

/** One address that was registered too often today holds up nobody else, and gets another kind of link. */
function isRefusal(error: unknown): boolean {
  return error instanceof ZoomRefused || (error instanceof ZoomDailyLimit && error.of === 'registrant');
}

async function registrantLinks(
  deps: Deps,
  meeting: ZoomMeeting,
  passes: readonly ZoomSecureToken[],
  names: ReadonlyMap<number, PassName>,
): Promise<PersonalLink[]> {
  const people = passes.map((pass) => ({ email: pass.email, ...nameOf(pass, names) }));
  const registrants = await deps.zoom.addRegistrants(meeting.teacherId, zoomId(meeting), people);
  const byEmail = new Map(registrants.map((registrant) => [registrant.email.toLowerCase(), registrant]));
  return passes.map((pass) => {
    const registrant = byEmail.get(pass.email.toLowerCase());
    if (!registrant) return { pass, quality: 'plain', url: null, registrantId: null };
    return { pass, quality: 'registrant', url: registrant.joinUrl, registrantId: registrant.registrantId };
  });
}

async function inviteLinks(
  deps: Deps,
  meeting: ZoomMeeting,
  passes: readonly ZoomSecureToken[],
  names: ReadonlyMap<number, PassName>,
): Promise<PersonalLink[]> {
  const wanted = passes.map((pass) => {
    const { firstName, lastName } = nameOf(pass, names);
    return inviteName(`${firstName} ${lastName}`, pass.id);
  });
  try {
    const { teacherId } = meeting;
    const links = await deps.zoom.createInviteLinks(teacherId, zoomId(meeting), wanted, LONGEST_TTL_SECONDS);
    return passes.map((pass) => {
      const url = links.find(({ name }) => passIdIn(name) === pass.id)?.joinUrl ?? null;
      return { pass, quality: url ? 'invite' : 'plain', url, registrantId: null };
    });
  } catch (error) {
    if (!(error instanceof ZoomRefused)) throw error;
    return passes.map((pass) => ({ pass, quality: 'plain', url: null, registrantId: null }));
  }
}

const LINK_COLUMNS: (keyof InferAttributes<ZoomSecureToken>)[] = [
  'linkQuality',
  'linkMeetingId',
  'registrantId',
  'formerRegistrants',
  'personalUrlEncrypted',
  'updatedAt',
];

/** One statement for all: a row each costs more than asking Zoom for the links. */
async function saveLinks(deps: Deps, meeting: ZoomMeeting, links: readonly PersonalLink[]): Promise<void> {
  const rows = links.map(({ pass, quality, url, registrantId }) => ({
    ...pass.get({ plain: true }),
    linkQuality: quality,
    linkMeetingId: meeting.id,
    registrantId,
    personalUrlEncrypted: url === null ? null : deps.encryption.encrypt(url, personalUrlPlace(pass.id)),
  }));
  await inTransaction(deps.db, async (transaction) => {
    const passes = await ZoomSecureToken.findAll({ where: { id: rows.map(({ id }) => id) }, lock: true, transaction });
    const former = new Map(passes.map((pass) => [pass.id, formerRegistrantsOf(pass)]));
    await ZoomSecureToken.bulkCreate(
      rows.map((row) => ({ ...row, formerRegistrants: former.get(row.id) ?? null })),
      { updateOnDuplicate: LINK_COLUMNS, transaction },
    );
    // Somebody's address was corrected while Zoom was asked: this link is the former address's, and is made once more. Or
    // their pass was withdrawn, and this link has to be taken back.
    const isStale = ({ id, email, revokedAt }: ZoomSecureToken) =>
      revokedAt !== null || rows.some((row) => row.id === id && row.email !== email);
    for (const pass of passes.filter((one) => isStale(one))) {
      await dropRegistrant(await pass.reload({ transaction }), transaction);
    }
  });
}

/** Where a pass's personal URL is encrypted for. */
export function personalUrlPlace(passId: number) {
  return { table: 'zoom_secure_tokens', column: 'personal_url_encrypted', row: passId };
}

function nameOf(pass: ZoomSecureToken, names: ReadonlyMap<number, PassName>): PassName {
  return names.get(pass.id) ?? { firstName: 'Guest', lastName: String(pass.id) };
}

function zoomId(meeting: ZoomMeeting): string {
  if (meeting.meetingId === null) throw new Error(`Meeting row ${meeting.id} is "created" but has no Zoom id.`);
  return meeting.meetingId;
}
