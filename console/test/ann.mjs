// What the walk through the console is about, and the page of ann, who takes it.
import { scene } from "./browser.mjs";

export const { workspace, pump, lamp, planted } = scene;
export const device = (id, tab = "") => `/w/${workspace}/devices/${id}${tab && `/${tab}`}`;
export let page; // hers, signed in
export const enter = (hers) => {
  page = hers;
};
