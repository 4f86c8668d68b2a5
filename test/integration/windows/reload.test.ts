import { ReloadedWindow } from './reloadedWindow.ts';

describe('a window reloaded at two random moments of a ladder', function () {
  this.timeout(600_000);
  let window: ReloadedWindow;
  before(async () => (window = await ReloadedWindow.start()));
  after(() => window?.stop());

  it('loses nothing and shows the same as one that stayed open', () => window.trainThrough(2));
});
