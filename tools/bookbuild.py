"""A Sphinx extension: notebooks run before the pages are made; they are light, and no page asks
another machine.

It is loaded from _config.yml, so that a plain `jupyter-book build .` does the same as `make book`.
"""

import importlib.util
import os
import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import notebooks
from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

MATHJAX_PACKAGE = "sphinx-mathjax-offline"
# The whole package is 24 MB; these parts are all that a page can ask for.
MATHJAX_PARTS = ("tex-chtml.js", "output/chtml/fonts/woff-v2", "input/tex/extensions")
# What theme and MathJax bring and no page asks for: maps of sources, translations, fonts for
# browsers that are gone, a second copy of the extensions.
UNASKED = (
    "_static/**/*.map",
    "_static/locales/*",
    "_static/vendor/fontawesome/webfonts/*.ttf",
    "_static/mathjax/input/tex/extensions/all-packages.js",
)
_ICON = re.compile(
    r'(?<=[{,])(?:"([\w-]+)"|(\w+)):\[\d+,\d+,\[([^\]]*)\],"[0-9a-f]+",(?:"[^"]*"|\[[^\]]*\])\],?'
)
_INITIAL = re.compile(r"^(\s*[A-Z])\.(?= )")
_NOTEBOOK_LINK = re.compile(
    r'<a href="(?P<notebook>[\w./-]+)\.ipynb#?(?P<heading>[^"]*)">(?P<text>.*?)</a>'
)


def set_cache(app: Sphinx, config: Config) -> None:
    """Read outputs from the cache of this very library; a new key makes Sphinx read all pages."""
    config.nb_execution_mode = "cache"
    config.nb_execution_cache_path = str(notebooks.cache_folder())
    os.environ["BACKPROP_BOOK"] = "1"


def fill_cache(app: Sphinx) -> None:
    """Run what is missing; a failing cell ends the build here, without a traceback of Sphinx."""
    try:
        notebooks.fill_cache()
    except notebooks.CellFailed as failure:
        raise SystemExit(f"\n{failure}\n") from None


def rewrite_all(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """When a title changes, write all pages anew: each shows the titles of the others."""

    def titles() -> dict[str, str]:
        return {name: title.astext() for name, title in env.titles.items()}

    before = titles()
    app.connect("env-updated", lambda *_: sorted(env.found_docs) if titles() != before else [])


def repair_roles(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Give the bibliography the roles of a list: those that docutils writes are deprecated."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def lead_to_pages(app: Sphinx, document: nodes.document, page: str) -> None:
    """Let links in the HTML of an output, which lead to notebooks and headings, lead to pages.

    Sphinx sees to the links in the text only. What is no page of this book becomes plain text.
    """

    def link(match: re.Match[str]) -> str:
        target = str(Path(page).parent / match["notebook"])
        if target not in app.env.found_docs:
            return match["text"]
        heading = nodes.make_id(unquote(unescape(match["heading"])))
        address = app.builder.get_relative_uri(page, target) + (heading and f"#{heading}")
        return f'<a href="{address}">{match["text"]}</a>'

    for raw in document.findall(nodes.raw):
        if raw["format"] == "html" and ".ipynb" in raw.astext():
            raw.children = [nodes.Text(_NOTEBOOK_LINK.sub(link, raw.astext()))]


def keep_letters(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Let |x| be an absolute value, and an initial that begins a line no number of a list."""
    in_example = False
    for number, line in enumerate(lines):
        in_example = bool(line.strip()) and (in_example or line.lstrip().startswith(">>>"))
        if not in_example:
            parts = line.split("``")
            parts[::2] = [part.replace("|", "\\|") for part in parts[::2]]
            lines[number] = _INITIAL.sub(r"\1\\.", "``".join(parts))


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Put the script and the fonts of MathJax beside the pages."""
    package = importlib.util.find_spec(MATHJAX_PACKAGE)
    if package is None or package.origin is None:
        raise ModuleNotFoundError(f"{MATHJAX_PACKAGE} is not installed; run `make book`")
    source = Path(package.origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    if exception or target.exists():
        return
    for part in MATHJAX_PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part)
        else:
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / part, target / part)


def shrink_pictures(app: Sphinx, exception: Exception | None) -> None:
    """Give every drawn figure a palette of its own: no eye sees it, and a page weighs half."""
    if exception is None and app.builder.format == "html":
        for path in Path(app.outdir, "_images").glob("*.png"):
            with Image.open(path) as picture:
                if picture.mode != "P":
                    picture.convert("RGB").quantize(256).save(path, optimize=True)


def remove_left_over(app: Sphinx, exception: Exception | None) -> None:
    """Remove what an earlier build left: pictures that no page shows, pages out of _toc.yml."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    shown = {name for _, name in app.env.images.values()}
    left = [path for path in out.glob("_images/*.png") if path.name not in shown]
    for root, pattern in ((out, "book/**/*.html"), (out / "_sources", "**/*.*")):
        for path in root.glob(pattern):
            if path.relative_to(root).with_suffix("").as_posix() not in app.env.found_docs:
                left.append(path)
    for path in left:
        path.unlink()


def lighten(app: Sphinx, exception: Exception | None) -> None:
    """Leave out what no page asks for: files, and most of the icons."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for path in [path for pattern in UNASKED for path in out.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    scripts = out / "_static" / "scripts"
    askers = [*out.rglob("*.html"), *scripts.glob("*theme.js")]
    text = "\n".join(page.read_text("utf-8") for page in askers)
    used = set(re.findall(r"\bfa-([a-z0-9-]+)", text))

    def keep(icon: re.Match[str]) -> str:
        names = {icon[1] or icon[2], *re.findall(r'"([\w-]+)"', icon[3])}
        return icon[0] if names & used else ""

    icons = scripts / "fontawesome.js"
    icons.write_text(_ICON.sub(keep, icons.read_text("utf-8")), "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the steps to the events of a build."""
    app.connect("config-inited", set_cache)
    app.connect("builder-inited", fill_cache)
    app.connect("env-before-read-docs", rewrite_all)
    app.connect("autodoc-process-docstring", keep_letters, priority=900)  # after napoleon
    app.connect("doctree-resolved", lead_to_pages)
    app.connect("html-page-context", repair_roles)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", remove_left_over)
    app.connect("build-finished", shrink_pictures)
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
