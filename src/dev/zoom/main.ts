import { startZoomSimulator, type ZoomSimulatorOptions } from './server';
import { optionsSchema } from './options';

/** Run as `node --import tsx src/dev/zoom/main.ts '<options as JSON>'`; prints `{"url":…}` once it listens. */
async function main(argument: string | undefined): Promise<void> {
  const options: ZoomSimulatorOptions = optionsSchema.parse(JSON.parse(argument ?? '{}'));
  const simulator = await startZoomSimulator(options);
  console.log(JSON.stringify({ url: simulator.url }));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

main(process.argv[2]).catch((error: unknown) => {
  console.error('The Zoom simulator could not start:', error);
  process.exitCode = 1;
});
