/// <reference lib="dom" />
/**
 * The content of a page for a screen reader, and the order of the Tab key: Chromium's accessibility tree, checked by
 * rules.
 */
import type { Page } from 'playwright-core';

/** A node that a screen reader announces. */
interface Spoken {
  role: string;
  name: string;
  level?: number;
  url?: string;
}

/** A node of CDP's `Accessibility.getFullAXTree`, as far as it is read here. */
interface AxNode {
  nodeId: string;
  parentId?: string;
  ignored: boolean;
  role?: { value?: unknown };
  name?: { value?: unknown };
  properties?: { name: string; value: { value?: unknown } }[];
  childIds?: string[];
}

const text = (value: { value?: unknown } | undefined): string =>
  typeof value?.value === 'string' ? value.value.trim() : '';

/** All nodes in reading order. */
async function readTree(page: Page): Promise<Spoken[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as unknown as { nodes: AxNode[] };
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const spoken: Spoken[] = [];
  const visit = (node: AxNode): void => {
    const known = (name: string): unknown => node.properties?.find((one) => one.name === name)?.value.value;
    const [level, url] = [known('level'), known('url')];
    if (!node.ignored)
      spoken.push({
        role: text(node.role),
        name: text(node.name),
        ...(typeof level === 'number' && { level }),
        ...(typeof url === 'string' && { url }),
      });
    for (const id of node.childIds ?? []) if (byId.has(id)) visit(byId.get(id)!);
  };
  const root = nodes.find(({ parentId }) => parentId === undefined);
  if (root) visit(root);
  return spoken;
}

const landmarks = ['banner', 'main', 'navigation', 'search', 'complementary', 'contentinfo', 'form', 'region'];
const controls = [
  ...['button', 'link', 'checkbox', 'switch', 'radio', 'textbox', 'searchbox', 'combobox', 'slider', 'spinbutton'],
  ...['option', 'menuitem', 'tab', 'listbox', 'DateTime', 'Date', 'ColorWell'],
];
/** An id, an address or a file name alone, which does not describe a picture or a button. */
const machine = /^\S*(?:[0-9a-f]{12}|https?:|^\/|\.(?:jpe?g|png|webp|heic|mp4)$)\S*$|[0-9a-f]{32}|undefined|\[object/i;

const tell = ({ role, name }: Spoken): string => `${role} “${name}”`;

function judgeHeadings(tree: readonly Spoken[]): string[] {
  const headings = tree.filter(({ role }) => role === 'heading');
  const first = headings.filter(({ level }) => level === 1);
  const jumps = headings.filter(({ level = 1 }, n) => level > (headings[n - 1]?.level ?? 0) + 1);
  return [
    ...(first.length === 1 ? [] : [`${first.length} h1: ${first.map(tell).join(', ')}`]),
    ...jumps.map((heading) => `a heading of level ${heading.level!} after a jump: ${tell(heading)}`),
    ...headings.filter(({ name }) => name === '').map(() => 'a heading without text'),
  ];
}

function judgeLandmarks(tree: readonly Spoken[]): string[] {
  const found = tree.filter(({ role }) => landmarks.includes(role));
  const names = found.map(tell);
  const missing = ['banner', 'navigation', 'main'].filter((role) => !found.some((one) => one.role === role));
  return [
    ...missing.map((role) => `no ${role}`),
    ...['banner', 'main']
      .filter((role) => found.filter((one) => one.role === role).length > 1)
      .map((role) => `two ${role}`),
    ...names.filter((name, n) => names.indexOf(name) !== n).map((name) => `two landmarks are ${name}`),
  ];
}

function judgeNames(tree: readonly Spoken[]): string[] {
  const named = tree.filter(({ role }) => controls.includes(role));
  return [
    ...named.filter(({ name }) => name === '').map(({ role }) => `a ${role} without a name`),
    ...named.filter(({ name }) => machine.test(name)).map((one) => `${tell(one)} is no name for people`),
    ...tree
      .filter(({ role, name }) => /^(?:img|image)$/i.test(role) && name === '')
      .map(() => 'a picture without a text'),
    ...named
      .filter((one, n) => {
        const before = named[n - 1];
        const isSame = before?.role === one.role && before.name === one.name;
        return isSame && !(one.url !== undefined && one.url === before.url);
      })
      .map((one) => `two neighbours are ${tell(one)}`),
  ];
}

/** All accessibility problems of the open page. */
export async function mishearings(page: Page): Promise<string[]> {
  const tree = await readTree(page);
  return [...judgeHeadings(tree), ...judgeLandmarks(tree), ...judgeNames(tree)];
}

/** Where the Tab key stops, in order; found without pressing it, as one would have to press it a hundred times. */
export interface TabStop {
  name: string;
  /** The bars and the content are visited one after the other. */
  part: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** All tab stops of the page. */
export const tabStops = (page: Page): Promise<TabStop[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex]')]
      .filter((element) => {
        const isOther =
          element instanceof HTMLInputElement &&
          element.type === 'radio' &&
          !element.checked &&
          document.querySelector(`input[type="radio"][name="${CSS.escape(element.name)}"]:checked`) !== null;
        return (
          element.tabIndex >= 0 &&
          !isOther &&
          !element.matches(':disabled') &&
          !element.closest('[inert], [hidden]') &&
          element.checkVisibility({ visibilityProperty: true })
        );
      })
      .map((element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const part = element.closest('nav, header, main, aside, footer, dialog, form, [role="toolbar"]');
        return {
          name: element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40),
          part: element.classList.contains('skip') ? 'skip' : (part?.tagName ?? 'BODY'),
          ...{ left, right, top, bottom },
        };
      }),
  );

/** Consecutive stops of one part that lead upwards or back, although nothing begins to the right. */
export const backwards = (stops: readonly TabStop[]): string[] =>
  stops.flatMap((to, n) => {
    const from = stops[n - 1];
    if (!from || from.part !== to.part) return [];
    const isUp = to.bottom <= from.top + 1 && to.left < from.right;
    const isBack = to.right <= from.left + 1 && to.top < from.bottom - 1;
    return isUp || isBack ? [`from “${from.name}” back to “${to.name}”`] : [];
  });
