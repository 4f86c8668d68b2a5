import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import sharp from 'sharp';
import { readHeader } from '../../../trainer/dataset/imageHeader.ts';
import { sizeOfPlainJpeg } from '../../../trainer/dataset/jpeg/jpegSize.ts';
import { picture } from './pictures.ts';

describe('the size of a JPEG', () => {
  it('is read from plain headers as libvips reads it', async () => {
    const wide = picture(1, 301, 47);
    for (const [name, bytes] of Object.entries({
      baseline: await wide.clone().jpeg().toBuffer(),
      progressive: await wide.clone().jpeg({ progressive: true }).toBuffer(),
      grey: await wide.clone().greyscale().jpeg().toBuffer(),
      'four colours': await wide.clone().toColourspace('cmyk').jpeg().toBuffer(),
      'a profile': await wide.clone().withIccProfile('p3').jpeg().toBuffer(),
      'EXIF that does not turn it': await wide
        .clone()
        .withExif({ IFD0: { Orientation: '1' } })
        .jpeg()
        .toBuffer(),
    })) {
      const { width, height } = await sharp(bytes).metadata();
      assert.deepEqual(sizeOfPlainJpeg(bytes), { width, height }, name);
      assert.deepEqual([width, height], [301, 47]);
    }
  });

  it('is that of the picture as EXIF turns it', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const turned = await picture(2, 60, 30).withMetadata({ orientation }).jpeg().toBuffer();
      const { autoOrient } = await sharp(turned).metadata();
      assert.deepEqual(sizeOfPlainJpeg(turned), autoOrient, `orientation ${orientation}`);
      const { width, height } = await readHeader(turned);
      assert.deepEqual({ width, height }, autoOrient);
    }
  });

  it('is never made up, whatever the bytes', async () => {
    const jpeg = await picture(3, 60, 30).jpeg().toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    for (let length = 0; length < frame + 9; length++) assert.equal(sizeOfPlainJpeg(jpeg.subarray(0, length)), null);
    fc.assert(
      fc.property(fc.nat(frame + 8), fc.nat(255), (at, value) => {
        const damaged = Buffer.from(jpeg);
        damaged[at] = value;
        const size = sizeOfPlainJpeg(damaged);
        assert.ok(size === null || (size.width > 0 && size.height > 0));
      }),
    );
  });
});
