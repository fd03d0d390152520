/** `npm run import -- FILE [--url http://localhost:4000]` */
import { explain, defaultUrl, readArguments } from './command-line.ts';
import { importLog } from './import-log.ts';
import { describeImport, isComplete } from './import-report.ts';
import { progressBar } from './progress.ts';
import { devTokens } from './sign-in.ts';

async function main(): Promise<void> {
  const given = readArguments(`usage: npm run import -- FILE [--url ${defaultUrl}]`, ['url']);
  if (!given) return;
  const url = given.options.url ?? defaultUrl;
  try {
    const onProgress = progressBar('rows', process.stderr);
    const outcome = await importLog({ file: given.argument, url, tokenFor: devTokens(url), onProgress });
    console.log(describeImport(outcome));
    if (!isComplete(outcome)) process.exitCode = 1;
  } catch (error) {
    console.error(explain(error, url));
    process.exitCode = 1;
  }
}

await main();
