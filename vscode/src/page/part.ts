// An element with its attributes and children. A child that is text stays text.
export type Child = Node | string | undefined;

export function part(name: string, attributes: Record<string, string>, ...children: Child[]): HTMLElement {
  const out = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== "") out.setAttribute(key, value);
  out.append(...children.filter((one): one is Node | string => one !== undefined));
  return out;
}
