"""The rules that a built page must keep, as functions from an open page to a list of complaints.

Each looks at the page as the browser shows it, after MathJax and the scripts of the page have run.
"""

from pathlib import Path
from typing import Any

import pageexplorers
from axe_playwright_python.base import AXE_SCRIPT

# Violations of axe's rules that we know and accept, as "rule: element". None.
ACCEPTED_VIOLATIONS: set[str] = set()

_MATHS = r"""() => {
  const found = [];
  for (const formula of document.querySelectorAll(".math")) {
    if (formula.querySelectorAll("mjx-container").length !== 1)
      found.push("not typeset: " + formula.textContent.trim().slice(0, 80));
  }
  for (const error of document.querySelectorAll("mjx-merror, [data-mjx-error]"))
    found.push("error in a formula: " + (error.dataset.mjxError ?? error.textContent));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const ignored = "code, pre, script, style, noscript, mjx-container, .math, .sig";
    if (text.parentElement.closest(ignored)) continue;
    if (/\$\$|\\\(|\\\[|\\begin\{|\\[a-z]+\{|\$[^\s$][^$\n]*\$/.test(text.data))
      found.push("raw TeX: " + text.data.trim().slice(0, 80));
  }
  return found;
}"""

_IMAGES = r"""() => {
  const found = [];
  for (const image of document.querySelectorAll("img")) {
    const name = image.src.slice(-60), alt = (image.getAttribute("alt") ?? "").trim();
    if (!alt) found.push("no alt text: " + name);
    else if (/^[0-9a-f_-]{16,}$/i.test(alt) || /\.(png|svg|webp|jpe?g)$/i.test(alt))
      found.push("alt text that says nothing: " + alt);
    if (image.complete && image.naturalWidth === 0) found.push("does not load: " + name);
  }
  return found;
}"""

_OVERFLOW = r"""() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const clipped = (element) => {
    for (let box = element.parentElement; box !== document.body; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== "visible") return true;
    return false;
  };
  const wide = [...document.querySelectorAll("body *")].filter(
    (element) => element.getBoundingClientRect().right > width + 1 && !clipped(element),
  );
  return ["the page scrolls sideways", ...wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120))];
}"""

_FOREIGN = r"""() => {
  const links = "[rel~=stylesheet], [rel~=preload], [rel~=prefetch], [rel~=preconnect]";
  const loads = `script, img, iframe, source, link:is(${links})`;
  return [...document.querySelectorAll(loads)]
    .map((element) => element.src || element.href)
    .filter((address) => address && !/^(file|data|blob):/.test(address));
}"""


_LETTERS = r"""(smallest) => Object.entries(smallest).flatMap(([name, points]) => {
  const picture = document.querySelector(`#explorer-${name} img:not(.explorer-print)`);
  const size = points * picture.clientWidth / (0.72 * picture.getAttribute("width"));
  return size < 9 ? [`${name}: ${points} points are ${size.toFixed(1)} pixels`] : [];
})"""

_ASKS = r"""() => [...document.querySelectorAll(".explorer")].flatMap((figure) => {
  const question = figure.querySelector(".explorer-question").textContent;
  return question.includes("?") ? [] : [`${figure.id} asks nothing: ${question}`];
})"""

_TARGETS = r"""() => [...document.querySelectorAll(
  ".explorer :is(input, select, button), .explorer-link")].flatMap((target) => {
  const { width, height } = target.getBoundingClientRect();
  return Math.min(width, height) < 24 ? [`${width} × ${height}: ${target.outerHTML}`] : [];
})"""

