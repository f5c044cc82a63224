// `npm run soak`: an hour of the demo is no test of the usual run, so that does not know of it.
import config from './playwright.config';

const MINUTES = Number(process.env.MINUTES ?? 60);

export default { ...config, testMatch: 'soak.ts', timeout: (MINUTES + 10) * 60_000 };
