import hashlib

import numpy as np

from catclf.images.fingerprints import fingerprints, known
from catclf.images.preprocessing import Images


def images(m: int) -> Images:
    return np.random.default_rng(0).integers(0, 256, (m, 64, 64, 3), np.uint8)


def test_a_fingerprint_is_the_hash_of_the_pixels() -> None:
    some = images(3)
    expected = [
        int.from_bytes(hashlib.blake2b(image.tobytes(), digest_size=8).digest(), "little")
        for image in some
    ]
    assert fingerprints(some).tolist() == expected
    assert fingerprints(some).dtype == np.uint64


def test_one_pixel_makes_another_fingerprint() -> None:
    some = images(300)  # more than a batch
    before = fingerprints(some)
    some[299, 63, 63, 2] ^= 1
    assert (fingerprints(some) != before).nonzero()[0].tolist() == [299]


def test_a_view_has_the_fingerprints_of_its_copy() -> None:
    view = images(4)[:, :, ::-1]
    assert (fingerprints(view) == fingerprints(view.copy())).all()


def test_known_fingerprints() -> None:
    these = np.array([3, 9, 2**64 - 1, 0], np.uint64)
    assert known(these, np.array([2**64 - 1, 3, 5], np.uint64)).tolist() == [
        True,
        False,
        True,
        False,
    ]
    assert known(these, np.empty(0, np.uint64)).tolist() == [False] * 4
    assert known(np.empty(0, np.uint64), these).tolist() == []
