import { closeBrowser } from './harness/panelPage.ts';

after(() => closeBrowser());
