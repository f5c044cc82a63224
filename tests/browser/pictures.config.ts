// `npm run pictures`: the pictures are no test, so the usual run does not know of them.
import config from './playwright.config';

export default { ...config, testMatch: 'pictures.ts', timeout: 20 * 60_000 };
