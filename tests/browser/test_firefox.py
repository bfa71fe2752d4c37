"""The pages in a second browser: every page in Firefox, as wide as a phone. A few keys tell whether
Firefox unpacks and shows what is there; the first browser goes through all frames."""

import firefox
import notebooks
import pagechecks
import pagedriver
import pytest

PAGES = [str(page.relative_to(notebooks.ROOT).with_suffix(".html")) for page in notebooks.pages()]


@pytest.fixture(scope="module")
def page(missing):
    with firefox.launch() as page:
        if page is None:
            missing("No Firefox: no page was opened in it", "apt-get install firefox-esr")
        page.set_viewport_size({"width": 390, "height": 900})
        yield page


@pytest.mark.parametrize("name", [*PAGES, "search.html", "404.html"])
def test_page_works_in_firefox(page, built_book, name):
    path = built_book / name
    page.goto(path.as_uri())
    page.evaluate("window.MathJax?.startup.promise.then(() => true)")
    for check in (pagechecks.maths, pagechecks.images, pagechecks.overflow):
        assert check(page) == [], check.__name__
    assert pagechecks.letters(page, path) == []
    assert pagedriver.drive(page, path, "by_few_keys") == []
    assert page.faults() == []
    assert page.requests == []


BAD = """<!doctype html><title>Bad</title><script>console.error("planted")</script>
<script>nowhere()</script><img src="nowhere.png" alt="Nothing."><img src="{}" alt="Nothing.">"""


def test_planted_faults_are_seen_in_firefox(page, tmp_path):
    foreign = "http://127.0.0.1:49151/picture.png"
    path = tmp_path / "bad.html"
    path.write_text(BAD.format(foreign))
    page.goto(path.as_uri())
    told = "\n".join(page.faults())
    for fault in ("planted", "nowhere is not defined", "nowhere.png does not load", foreign):
        assert fault in told
    assert page.requests == [foreign]
    with pytest.raises(firefox.Failed, match="gone"):
        page.evaluate("() => { throw new Error('gone'); }")
    path.write_text("<!doctype html><title>Good</title>")
    page.goto(path.as_uri())
    assert page.faults() == page.requests == []
