import type { Deps } from '../../src/deps';
import { addMinutes } from '../../src/domain/clock';
import { startZoomSite, type ZoomSite } from './zoomSite';

export const NOW = new Date();
export const ago = (minutes: number) => addMinutes(NOW, -minutes);

/** A site whose Zoom is asked about classes, for all tests of a file: from before the first until after the last. */
export function siteOfTests(): Pick<ZoomSite, 'deps' | 'zoom'> {
  let site: ZoomSite | null = null;
  const started = () => {
    if (!site) throw new Error('It is there from before the first test on.');
    return site;
  };
  beforeAll(async () => {
    site = await startZoomSite();
  });
  afterAll(() => site?.close());
  return {
    get deps() {
      return started().deps;
    },
    get zoom() {
      return started().zoom;
    },
  };
}

/** Zoom says how a room is, and by the time we have that answer something else has been told. */
export function whereZoomSays(
  deps: Deps,
  status: 'waiting' | 'started',
  tellMeanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Deps {
  const getMeeting: Deps['zoom']['getMeeting'] = async (_teacher, meetingId) => {
    await tellMeanwhile();
    const urls = { joinUrl: 'https://zoom.us/j/1', startUrl: 'https://zoom.us/s/1' };
    return { meetingId, ...urls, status, registration: false, startsAt: null, durationMinutes: null };
  };
  return { ...deps, zoom: { ...deps.zoom, getMeeting } };
}
