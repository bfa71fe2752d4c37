"""Whatever is encoded can be written as JSON, and comes back as it was."""

import json

import numpy as np
import pytest

from backprop_lib.check.wire import decode, encode


@pytest.mark.parametrize(
    "dtype",
    ["bool", "int8", "uint16", "int32", "int64", "uint64", "float16", "float32", "float64"],
)
def test_an_array_of_any_kind_of_number_comes_back_as_it_was(dtype):
    for sent in (
        np.array([[0, 1, 1], [1, 0, 1]], dtype),
        np.array(1, dtype),
        np.zeros((0, 3), dtype),
    ):
        came = decode(json.loads(json.dumps(encode(sent))))
        assert came.dtype == sent.dtype
        np.testing.assert_array_equal(came, sent, strict=True)


def test_extended_precision_comes_back_as_double():
    sent = np.array([1, 3], np.longdouble) / 7
    came = decode(json.loads(json.dumps(encode(sent))))
    assert came.dtype == float
    np.testing.assert_array_equal(came, [1 / 7, 3 / 7])


def test_single_numbers_lists_and_dicts_of_them_come_back():
    sent = {"a": [1, 2.5, True, None, "relu"], "b": [np.float32(0.5), [np.arange(3)]]}
    came = decode(json.loads(json.dumps(encode(sent))))
    assert came["a"] == sent["a"]
    assert came["b"][0] == 0.5
    np.testing.assert_array_equal(came["b"][1][0], [0, 1, 2])
