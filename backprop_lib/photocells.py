"""What the Mark I saw: letters on 20 × 20 photocells, wired at random to units that only add up.
All letters light 36 cells, so that brightness alone tells nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array, as_array, require_count, require_generator, require_number, require_shape

SIDE = 20  # 20 × 20 = 400 photocells

_DRAWN = {
    "T": ("#####", "..#..", "..#..", "..#..", "..#.."),
    "L": ("#....", "#....", "#....", "#....", "#####"),
    "X": ("#...#", ".#.#.", "..#..", ".#.#.", "#...#"),
    "+": ("..#..", "..#..", "#####", "..#..", "..#.."),
}


def letter(name: str) -> Array:
    """Return a letter in the middle of the field, every stroke two cells wide.

    Parameters
    ----------
    name : {"T", "L", "X", "+"}

    Returns
    -------
    ndarray, shape (20, 20)
        1 where a cell is lit, else 0.

    Raises
    ------
    ValueError
        If there is no such letter.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> int(bp.photocells.letter("T").sum())
    36
    """
    if not isinstance(name, str) or name not in _DRAWN:
        raise ValueError(f"name must be one of the letters {', '.join(_DRAWN)}, got {name!r}.")
    strokes = np.array([[cell == "#" for cell in line] for line in _DRAWN[name]], dtype=float)
    small = np.kron(strokes, np.ones((2, 2)))
    return np.pad(small, (SIDE - len(small)) // 2)


def images(
    n: int,
    rng: np.random.Generator,
    letters: tuple[str, str] = ("T", "L"),
    shift: int = 0,
    noise: float = 0.02,
) -> tuple[Array, Array]:
    """Return images of two letters, moved about and misread here and there.

    Parameters
    ----------
    n : int
        Images, half of them of either letter, in random order.
    rng : numpy.random.Generator
    letters : pair of {"T", "L", "X", "+"}
        The first has the target 1, the second −1.
    shift : int
        Up to how many cells a letter is moved in either direction, 0 to 10. What leaves the field
        on one side comes back on the other.
    noise : float
        The probability that a cell is misread, 0 to ½.

    Returns
    -------
    X : ndarray, shape (n, 400)
        Row by row of the field, 0 and 1.
    Y : ndarray, shape (n, 1)
        1 or −1.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its range, or rng is no Generator.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> X, Y = bp.photocells.images(60, np.random.default_rng(0))
    >>> X.shape, bp.perceptron.learn(X, Y).converged
    ((60, 400), True)
    """
    require_count("n", n)
    require_generator(rng)
    if not 0 <= require_number("shift", shift) <= SIDE // 2 or shift != int(shift):
        raise ValueError(f"shift must be a whole number from 0 to {SIDE // 2}, got {shift}.")
    if not 0 <= require_number("noise", noise) <= 0.5:
        raise ValueError(f"noise must lie between 0 and 0.5, got {noise}; it is a probability.")
    fields = _pair(letters)
    which = rng.permutation(n) % 2
    moves = rng.integers(-int(shift), int(shift) + 1, (n, 2))
    seen = [np.roll(fields[k], move, axis=(0, 1)) for k, move in zip(which, moves, strict=True)]
    misread = rng.random((n, SIDE, SIDE)) < noise
    X = np.abs(np.stack(seen) - misread)  # a misread cell turns 0 into 1 and 1 into 0
    return X.reshape(n, -1), 1.0 - 2 * which[:, None]


def everywhere(letters: tuple[str, str] = ("T", "L")) -> tuple[Array, Array]:
    """Return both letters at all 400 places of the field: no single unit can tell them apart.

    Over all places every cell is lit equally often, 36 times, by either letter. So Σ (w·x + b) is
    the same for both, and cannot be positive for one and negative for the other. That every letter
    lights 36 cells is all that the proof needs.

    Parameters
    ----------
    letters : pair of {"T", "L", "X", "+"}
        As for ``images``.

    Returns
    -------
    X : ndarray, shape (800, 400)
    Y : ndarray, shape (800, 1)
        1 or −1.

    Raises
    ------
    ValueError
        If there is no such letter.

    References
    ----------
    M. Minsky and S. Papert, Perceptrons (1969), section 2.3: the group invariance theorem.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> X, Y = bp.photocells.everywhere()
    >>> bool((X[Y[:, 0] == 1].sum(axis=0) == X[Y[:, 0] == -1].sum(axis=0)).all())
    True
    """
    places = np.indices((SIDE, SIDE)).reshape(2, -1).T
    X = [np.roll(field, place, axis=(0, 1)).ravel() for field in _pair(letters) for place in places]
    return np.stack(X), np.repeat([[1.0], [-1.0]], len(places), axis=0)


@dataclass(frozen=True, eq=False)
class AssociationUnits:
    r"""The fixed layer of the Mark I: units that add up the cells they happen to be wired to.

    .. math:: a_j = 1 \text{ if } \sum_i x_i c_{ij} \ge \theta, \text{ else } 0,
              \qquad c_{ij} \in \{-1, 0, 1\}

    Parameters
    ----------
    wiring : ndarray, shape (400, m)
        c: 1 excites, −1 inhibits, 0 is no wire.
    threshold : float
        θ.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> rng = np.random.default_rng(0)
    >>> units = bp.photocells.wire(rng)
    >>> X, Y = bp.photocells.images(60, rng, shift=2)
    >>> units(X).shape
    (60, 512)
    """

    wiring: Array
    threshold: float

    def __call__(self, X: ArrayLike) -> Array:
        """Return the responses (n, m), 0 or 1, to X (n, 400)."""
        X = as_array("X", X)
        require_shape("X", X, ("n", len(self.wiring)), "give X one row an image.")
        return np.asarray(X @ self.wiring >= self.threshold, dtype=X.dtype)

    def __repr__(self) -> str:
        cells, units = self.wiring.shape
        return f"<{units} association units on {cells} photocells, threshold {self.threshold:g}>"


def wire(
    rng: np.random.Generator,
    units: int = 512,
    excitatory: int = 10,
    inhibitory: int = 10,
    threshold: float = 1.0,
) -> AssociationUnits:
    """Wire association units to photocells at random, as the plugboard of the Mark I did.

    Parameters
    ----------
    rng : numpy.random.Generator
    units : int
        m; the Mark I had 512.
    excitatory, inhibitory : int
        Cells that excite a unit and cells that inhibit it, all different.
    threshold : float
        What the sum must reach for a unit to fire.

    Returns
    -------
    AssociationUnits

    Raises
    ------
    TypeError, ValueError
        If a count is not positive, or a unit would need more than 400 cells.

    References
    ----------
    J. C. Hay, B. E. Lynch and D. R. Smith, Mark I perceptron operators' manual, Cornell
    Aeronautical Laboratory, report VG-1196-G-5 (1960).
    """
    require_generator(rng)
    wires = require_count("excitatory", excitatory) + require_count("inhibitory", inhibitory)
    if wires > SIDE**2:
        raise ValueError(f"excitatory + inhibitory must be at most {SIDE**2} cells, got {wires}.")
    sign = np.concatenate([np.ones(excitatory), -np.ones(inhibitory), np.zeros(SIDE**2 - wires)])
    wiring = rng.permuted(np.tile(sign, (require_count("units", units), 1)), axis=1).T
    return AssociationUnits(wiring, require_number("threshold", threshold))


def _pair(letters: tuple[str, str]) -> list[Array]:
    known = tuple(_DRAWN)
    if not isinstance(letters, (tuple, list)) or [name in known for name in letters] != [True] * 2:
        raise ValueError(
            f'letters must be two of {", ".join(known)}, got {letters!r}; write ("T", "L").'
        )
    return [letter(name) for name in letters]
