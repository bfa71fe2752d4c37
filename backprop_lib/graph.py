"""A formula as a graph of gates. Each gate knows its value and its own derivatives and nothing of
the whole; one walk from the end to the start turns that into the gradient at every node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from .gates import alike, evaluate, is_finite, number


def _operator(operation: str) -> tuple[Callable[[Node, Any], Node], ...]:
    """The two methods of an operator: with the node on its left, and with the node on its right."""
    return lambda x, y: _gate(operation, x, y), lambda x, y: _gate(operation, y, x)


@dataclass(frozen=True, eq=False)
class Node:
    """One number of a computation, and how it came about; it never changes.

    Nodes come from ``variables`` and from ``+ - * / **`` and the functions of this module, where
    the other operand may be a number. Two nodes are equal only if they are the same node.

    Parameters
    ----------
    value : float or SymPy expression
    operation : str
        A key of ``gates.RULES``, or "input", or "constant".
    parents : tuple of Node
        The arguments of the operation.
    local : tuple
        ``local[k]`` = ∂value/∂parents[k]; None for a constant, which does not vary.
    name : str
        Empty for most.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> x, y = bp.variables(x=-2.0, y=5.0)
    >>> product = x * y
    >>> product.value, product.local
    (-10.0, (5.0, -2.0))
    """

    value: Any
    operation: str
    parents: tuple[Node, ...] = ()
    local: tuple[Any, ...] = ()
    name: str = ""

    __array_ufunc__ = None  # so that NumPy's numbers leave the arithmetic to Node

    def named(self, name: str) -> Node:
        """Return a copy with a name, to be used in place of the original."""
        if not isinstance(name, str):
            raise TypeError(f"name must be a text, got {type(name).__name__} {name!r}.")
        return replace(self, name=name)

    def __repr__(self) -> str:
        return f"<{' '.join(filter(None, [self.name, self.operation]))}: {self.value}>"

    __add__, __radd__ = _operator("+")
    __sub__, __rsub__ = _operator("-")
    __mul__, __rmul__ = _operator("*")
    __truediv__, __rtruediv__ = _operator("/")
    __pow__, __rpow__ = _operator("**")

    def __neg__(self) -> Node:
        return _gate("negative", self)


def variables(**values: Any) -> tuple[Node, ...]:
    """Make the inputs of a computation.

    Parameters
    ----------
    **values : float or SymPy expression
        The value of each variable under its name.

    Returns
    -------
    tuple of Node
        In the order given; for a single one write ``(x,) = variables(x=2.0)``.

    Raises
    ------
    TypeError, ValueError
        If there is none, or a value is no finite real number.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> x, y, z = bp.variables(x=-2.0, y=5.0, z=-4.0)
    >>> (x + y) * z
    <*: -12.0>
    """
    if not values:
        raise ValueError("variables needs at least one; write x, y = variables(x=2.0, y=5.0).")
    return tuple(Node(number(name, value), "input", name=name) for name, value in values.items())


def exp(x: Any) -> Node:
    """Return the node e^x."""
    return _gate("exp", x)


def log(x: Any) -> Node:
    """Return the node log x, the natural logarithm."""
    return _gate("log", x)


def tanh(x: Any) -> Node:
    """Return the node tanh x."""
    return _gate("tanh", x)


def sigmoid(x: Any) -> Node:
    """Return the node 1/(1 + e^(−x)) as a single gate."""
    return _gate("sigmoid", x)


def relu(x: Any) -> Node:
    """Return the node max(x, 0); its derivative at 0 is 0."""
    return _gate("relu", x)


def maximum(x: Any, y: Any) -> Node:
    """Return the node max(x, y); at a tie all of the gradient goes to x, the first."""
    return _gate("maximum", x, y)


class Message(NamedTuple):
    """What one wire carries: ``product`` = ``upstream`` × ``local``.

    ``local`` is ∂node/∂parent and ``upstream`` what the sender holds: in the reverse sweep ``node``
    sends to ``parent``, in the forward sweep ``parent`` sends to ``node``.
    """

    node: Node
    parent: Node
    upstream: Any
    local: Any
    product: Any


@dataclass(frozen=True, eq=False)
class Sweep:
    """What one sweep finds: ``sweep[node]``, which is 0 for a node that it does not reach.

    Parameters
    ----------
    start : Node
        Where the sweep began.
    table : mapping of Node to number
        The derivative at every node reached.
    messages : tuple of Message
        In the order in which they were sent.
    """

    start: Node
    table: Mapping[Node, Any]
    messages: tuple[Message, ...]

    @property
    def operations(self) -> int:
        """How many multiplications (one a message) and additions (where a second one arrives)."""
        return 2 * len(self.messages) - (len(self.table) - 1)

    def __getitem__(self, node: Node) -> Any:
        _check_node("The index", node, among=self.table)
        return self.table.get(node, alike(self.start.value, 0.0)[1])

    def __repr__(self) -> str:
        named = sorted(f"{node.name}: {value}" for node, value in self.table.items() if node.name)
        return f"<sweep from {self.start!r} {{{', '.join(named)}}}>"


def backpropagate(f: Node, upstream: Any = 1.0) -> Sweep:
    r"""Find ∂f/∂(node) for all nodes in one sweep from f back to the inputs.

    .. math:: \frac{\partial f}{\partial p} = \sum_{c\,:\,p \in \mathrm{parents}(c)}
              \frac{\partial f}{\partial c}\,\frac{\partial c}{\partial p}

    A node sends only when every node that uses it has sent: its own sum must be complete first.

    Parameters
    ----------
    f : Node
    upstream : float or SymPy expression
        ∂J/∂f, if f is a part of something larger.

    Returns
    -------
    Sweep
        ``grads[node]`` = upstream · ∂f/∂node. Nothing is written to the nodes.

    Raises
    ------
    TypeError, ValueError
        If f is no node, two nodes have the same name, or a gradient overflows.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> x, y, z = bp.variables(x=-2.0, y=5.0, z=-4.0)
    >>> grads = bp.backpropagate((x + y) * z)
    >>> grads[x], grads[y], grads[z]
    (-4.0, -4.0, 3.0)
    """
    nodes = topological_order(f)
    table, messages = {f: alike(f.value, number("upstream", upstream))[1]}, []
    for node in reversed(nodes):
        for parent, local in _wires(node):
            messages.append(Message(node, parent, table[node], local, table[node] * local))
            _add(messages[-1], table, receiver=parent)
    return Sweep(f, table, tuple(messages))


def tangent(f: Node, x: Node) -> Sweep:
    r"""Find ∂(node)/∂x for all nodes in one sweep from the inputs forward to f.

    .. math:: \frac{\partial c}{\partial x} = \sum_{p \in \mathrm{parents}(c)}
              \frac{\partial c}{\partial p}\,\frac{\partial p}{\partial x}

    The local derivatives are those of ``backpropagate``, but every input needs its own sweep.

    Parameters
    ----------
    f, x : Node

    Returns
    -------
    Sweep
        ``tangents[node]`` = ∂node/∂x; ``tangents[f]`` is the derivative of f.

    Raises
    ------
    TypeError, ValueError
        If f or x is no node, two nodes have the same name, or a derivative overflows.

    Examples
    --------
    >>> from backprop_lib import graph
    >>> x, y = graph.variables(x=3.0, y=5.0)
    >>> f = x * y + x
    >>> graph.tangent(f, x)[f]
    6.0
    """
    nodes = topological_order(f)
    _check_node("x", x, among=nodes)
    table, messages = {x: alike(f.value, 1.0)[1]}, []
    for node in nodes:
        for parent, local in _wires(node):
            if parent in table:
                messages.append(Message(node, parent, table[parent], local, table[parent] * local))
                _add(messages[-1], table, receiver=node)
    return Sweep(x, table, tuple(messages))


def topological_order(f: Node) -> list[Node]:
    """Return all nodes that f is made of, each after its parents, or raise if two share a name."""
    _check_node("f", f)
    order: dict[Node, None] = {}
    stack = [f]  # not recursion, which fails on a chain of a thousand nodes
    while stack:
        node = stack[-1]
        missing = [parent for parent in reversed(node.parents) if parent not in order]
        stack += missing
        if not missing:
            order[stack.pop()] = None
    names = Counter(node.name for node in order if node.name)
    if len(names) < names.total():
        raise ValueError(
            f"Two nodes of the formula have the name {max(names, key=names.__getitem__)}; rename "
            f"one, or build the whole formula again if you made a variable anew."
        )
    return list(order)


def _gate(operation: str, *arguments: Any) -> Node:
    parents = tuple(
        argument
        if isinstance(argument, Node)
        else Node(number(f"The operand of {operation}", argument), "constant")
        for argument in arguments
    )
    constant = [parent.operation == "constant" for parent in parents]
    value, local = evaluate(operation, [parent.value for parent in parents], constant)
    return Node(value, operation, parents, local)


def _wires(node: Node) -> list[tuple[Node, Any]]:
    pairs = zip(node.parents, node.local, strict=True)
    return [(parent, local) for parent, local in pairs if local is not None]


def _add(message: Message, table: dict[Node, Any], receiver: Node) -> None:
    total = table[receiver] + message.product if receiver in table else message.product
    if not is_finite(total):
        raise ValueError(
            f"The derivative at {receiver!r} overflows: it receives {message.upstream} × "
            f"{message.local}; make the inputs smaller."
        )
    table[receiver] = total


def _check_node(name: str, node: Any, among: Collection[Node] = ()) -> None:
    if not isinstance(node, Node):
        raise TypeError(
            f"{name} must be a node, got {type(node).__name__} {node!r}; a single variable is "
            f"unpacked by (x,) = variables(x=2.0)."
        )
    if node.name and node not in among and node.name in {other.name for other in among}:
        raise ValueError(
            f"This {node.name} is not the {node.name} of the formula but a new node of that name; "
            f"build the formula again from it."
        )
