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
