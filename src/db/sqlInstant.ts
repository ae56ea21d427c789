/** An instant for raw SQL, in UTC. A Date among `replacements` would lose its milliseconds in Sequelize. */
export function sqlInstant(instant: Date): string {
  return instant.toISOString().slice(0, -1).replace('T', ' ');
}
