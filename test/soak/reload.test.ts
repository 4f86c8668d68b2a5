import { ReloadedWindow } from '../integration/windows/reloadedWindow.ts';

const reloads = Number(process.env.UPSIZE_RELOADS ?? 10);

describe(`a window reloaded at ${reloads} random moments of a ladder`, function () {
  this.timeout(3_600_000);
  let window: ReloadedWindow;
  before(async () => (window = await ReloadedWindow.start()));
  after(() => window?.stop());

  it('loses nothing and shows the same as one that stayed open', () => window.trainThrough(reloads));
});
