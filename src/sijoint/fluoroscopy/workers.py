"""The threads that render: one pool for each number of threads, kept, since starting one takes as long as a small frame."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache


def workers(threads: int) -> ThreadPoolExecutor:
    """A pool of so many threads. Work given to it must not wait for other work given to it."""
    return _pool(threads, os.getpid())


@cache
def _pool(threads: int, process: int) -> ThreadPoolExecutor:
    """A process that was forked needs threads of its own."""
    return ThreadPoolExecutor(threads, thread_name_prefix=f"x-ray-{process}")