# A text of a figure is a group of letters; a formula may have groups within.
_FRAMES = r"""(pictures) => pictures.map((picture) => {
  document.body.innerHTML = picture;
  const room = document.querySelector("svg").getBoundingClientRect(), texts = new Map(), found = [];
  for (const letter of document.querySelectorAll("use[*|href^='#DejaVu']")) {
    let text = letter.parentElement;
    while (text.parentElement.localName === "g" && !text.hasAttribute("style"))
      text = text.parentElement;
    texts.set(text, [...(texts.get(text) ?? []), letter.getBoundingClientRect()]);
  }
  if (!texts.size) found.push("neither words nor numbers");
  const boxes = [...texts.values()].map((letters) => ({
    left: Math.min(...letters.map((box) => box.left)),
    right: Math.max(...letters.map((box) => box.right)),
    top: Math.min(...letters.map((box) => box.top)),
    bottom: Math.max(...letters.map((box) => box.bottom)),
  }));
  boxes.forEach((one, index) => {
    if (one.left < room.left || one.right > room.right ||
        one.top < room.top || one.bottom > room.bottom) found.push("a text leaves the picture");
    for (const other of boxes.slice(0, index)) {
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 1 && down > 1) found.push("two texts overlap");
    }
  });
  return found;
})"""

# Formulas keep their place, but not their thousands of parts, which are hidden from screen readers
# anyway; the first twenty keep the MathML that screen readers get. All buttons that copy are alike.
# Words of code keep their colour only where it is one of the first three of its kind.
_THIN = r"""() => {
  const formulas = [...document.querySelectorAll("mjx-math:not(:empty)")].map(
    (formula) => [formula, formula.getBoundingClientRect()]);
  for (const [formula, { width, height }] of formulas) {
    formula.replaceChildren();
    formula.style.cssText = `display: inline-block; width: ${width}px; height: ${height}px`;
  }
  for (const [same, count] of [["mjx-assistive-mml", 20], [".copybtn", 3]])
    [...document.querySelectorAll(same)].slice(count).forEach((part) => part.remove());
  const seen = new Map();
  for (const word of document.querySelectorAll(":is(pre, .sig, code) span:not([id])")) {
    if (word.children.length) continue;
    const place = word.closest("[class*=cell], dt, dd, section");
    const kind = [word.className, word.parentElement.className, place?.className].join();
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    if (seen.get(kind) > 3) word.replaceWith(word.textContent);
  }
  document.body.normalize();
}"""

_AXE = r"""async (again) => {
  const late = (box) => box.scrollWidth > box.clientWidth && box.tabIndex < 0;
  for (let time = 0; time < 1000; time += 50) { // the theme makes them reachable, late
    if (![...document.querySelectorAll("pre, .output")].some(late)) break;
    await new Promise((go) => setTimeout(go, 50));
  }
  const numbers = new Map([["", 0]]), known = new Map(), seen = new Map();
  const number = (look) => numbers.get(look) ?? numbers.set(look, numbers.size).get(look);
  const ground = (element) => { // the same number where all that lies beneath is painted the same
    if (!element) return 0;
    if (known.has(element)) return known.get(element);
    const s = getComputedStyle(element);
    const paint = [s.backgroundColor, s.backgroundImage, s.opacity, s.filter, s.position].join();
    const plain = /^rgba\(0, 0, 0, 0\),none,1,none,(static|relative)$/.test(paint);
    const below = ground(element.parentElement);
    known.set(element, plain ? below : number(`${below} ${paint}`));
    return known.get(element);
  };
  const drawn = { opacityProperty: true, visibilityProperty: true };
  const look = (element) => {
    const s = getComputedStyle(element), line = [s.textDecorationLine, s.borderBottomStyle];
    const letters = [s.color, s.fontSize, s.fontWeight, s.fontStyle, s.textShadow, ...line];
    const shown = element.checkVisibility(drawn) && element.getBoundingClientRect().width > 0;
    return [shown, ground(element), ...letters].join();
  };
  const fields = "input, select, textarea, button", { dataset } = document.documentElement;
  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
  const elements = [...document.querySelectorAll(`body :not(${fields})`)], theme = dataset.theme;
  const texts = elements.filter((element) => [...element.childNodes].some(isText));
  const looks = ["light", "dark"].map((mode) => { // what is alike in one may differ in the other
    dataset.theme = mode;
    known.clear();
    return texts.map(look);
  });
  dataset.theme = theme;
  for (const element of elements) element.toggleAttribute("data-seen", true);
  texts.forEach((element, index) => {
    const both = looks.map((mode) => mode[index]).join();
    seen.set(both, (seen.get(both) ?? 0) + 1);
    element.toggleAttribute("data-seen", seen.get(both) > 3);
  });
  const prune = () => { // of the article, what is looked at stays, and what lies beneath it
    const kept = new Set();
    for (const element of document.querySelectorAll("article :not([data-seen])"))
      for (let part = element; part; part = part.parentElement) kept.add(part);
    for (const element of document.querySelectorAll("article *"))
      if (!kept.has(element)) element.remove();
  };
  axe.configure({ rules: [{ id: "color-contrast", selector: ":not([data-seen])" }] });
  const run = async (where, options) => (await axe.run(
    where, { preload: false, resultTypes: ["violations"], ...options })).violations;
  const ofPlaces = ["color-contrast", "link-in-text-block", "target-size"];
  const off = Object.fromEntries(ofPlaces.map((rule) => [rule, { enabled: false }]));
  if (again) prune();
  const violations = await run(again ? { exclude: ["article"] } : document, { rules: off });
  prune(); // these rules want a map of all that is on the page
  violations.push(...await run(document, { runOnly: ofPlaces }));
  return violations.flatMap(
    ({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}"""


