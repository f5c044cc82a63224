// `npm run soak`: an hour of the demo is no test of the usual run, so that does not know of it.
import config from './playwright.config';

const MINUTES = Number(process.env.MINUTES ?? 60);

// Beside what the usual tests clear away when they start.
const outputDir = '../../target/soak';

export default { ...config, outputDir, testMatch: 'soak.ts', timeout: (MINUTES + 10) * 60_000 };
