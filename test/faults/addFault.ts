import type { FaultRequest } from '../../src/dev/zoom/core/faults';

/** Switches a fault on at the Zoom stand-in. */
export async function addFault(zoomUrl: string, fault: FaultRequest): Promise<void> {
  const response = await fetch(`${zoomUrl}/control/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  if (!response.ok) throw new Error(`The Zoom stand-in does not take this fault: ${await response.text()}`);
}

/** Ends all of them. */
export async function clearFaults(zoomUrl: string): Promise<void> {
  const response = await fetch(`${zoomUrl}/control/faults`, { method: 'DELETE' });
  if (!response.ok) throw new Error(`The Zoom stand-in keeps its faults: ${response.status}`);
}
