"""The rules that a built page must keep, as functions from an open page to a list of complaints.

Each looks at the page as the browser shows it, after MathJax and the scripts of the page have run.
"""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

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


def show(page: Page, *, width: int, theme: str = "light") -> None:
    """Set width and colours, and unfold everything."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(
        """(theme) => {
          document.documentElement.dataset.theme = theme;
          for (const fold of document.querySelectorAll("details")) fold.open = true;
        }""",
        theme,
    )


def maths(page: Page) -> list[str]:
    """Every formula is typeset, and none shows an error."""
    return page.evaluate(_MATHS)


def images(page: Page) -> list[str]:
    """Every image loads and has an alt text that says something."""
    return page.evaluate(_IMAGES)


def overflow(page: Page) -> list[str]:
    """The page does not scroll sideways."""
    return page.evaluate(_OVERFLOW)


def foreign(page: Page) -> list[str]:
    """Nothing that the page loads, or prepares to load, is on another machine."""
    return page.evaluate(_FOREIGN)


def accessibility(page: Page) -> list[str]:
    """Run axe-core's rules, on the page as it is after it has settled."""
    page.wait_for_timeout(400)  # the theme waits before it makes what scrolls reachable by key
    # What MathJax draws is hidden from screen readers, who get its MathML; so we skip it too.
    where = {"exclude": [["mjx-math"]]}
    options = {"preload": False, "resultTypes": ["violations"]}
    response = Axe().run(page, context=where, options=options).response
    found = [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in response["violations"]
        for node in violation["nodes"]
    ]
    return [text for text in found if text not in ACCEPTED_VIOLATIONS]
