// Every screen, light and dark, wide and on a phone, as a picture: ./dev screenshots.
import { mkdirSync } from "node:fs";
import { go, newPage, phone, run, scene, screens, signIn, wide } from "./browser.mjs";

async function pictures(browser) {
  mkdirSync(scene.pictures, { recursive: true });
  for (const look of ["light", "dark"]) {
    for (const [width, size] of [["wide", wide], ["phone", phone]]) {
      const page = await newPage(browser, { size, look });
      const take = async (name) => page.screenshot({ path: `${scene.pictures}/${name}.${look}.${width}.png` });
      await page.goto(scene.base);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await take("sign-in");
      await signIn(page);
      await page.getByRole("heading", { name: "Devices" }).waitFor();
      for (const [name, path] of [...screens, ["rollout", `/w/${scene.workspace}/rollouts/${scene.rollout}`]]) {
        await go(page, path);
        if (name === "charts") await page.locator(".plot canvas").waitFor();
        await take(name);
      }
      await page.context().close();
    }
  }
}

await run([pictures]);
