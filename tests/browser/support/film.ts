// What a camera sees, for a browser that takes a film in a camera's place.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Page } from "../fixtures.ts";

const [WIDTH, HEIGHT] = [640, 480];

/** The page's QR code as it is seen on a wall: a little turned, on grey; without one, the wall. A byte a point. */
export async function qrFrame(page: Page, selector: string | null) {
  const source = selector && (await page.locator(selector).getAttribute("src"));
  const grey = await page.evaluate(
    async ([source, width, height]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d")!;
      context.fillStyle = "#999";
      context.fillRect(0, 0, width, height);
      if (source) {
        const picture = new Image(400, 400);
        picture.src = source;
        await picture.decode();
        context.translate(width / 2, height / 2);
        context.rotate(0.15);
        context.drawImage(picture, -200, -200, 400, 400);
      }
      const points = context.getImageData(0, 0, width, height).data;
      return Array.from({ length: width * height }, (_, at) => points[at * 4]);
    },
    [source, WIDTH, HEIGHT] as const,
  );
  return Buffer.from(grey);
}

/** A film of these frames, each shown for a while, over and over. */
export function filmOf(frames: Buffer[]) {
  const folder = mkdtempSync(join(tmpdir(), "klassrum-film-"));
  const film = join(folder, "wall.y4m");
  const colourless = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const parts = frames.flatMap((grey) => Array.from({ length: 20 }, () => [Buffer.from("FRAME\n"), grey, colourless]).flat());
  writeFileSync(film, Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420\n`), ...parts]));
  return { film, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