def show(page: Any, *, width: int, theme: str = "light") -> None:
    """Set width and colours, and unfold everything."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(
        """(theme) => {
          document.documentElement.dataset.theme = theme;
          for (const fold of document.querySelectorAll("details")) fold.open = true;
        }""",
        theme,
    )


def maths(page: Any) -> list[str]:
    """Every formula is typeset, and none shows an error."""
    return page.evaluate(_MATHS)


def images(page: Any) -> list[str]:
    """Every image loads and has an alt text that says something."""
    return page.evaluate(_IMAGES)


def overflow(page: Any) -> list[str]:
    """The page does not scroll sideways."""
    return page.evaluate(_OVERFLOW)


def foreign(page: Any) -> list[str]:
    """Nothing that the page loads, or prepares to load, is on another machine."""
    return page.evaluate(_FOREIGN)


def letters(page: Any, path: Path) -> list[str]:
    """The letters in every frame of the page made from this file are at least 9 pixels high."""
    smallest = {explorer.name: explorer.smallest for explorer in pageexplorers.read(path)}
    return page.evaluate(_LETTERS, smallest)


def questions(page: Any) -> list[str]:
    """Below every explorer stands a question."""
    return page.evaluate(_ASKS)


def targets(page: Any) -> list[str]:
    """What a finger aims at in an explorer is at least 24 pixels wide and high (WCAG 2.5.8)."""
    return page.evaluate(_TARGETS)


def frames(page: Any, pictures: list[str]) -> list[list[str]]:
    """No text of any picture (SVG) is cut off or lies on another; ``page`` is spoilt afterwards."""
    return page.evaluate(_FRAMES, pictures)


def accessibility(page: Any, *, again: bool = False) -> list[str]:
    """Run axe-core's rules; for other checks the page is spoilt afterwards.

    Another theme changes nothing in the article but colours, and another width what is around it:
    ``again``, the article is asked for colours and the size of targets only, the rest for all.

    What is drawn the same many times is compared with its ground a few times: else the contrast of
    thousands of words of code, each in one of a dozen colours, would take most of a minute.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate("(script) => Function(script)()", AXE_SCRIPT)
    page.evaluate(_THIN)
    return [text for text in page.evaluate(_AXE, again) if text not in ACCEPTED_VIOLATIONS]
