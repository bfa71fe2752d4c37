"""What a student gets of a problem set: the source notebook without its answers.

nbgrader makes it, as its command `nbgrader generate_assignment --no-db` does: answers become stubs,
texts and checks are locked and carry a checksum.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def generate(source: Path) -> str:
    """Return the text of the notebook that nbgrader releases from a source notebook."""
    try:
        from nbgrader.converters import GenerateAssignment
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config
    except ModuleNotFoundError:
        sys.exit("nbgrader makes the releases: pip install -e '.[grade]'")
    with TemporaryDirectory() as folder:
        given = Path(folder, "source", source.stem, source.name)
        given.parent.mkdir(parents=True)
        shutil.copy(source, given)
        course = CourseDirectory(root=folder, assignment_id=source.stem)
        without_database = Config(
            GenerateAssignment={"no_database": True}, SaveCells={"enabled": False}
        )
        GenerateAssignment(coursedir=course, config=without_database).start()
        return Path(folder, "release", source.stem, source.name).read_text(encoding="utf-8")
