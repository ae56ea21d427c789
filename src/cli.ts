import { runProgram } from './cli/program';

// Whoever reads what we print may have seen enough: `mails list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

void runProgram(process.argv.slice(2));
