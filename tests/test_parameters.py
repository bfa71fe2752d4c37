from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_lib as bp
from backprop_lib import parameters

sizes_that_differ = st.lists(st.integers(1, 9), min_size=2, max_size=5, unique=True).map(tuple)


def network(*sizes):
    return bp.Network(sizes, (bp.tanh,) * (len(sizes) - 1))


def test_theta_holds_each_layers_weights_row_by_row_then_its_biases():
    net = network(2, 3, 1)
    W = [[[1, 2, 3], [4, 5, 6]], [[10], [11], [12]]]
    b = [[7, 8, 9], [13]]
    theta = net.pack(W=W, b=b)
    assert theta.tolist() == [*range(1, 14)]
    assert theta.dtype == np.float64
    assert net.parameter_count == 13


@settings(deadline=None, max_examples=50)
@given(sizes_that_differ, st.sampled_from([(), (3,), (2, 4)]))
def test_unpack_and_pack_are_inverse(sizes, stack):
    net = network(*sizes)
    theta = np.random.default_rng(0).normal(size=(*stack, net.parameter_count))
    W, b = net.unpack(theta)
    assert W[0] is None
    assert b[0] is None
    for l, (d_in, d_out) in enumerate(pairwise(sizes), start=1):
        assert W[l].shape == (*stack, d_in, d_out)
        assert b[l].shape == (*stack, d_out)
    assert np.array_equal(net.pack(W, b), theta)
    assert np.array_equal(net.pack(W[1:], b[1:]), theta)
    assert net.parameter_count == sum((d_in + 1) * d_out for d_in, d_out in pairwise(sizes))


def test_what_is_written_to_a_view_is_written_to_theta():
    net, theta = network(2, 3, 1), np.zeros(13)
    W, b = net.unpack(theta)
    W[1][1, 2], b[1][0], W[2][2, 0], b[2][0] = 1, 2, 3, 4
    assert np.flatnonzero(theta).tolist() == [5, 6, 11, 12]
    assert theta[[5, 6, 11, 12]].tolist() == [1, 2, 3, 4]


def test_views_of_a_theta_with_gaps_are_views_too():
    net, base = network(2, 3, 1), np.zeros((4, 26))
    W, b = net.unpack(base[::2, ::2])
    for view in (*W[1:], *b[1:]):
        assert np.shares_memory(view, base)


def test_pack_copies():
    net, W, b = network(2, 3), [np.zeros((2, 3))], [np.zeros(3)]
    net.pack(W, b)[:] = 1
    assert not W[0].any()
    assert not b[0].any()


def test_layers_of_one_network_join_a_stack_of_others():
    net = network(2, 3, 1)
    W = [np.arange(12.0).reshape(2, 2, 3), np.ones((3, 1))]
    b = [np.zeros(3), np.full((5, 1, 1), 7.0)]
    theta = net.pack(W, b)
    assert theta.shape == (5, 2, 13)
    back, biases = net.unpack(theta)
    assert np.array_equal(back[1], np.broadcast_to(W[0], (5, 2, 2, 3)))
    assert (biases[2] == 7).all()


@pytest.mark.parametrize("dtype", [np.float32, np.complex128, object])
def test_dtype_is_kept(dtype):
    net = network(1, 2)
    theta = net.pack([np.ones((1, 2), dtype)], [np.ones(2, dtype)])
    assert theta.dtype == dtype
    assert net.unpack(theta)[0][1].dtype == dtype


def test_symbols_keep_their_places():
    net = network(1, 2)
    u, v, s, t = symbols = sp.symbols("u v s t")
    assert net.pack([[[u, v]]], [[s, t]]).tolist() == [*symbols]


def test_sizes_become_plain_integers():
    net = bp.Network(np.array([2, 3]), [bp.linear])
    assert net.sizes == (2, 3)
    assert {type(size) for size in net.sizes} == {int}


def test_counts_and_shapes():
    assert parameters.shapes((4, 5, 2)) == [(4, 5), (5, 2)]
    assert parameters.count((4, 5, 2)) == 25 + 12


def test_stacks_that_do_not_agree_are_shown():
    net = network(2, 3)
    message = r"leading axes, got \[\(4, 5\), \(6, 5\)\]; stack every layer"
    with pytest.raises(ValueError, match=message):
        net.pack([np.ones((4, 5, 2, 3))], [np.ones((6, 5, 3))])
