/** `npm run token -- USER [--url http://localhost:4000]` prints a token of a demo user. */
import { explain, defaultUrl, readArguments } from './command-line.ts';
import { devTokens } from './sign-in.ts';

async function main(): Promise<void> {
  const given = readArguments(`usage: npm run token -- USER [--url ${defaultUrl}]`, ['url']);
  if (!given) return;
  const url = given.options.url ?? defaultUrl;
  try {
    const token = await devTokens(url)(given.argument);
    if (token !== null) console.log(token);
    else {
      console.error(`No token for ${given.argument}: it is no demo user, or the ERP simulator does not run.`);
      process.exitCode = 1;
    }
  } catch (error) {
    console.error(explain(error, url));
    process.exitCode = 1;
  }
}

await main();
