import { personalUrlPlace } from '../../commands/makePersonalLinks';
import { joinUrlPlace } from '../../commands/saveMadeMeeting';
import type { Deps } from '../../deps';
import type { LinkQuality } from '../../models/ZoomSecureToken';
import type { JoinPass } from '../../queries/findJoinPass';
import { isAllowedZoomUrl } from '../../zoom/hosts';

export interface WayIn {
  readonly url: string;
  readonly quality: LinkQuality;
}

/** The person's own link into the current meeting, or the plain one while there is none. Zoom is not asked. */
export function wayIn({ config, encryption }: Pick<Deps, 'config' | 'encryption'>, pass: JoinPass): WayIn {
  const way = personalWay(encryption, pass) ?? plainWay(encryption, pass);
  if (!isAllowedZoomUrl(config, way.url)) {
    throw new Error(`The ${way.quality} link of pass ${pass.id} leads elsewhere than ZOOM_ALLOWED_HOSTS; check both.`);
  }
  return way;
}

function personalWay(encryption: Deps['encryption'], pass: JoinPass): WayIn | null {
  const { id, personalUrlEncrypted, linkMeetingId, linkQuality, meetingRowId } = pass;
  // A link into a meeting that has been replaced leads nowhere.
  if (personalUrlEncrypted === null || linkMeetingId !== meetingRowId) return null;
  return { url: encryption.decrypt(personalUrlEncrypted, personalUrlPlace(id)), quality: linkQuality ?? 'plain' };
}

function plainWay(encryption: Deps['encryption'], { id, meetingRowId, joinUrlEncrypted }: JoinPass): WayIn {
  if (meetingRowId === null || joinUrlEncrypted === null) throw new Error(`Pass ${id} has no meeting to go to.`);
  return { url: encryption.decrypt(joinUrlEncrypted, joinUrlPlace(meetingRowId)), quality: 'plain' };
}
