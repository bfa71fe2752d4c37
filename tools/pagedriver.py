"""Moves the explorers of an open page as a reader does, and compares every picture that it shows
with the frame that belongs there. Works with any page that has ``evaluate`` and ``keyboard``."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pageexplorers
from pageexplorers import PageControl, PageExplorer

SECONDS = 20

# Notes what an explorer shows whenever it shows something else.
_WATCH = """(name) => {
  const figure = document.getElementById("explorer-" + name), shown = [];
  const [img, sentence] = ["img", ".explorer-sentence"].map((part) => figure.querySelector(part));
  const note = () => shown.push([decodeURIComponent(img.src.slice(img.src.indexOf(",") + 1)),
    img.alt, sentence.textContent]);
  const watch = new MutationObserver(note);
  watch.observe(img, { attributes: true, attributeFilter: ["src"] });
  window.watched = { figure, img, shown, watch };
}"""
_SHOWN = """async ([count, seconds]) => {
  const { img, shown } = watched, until = performance.now() + 1000 * seconds;
  while (shown.length < count && performance.now() < until)
    await new Promise((go) => setTimeout(go, 10));
  if (shown.length) await img.decode();
  const digest = async (text) => { // a picture is long: its digest is enough to know it by
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  return Promise.all(shown.splice(0).map(
    async ([svg, ...texts]) => [await digest(svg), ...texts]));
}"""
_FORGET = "() => watched.watch.disconnect()"
_FOCUS = """(id) => {
  const control = document.getElementById(id);
  control.scrollIntoView({ block: "center", behavior: "instant" });
  control.focus({ preventScroll: true });
}"""
_SAYS = """(id) => {
  const control = document.getElementById(id);
  if (control.localName === "select") return control.selectedOptions[0].text;
  return [control.getAttribute("aria-valuetext"), control.nextElementSibling.textContent].join();
}"""
_BOX = """(selector) => {
  watched.figure.querySelector(selector).scrollIntoView({ block: "center", behavior: "instant" });
  const box = watched.figure.querySelector(selector).getBoundingClientRect();
  return [box.left, box.right, (box.top + box.bottom) / 2];
}"""
_SIDEWAYS = "() => [scrollX, visualViewport.offsetLeft, visualViewport.scale]"
_PRINTED = """(name) => {
  const figure = document.getElementById("explorer-" + name);
  const visible = (selector) => [...figure.querySelectorAll(selector)].filter(
    (part) => part.checkVisibility() && part.getBoundingClientRect().height > 0);
  return [
    visible("img").map(({ src }) => decodeURIComponent(src.slice(src.indexOf(",") + 1))),
    visible(".explorer-sentence").map((sentence) => sentence.textContent),
    visible("input, select, button, a, .explorer-still").map((part) => part.outerHTML),
  ];
}"""


class Driver:
    """One explorer of an open page, and where its controls stand."""

    def __init__(self, page: Any, explorer: PageExplorer) -> None:
        self.page, self.explorer = page, explorer
        self.places = {control.name: control.start for control in explorer.controls}
        self.complaints: list[str] = []

    def identity(self, control: PageControl) -> str:
        """Return the id of a control in its page."""
        return f"explorer-{self.explorer.name}-{control.name}"

    def shows(self, places: list[dict[str, int]], how: str, *, in_the_end: bool = False) -> None:
        """Compare what was shown since the last call with the frames of these places.

        Where ``in_the_end``, no matter what was shown on the way.
        """
        shown = self.page.evaluate(_SHOWN, [len(places), SECONDS])
        if in_the_end:
            shown = shown[-len(places) :]
        name = f"explorer {self.explorer.name}, {how}"
        if len(shown) != len(places):
            said = f"{name}: {len(places)} new frames were asked for, {len(shown)} were shown"
            self.complaints.append(said)
            return
        for (digest, alt, sentence), place in zip(shown, places, strict=True):
            svg, text = self.explorer.frame(**place)
            wrong = [("picture", digest != sha256(svg.encode()).hexdigest())]
            wrong.append(("alt text", alt != text))
            wrong.append(("sentence", sentence != text))
            for part, differs in wrong:
                if differs:
                    self.complaints.append(f"{name}: at {place} the {part} is not that of {text!r}")

    def by_keyboard(self) -> None:
        """Take every control through all its places."""
        for control, key in self._at_their_first_place():
            self._press(control, key, [*range(1, control.places)])

    def by_few_keys(self) -> None:
        """Take every control to its first, its second and its last place."""
        for control, key in self._at_their_first_place():
            self._press(control, key, [1])
            if control.places > 2:
                self._press(control, "End", [control.places - 1])

    def _at_their_first_place(self) -> Iterator[tuple[PageControl, str]]:
        """Yield every control, taken to its first place, and the key that takes it on."""
        for control in self.explorer.controls:
            self.page.evaluate(_FOCUS, self.identity(control))
            if self.places[control.name]:
                self._press(control, "Home", [0])
            yield control, "ArrowRight" if control.is_slider else "ArrowDown"

    def _press(self, control: PageControl, key: str, places: list[int]) -> None:
        # The first key press unpacks the frames; only then does every press show one.
        for part in (places[:1], places[1:]):
            for _ in part:
                self.page.keyboard.press(key)
            if part:
                self.shows([self.places | {control.name: place} for place in part], f"by {key}")
        self.places[control.name] = places[-1]
        said, text = self.page.evaluate(_SAYS, self.identity(control)), control.texts[places[-1]]
        if said != (f"{text},{text}" if control.is_slider else text):
            self.complaints.append(f"explorer {self.explorer.name}: {text!r} is read as {said!r}")

    def by_mouse(self) -> None:
        """Click both ends of every slider, and the button that goes back or on."""
        self._point(self.page.mouse.click, "clicked by mouse")

    def by_touch(self) -> None:
        """Tap the same, and draw every slider to its other end with the page held in its place."""
        self._point(self.page.touchscreen.tap, "tapped")
        session = self.page.context.new_cdp_session(self.page)
        for control in filter(lambda control: control.is_slider, self.explorer.controls):
            left, right, y = self.page.evaluate(_BOX, f"#{self.identity(control)}")
            place = 0 if self.places[control.name] else control.places - 1
            here, end = (right - 20, left) if place == 0 else (left + 20, right)
            fingers = [[{"x": here + k / 10 * (end - here), "y": y}] for k in range(11)]
            kinds = ["touchStart", *["touchMove"] * 10, "touchEnd"]
            for kind, points in zip(kinds, [*fingers, []], strict=True):
                session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            self.places[control.name] = place
            self.shows([dict(self.places)], f"{control.name} drawn by a finger", in_the_end=True)
            if self.page.evaluate(_SIDEWAYS) != [0, 0, 1]:
                name = self.explorer.name
                self.complaints.append(f"explorer {name}: a finger moves the page sideways")
        session.detach()

    def _point(self, press: Callable[[float, float], None], how: str) -> None:
        for control in self.explorer.controls:
            if control.is_slider:
                first_last = (0, control.places - 1)
                ends = first_last if self.places[control.name] else first_last[::-1]
                for place in ends:
                    left, right, y = self.page.evaluate(_BOX, f"#{self.identity(control)}")
                    press(right - 3 if place else left + 3, y)
                    self.places[control.name] = place
                    self.shows([dict(self.places)], f"{control.name} {how}")
        moved = next((c for c in self.explorer.controls if c.is_slider), self.explorer.controls[0])
        way = -1 if self.places[moved.name] else 1
        left, right, y = self.page.evaluate(_BOX, f"[data-move='{way}']")
        press((left + right) / 2, y)
        self.places[moved.name] += way
        self.shows([dict(self.places)], f"button {how}")


def drive(page: Any, path: Path, *hows: str) -> list[str]:
    """Move all explorers of the page made from this file; return what is wrong.

    Parameters
    ----------
    page : Page
        Open and untouched.
    path : Path
    *hows : {"by_keyboard", "by_few_keys", "by_mouse", "by_touch"}
    """
    complaints = []
    for explorer in pageexplorers.read(path):
        driver = Driver(page, explorer)
        page.evaluate(_WATCH, explorer.name)
        for how in hows:
            getattr(driver, how)()
        page.evaluate(_FORGET)
        complaints += driver.complaints
    return complaints


def printed(page: Any, path: Path) -> list[str]:
    """Compare what paper gets of each explorer with its first frame."""
    complaints, explorers = [], pageexplorers.read(path)
    if explorers:
        page.emulate_media(media="print")
    for explorer in explorers:
        svg, sentence = explorer.frame()
        pictures, sentences, dead = page.evaluate(_PRINTED, explorer.name)
        if (pictures, sentences) != ([svg], [sentence]):
            complaints.append(f"explorer {explorer.name}: paper gets no first frame: {sentences}")
        complaints += [f"explorer {explorer.name}: paper gets a dead {part[:80]}" for part in dead]
    if explorers:
        page.emulate_media(media="screen")
    return complaints
