import type { World } from '../core/world';

/** A start link works for two hours. */
const ZAK_LIFE_MS = 2 * 60 * 60 * 1000;

/** Enough to keep the newest links working under load; the oldest are forgotten. */
const KEPT_ZAKS = 20_000;

export function newZak(world: World, userId: string): string {
  const { zaks } = world.state;
  const zak = `eyJ0eXAiOiJKV1Qi.${world.ids.word(80)}.${world.ids.word(43)}`;
  zaks.set(zak, { userId, expiresAt: world.clock.now() + ZAK_LIFE_MS });
  for (const oldest of zaks.keys()) {
    if (zaks.size <= KEPT_ZAKS) break;
    zaks.delete(oldest);
  }
  return zak;
}

export function zakHolder(world: World, zak: string): string | undefined {
  const found = world.state.zaks.get(zak);
  return found && found.expiresAt > world.clock.now() ? found.userId : undefined;
}
