"""A Sphinx extension: the rooms of the library, drawn from its import statements.

`{rooms}` draws a module or package as a room and an import as an arrow that points down;
`{room-stories}` lists what the modules say of themselves. Nothing of it is kept by hand.
"""

import ast
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import networkx as nx
import website
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "backprop_lib"

# -- reading ---------------------------------------------------------------------------------------


@dataclass
class Imports:
    """What one file imports: rooms of the library, packages elsewhere, rooms for annotations."""

    inside: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)
    annotated: set[str] = field(default_factory=set)  # under `if TYPE_CHECKING`: it never runs


def room_of(path: Path, library: Path = LIBRARY) -> str:
    """The module, or the package as a whole, that a file belongs to."""
    return path.relative_to(library).parts[0].removesuffix(".py")


def imports(path: Path, library: Path = LIBRARY) -> Imports:
    """Read the import statements of a file, at any depth."""
    found, depth = Imports(), len(path.relative_to(library).parts)

    def read(node: ast.AST, inside: set[str]) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for line in node.body:
                read(line, found.annotated)
            return
        if isinstance(node, ast.Import):
            found.outside |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.outside.add(node.module.partition(".")[0])
        elif isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            inside |= {name.partition(".")[0] for name in names}
        for child in ast.iter_child_nodes(node):
            read(child, inside)

    read(ast.parse(path.read_text(encoding="utf-8")), found.inside)
    found.inside.discard(room_of(path, library))
    return found


def rooms(library: Path = LIBRARY) -> dict[str, set[str]]:
    """Every room with the rooms that its files import."""
    found: dict[str, set[str]] = {}
    for path in sorted(library.rglob("*.py")):
        if path != library / "__init__.py":
            found.setdefault(room_of(path, library), set()).update(imports(path, library).inside)
    return found


def story(room: str, library: Path = LIBRARY) -> str:
    """The sentences with which a room opens, as Markdown."""
    file = library / f"{room}.py"
    text = (file if file.exists() else library / room / "__init__.py").read_text(encoding="utf-8")
    opening = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]
    return " ".join(opening.split()).replace("``", "`")


# -- placing ---------------------------------------------------------------------------------------

HEIGHT, STOREY, GAP, THIN = (
    30,
    74,
    16,
    10,
)  # pixels: of a room, of a storey, between rooms, of a line


def storeys(arrows: nx.DiGraph) -> dict[str, int]:
    """Return a storey for every room, above all that it imports; the lowest is 0."""
    uses = {room: set(arrows[room]) for room in arrows}
    order = list(TopologicalSorter(uses).static_order())
    level: dict[str, int] = {}
    for room in order:
        level[room] = 1 + max((level[below] for below in uses[room]), default=-1)
    for room in reversed(order):  # up to where it is used, if that makes its arrows shorter
        above = list(arrows.predecessors(room))
        if len(above) > len(uses[room]):
            level[room] = min(level[user] for user in above) - 1
    return level


def place(uses: dict[str, set[str]]) -> tuple[dict, list[list], float]:
    """Return the middle of every room and bend, the arrows as paths through them, and the width.

    An arrow that crosses a storey gets a bend there, which takes its place in the row like a room.
    """
    arrows = nx.transitive_reduction(nx.DiGraph(uses))
    level = storeys(arrows)
    rows: list[list] = [[] for _ in range(max(level.values()) + 1)]
    for room in sorted(level):
        rows[level[room]].append(room)
    paths = []
    for user, used in sorted(arrows.edges):
        bends = [(user, used, row) for row in range(level[user] - 1, level[used], -1)]
        for bend in bends:
            rows[bend[2]].append(bend)
        paths.append([user, *bends, used])
    near: dict = {thing: ([], []) for row in rows for thing in row}  # what is above, what is below
    for above, below in (pair for path in paths for pair in pairwise(path)):
        near[above][1].append(below)
        near[below][0].append(above)
    _order(rows, near)
    x = _spread(rows, near)
    top = len(rows) - 1
    places = {thing: (x[thing], (top - r) * STOREY) for r, row in enumerate(rows) for thing in row}
    return places, paths, max(x[thing] + _width(thing) / 2 for thing in x)


def _width(thing: str | tuple) -> float:
    return 22 + 7.6 * len(thing) if isinstance(thing, str) else THIN


def _order(rows: list[list], near: dict) -> None:
    """Order each row by the middle of what it is tied to; keep the order with fewest crossings."""
    best = None
    for turn in range(24):
        at = {thing: (i + 0.5) / len(row) for row in rows for i, thing in enumerate(row)}
        side = turn % 2
        for row in rows if side else reversed(rows):
            row.sort(key=lambda thing: fmean([at[n] for n in near[thing][side]] or [at[thing]]))
            at |= {thing: (i + 0.5) / len(row) for i, thing in enumerate(row)}
        crossings = sum(_crossings(lower, near, at) for lower in rows)
        if best is None or crossings < best[0]:
            best = crossings, [list(row) for row in rows]
    rows[:] = best[1]


