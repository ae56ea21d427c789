/** The longest name that Zoom takes in an invite link. */
const NAME_MAX = 64;

/**
 * The name in somebody's invite link. It is all of them that comes back from Zoom, so it ends in the number of their pass:
 * no two people have the same, and it stays theirs when their name is corrected.
 */
export function inviteName(name: string, passId: number): string {
  const mark = ` (${passId})`;
  // Half of a character that takes two is none.
  const cut = name.slice(0, NAME_MAX - mark.length).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.trim()}${mark}`;
}

/** The number of the pass whose invite link somebody came by, as far as their name says it. */
export function passIdIn(name: string): number | null {
  const [, id] = /\((\d{1,15})\)$/.exec(name.trim()) ?? [];
  return id === undefined ? null : Number(id);
}
