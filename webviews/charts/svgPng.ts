/** Pixels of a saved picture for each of the drawing's. */
const pixelRatio = 2;

/**
 * Draws an SVG of our own into a PNG and gives its bytes as base64. Rejects where the browser cannot draw it, which is a
 * fault of the drawing.
 */
export async function svgPng(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * pixelRatio;
  canvas.height = image.height * pixelRatio;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The picture is too large to be saved as PNG. Save it as SVG.');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const content = canvas.toDataURL('image/png').split(',')[1];
  if (!content) throw new Error('The picture is too large to be saved as PNG. Save it as SVG.');
  return content;
}