def _crossings(row: list, near: dict, at: dict) -> int:
    ends = [(at[thing], at[above]) for thing in row for above in near[thing][0]]
    return sum((a - c) * (b - d) < 0 for i, (a, b) in enumerate(ends) for c, d in ends[:i])


def _spread(rows: list[list], near: dict) -> dict:
    """Give every thing its x: as near to the middle of its neighbours as its row leaves room."""
    x: dict = {}
    for row in rows:
        edge = 0.0
        for thing in row:
            x[thing] = edge + _width(thing) / 2
            edge += _width(thing) + GAP
    for _ in range(300):
        for row in rows:
            wish = [
                fmean([x[n] for side in near[thing] for n in side] or [x[thing]]) for thing in row
            ]
            for thing, to in zip(row, wish, strict=True):
                x[thing] = to
            for _ in range(30):
                for left, right in pairwise(row):
                    short = (_width(left) + _width(right)) / 2 + GAP - (x[right] - x[left])
                    if short > 0:
                        x[left] -= short / 2
                        x[right] += short / 2
    edge = min(x[thing] - _width(thing) / 2 for thing in x)
    return {thing: at - edge for thing, at in x.items()}


# -- drawing ---------------------------------------------------------------------------------------

STYLE = """
.rooms-view { margin: 2rem 0; overflow-x: auto; }
.rooms { width: 100%; min-width: 40rem; height: auto; font: 13px var(--book-font-interface); }
.rooms rect { fill: var(--pst-color-surface); stroke: var(--book-line); }
.bd-article .rooms a:not(.headerlink) { text-decoration: none; }
.rooms a:is(:hover, :focus) rect { stroke: var(--pst-color-link); stroke-width: 2; }
.rooms text { fill: var(--pst-color-text-base); text-anchor: middle; dominant-baseline: central; }
.rooms path { fill: none; stroke: var(--pst-color-text-muted); }
.rooms marker path { fill: var(--pst-color-text-muted); stroke: none; }
"""


def drawing(uses: dict[str, set[str]]) -> str:
    """Return the rooms and arrows as SVG; a room under the pointer leaves only its own arrows."""
    places, paths, width = place(uses)
    height = max(y for _, y in places.values()) + HEIGHT
    style, drawn = STYLE, []
    for path in paths:
        line, last = f"M{_point(places[path[0]], HEIGHT)}", path[-1]
        for above, below in pairwise(path):
            (x, y), (to_x, to_y) = places[above], places[below]
            half = (y + HEIGHT + to_y) / 2
            line += f"C{x:.0f} {half:.0f} {to_x:.0f} {half:.0f} {_point(places[below])}"
            line += f"v{HEIGHT}" if below != last else ""
        drawn.append(f'<path class="of-{path[0]} of-{last}" d="{line}" marker-end="url(#tip)"/>')
    for room in uses:
        (x, y), wide = places[room], _width(room)
        others = f".rooms:has(.room-{room}:is(:hover, :focus)) > path:not(.of-{room})"
        style += f"{others} {{ opacity: 0.1; }}\n"
        drawn.append(
            f'<a class="room-{room}" href="#room-{room}"><rect x="{x - wide / 2:.0f}" y="{y:.0f}" '
            f'width="{wide:.0f}" height="{HEIGHT}" rx="4"/>'
            f'<text x="{x:.0f}" y="{y + HEIGHT / 2:.0f}">{room}</text></a>'
        )
    tip = 'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"'
    return (
        f'<style>{style}</style><div class="rooms-view"><svg class="rooms" '
        f'viewBox="-2 -2 {width + 4:.0f} {height + 4:.0f}">'
        f'<defs><marker id="tip" {tip}><path d="M0 0 8 4 0 8z"/></marker></defs>'
        f"{''.join(drawn)}</svg></div>"
    )


def _point(place: tuple[float, float], down: float = 0) -> str:
    return f"{place[0]:.0f} {place[1] + down:.0f}"


# -- the page --------------------------------------------------------------------------------------


class Rooms(SphinxDirective):
    """The picture; where there is no HTML, the list of rooms stands alone."""

    def run(self) -> list[nodes.Node]:
        """Called by docutils."""
        depend_on_library(self)
        return [nodes.raw("", drawing(rooms()), format="html")]


class RoomStories(SphinxDirective):
    """The list of rooms, from the ground up, each with its story and a link to its source."""

    def run(self) -> list[nodes.Node]:
        """Called by docutils."""
        depend_on_library(self)
        uses = rooms()
        level = storeys(nx.transitive_reduction(nx.DiGraph(uses)))
        text = ""
        for room in sorted(uses, key=lambda room: (level[room], room)):
            path = room if (LIBRARY / room).is_dir() else f"{room}.py"
            source = f"{website.repository()}/tree/{website.BRANCH}/{LIBRARY.name}/{path}"
            text += f"(room-{room})=\n**[{room}]({source})**: {story(room)}\n\n"
        return self.parse_text_to_nodes(text)


def depend_on_library(directive: SphinxDirective) -> None:
    """Let the page be read again when a file of the library changes."""
    for path in LIBRARY.rglob("*.py"):
        directive.env.note_dependency(str(path))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("rooms", Rooms)
    app.add_directive("room-stories", RoomStories)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
