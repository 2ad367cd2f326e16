import gc
import signal
import sys
import threading
import time
import weakref
from itertools import count

import pytest

from catclf.parallel import Spares, cores, map_on_threads, one_blas_thread, workers


def _main_thread() -> int:
    number = threading.main_thread().ident
    assert number is not None
    return number


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_results_are_in_the_order_of_the_items(threads: int) -> None:
    assert map_on_threads(lambda x: x * x, range(20), threads) == [x * x for x in range(20)]
    assert map_on_threads(str, [], threads) == []


def test_several_threads_work_at_once() -> None:
    together = threading.Barrier(3, timeout=20)  # breaks unless three threads meet
    assert map_on_threads(lambda _: together.wait() >= 0, range(3), 3) == [True] * 3


def test_an_error_in_any_thread_is_raised() -> None:
    def fail(x: int) -> int:
        if x == 5:
            raise ValueError("five")
        return x

    with pytest.raises(ValueError, match="five"):
        map_on_threads(fail, range(10), 2)


def test_linear_algebra_is_limited_to_one_thread_for_a_while() -> None:
    threadpoolctl = pytest.importorskip("threadpoolctl")

    def blas_threads() -> list[int]:
        pools = threadpoolctl.threadpool_info()
        return [pool["num_threads"] for pool in pools if "numpy" in pool["filepath"]]

    with threadpoolctl.threadpool_limits(2):
        before = blas_threads()
        with one_blas_thread(), one_blas_thread():
            assert set(blas_threads()) == {1}
        assert blas_threads() == before


def test_there_is_at_least_one_worker() -> None:
    assert 1 <= workers() <= cores()


def test_spares_are_used_again_but_never_by_two_threads() -> None:
    made = count()
    spares = Spares(lambda: next(made))
    in_use: set[int] = set()

    def use(_: int) -> None:
        with spares.one() as spare:
            assert spare not in in_use
            in_use.add(spare)
            in_use.remove(spare)

    map_on_threads(use, range(2000), 4)
    assert next(made) <= 4


@pytest.mark.parametrize(("caller_works", "threads"), [(True, 3), (False, 2), (False, 1)])
def test_the_caller_works_unless_it_must_not(caller_works: bool, threads: int) -> None:
    used = set()
    together = threading.Barrier(threads, timeout=20)

    def work(_: int) -> None:
        used.add(threading.current_thread())
        together.wait()

    map_on_threads(work, range(threads), threads, caller_works=caller_works)
    assert len(used) == threads
    assert (threading.current_thread() in used) == caller_works


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("caller_works", [True, False])
def test_an_interrupt_stops_all_threads(caller_works: bool) -> None:
    done = []

    def work(i: int) -> None:
        if i == 2:
            signal.pthread_kill(_main_thread(), signal.SIGINT)
        time.sleep(0.01 if i else 0.3)
        done.append(i)

    with pytest.raises(KeyboardInterrupt):
        map_on_threads(work, range(500), 2, caller_works=caller_works)
    assert len(done) < 100
    assert caller_works or 0 in done  # other threads are not interrupted
    ended = len(done)
    time.sleep(0.05)
    assert len(done) == ended


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_an_error_in_another_thread_does_not_hide_an_interrupt() -> None:
    def fail(_: int) -> None:
        signal.pthread_kill(_main_thread(), signal.SIGINT)
        raise ValueError("damaged")

    with pytest.raises(KeyboardInterrupt):
        map_on_threads(fail, range(1), 1, caller_works=False)


@pytest.mark.parametrize("caller_works", [True, False])
def test_an_error_keeps_nothing_alive(caller_works: bool) -> None:
    class Pixels:
        pass

    kept: list[weakref.ref[Pixels]] = []

    def fail(_: int) -> None:
        pixels = Pixels()
        kept.append(weakref.ref(pixels))
        raise ValueError("damaged")

    gc.disable()
    try:
        with pytest.raises(ValueError, match="damaged"):
            map_on_threads(fail, range(1), 1, caller_works=caller_works)
        assert [pixels() for pixels in kept] == [None]
    finally:
        gc.enable()
