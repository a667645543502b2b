"""The zygote: one process that imports torch once and forks for each program.

Importing torch takes about a second, forking a process that has imported it a
millisecond. So one process, the *zygote*, imports torch, computes nothing,
stays single-threaded, and forks once for each program.

torch puts off importing some large parts of itself until they are needed, for
instance the first step of an optimizer, and few programs need them. Those are
forked from a second zygote, itself forked from the first: all others need not
wait for these imports. See `needs_more`.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import re
import select
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from sitebuild.run.child import Job
from sitebuild.run.process import KILL, TICK, Process, end_with, fork, prctl

FIRST = (
    "numpy",
    "torch",
    "torch._subclasses.schema_check_mode",  # at the first print of a tensor
)
SECOND = ("torch._dynamo",)  # about a second, and all of SymPy with it
_NEEDS_SECOND = re.compile(
    r"""\boptim\b|\.backward\(\*?\w|"meta"|checkpoint|compile|vmap|torch\.func
    |gradcheck|forward_ad|DispatchMode|Transformer""",
    re.VERBOSE,
)
_HUGE = 1 << 21  # bytes of a huge page
_MADV_COLLAPSE = 25
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER


def needs_more(source: str) -> bool:
    """Guess whether a program needs the modules of the second zygote.

    A wrong guess changes no result: the program imports them itself, which
    takes its time.
    """
    return bool(_NEEDS_SECOND.search(source))


def _preload(modules: tuple[str, ...]) -> None:
    """Import what most programs import, and leave it out of their collectors."""
    gc.disable()  # nothing that is imported is garbage
    for module in modules:
        with contextlib.suppress(ImportError):  # old versions of torch lack some
            importlib.import_module(module)
    gc.enable()
    gc.freeze()  # or each program's collector would copy all pages it looks at
    _collapse()


def _collapse() -> None:
    """Lay this process's memory out in huge pages, where Linux can (since 6.1).

    A fork copies the table of all pages that were written, half the time of a
    short program. Huge pages make that table small.
    """
    with contextlib.suppress(OSError, AttributeError):
        madvise = ctypes.CDLL(None).madvise
        for line in Path("/proc/self/maps").read_text().splitlines():
            span, rights, _, _, file, *name = line.split()
            if rights == "rw-p" and file == "0" and name in ([], ["[heap]"]):
                first, last = (int(end, 16) for end in span.split("-"))
                first, last = -(-first // _HUGE) * _HUGE, last // _HUGE * _HUGE
                if first < last:
                    size = ctypes.c_size_t(last - first)
                    madvise(ctypes.c_void_p(first), size, _MADV_COLLAPSE)


class Channel:
    """One end of a socket, for messages that are a line of JSON each."""

    def __init__(self, end: socket.socket) -> None:
        """Send and receive by this end; nothing of it was read before."""
        self.socket = end
        self._unread = b""

    def fileno(self) -> int:
        """Return what `select` waits for."""
        return self.socket.fileno()

    def send(self, message: object) -> None:
        """Send one message."""
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> list[Any]:
        """Return what has come in; raise `ConnectionError` if nothing more will."""
        chunk = self.socket.recv(1 << 20)
        if not chunk:
            raise ConnectionResetError
        *lines, self._unread = (self._unread + chunk).split(b"\n")
        return [json.loads(line) for line in lines]


class Zygote:
    """Forks for each job that comes in, and answers when its process has ended."""

    def __init__(self, end: socket.socket, second: socket.socket | None = None) -> None:
        """Serve what comes from `end`; a second zygote, what comes from `second`."""
        self._channel = Channel(end)
        self._second_end = second
        self._second = 0  # process id of the second zygote
        self._running: dict[int, Process] = {}  # by process id
        self._ended, self._wakes = os.pipe()  # can be read when a child has ended
        os.set_blocking(self._ended, False)
        os.set_blocking(self._wakes, False)

    def serve(self) -> None:
        """Serve until nobody holds the other end; end what runs then."""
        prctl(_SUBREAPER, 1)  # what an ended program leaves becomes our child
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakes, warn_on_full_buffer=False)
        with contextlib.suppress(ConnectionError):
            self._channel.send([None, None])  # ready
            while True:
                timeout = TICK if self._running else None
                waited: list[Any] = [self._channel, self._ended]
                ready, _, _ = select.select(waited, [], [], timeout)
                if self._ended in ready:
                    os.read(self._ended, 1 << 10)
                for job in self._channel.receive() if self._channel in ready else ():
                    if job:
                        process = fork(Job(**job), self._leave)
                        self._running[process.pid] = process
                    else:
                        self._fork_second()
                self._reap()
                for process in self._running.values():
                    process.check()
        self._end()

    def _leave(self) -> None:
        """Give up, in a fork of this process, all that only the zygote is to have."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(self._ended)
        os.close(self._wakes)
        self._channel.socket.close()
        if self._second_end:
            self._second_end.close()
        for process in self._running.values():
            os.close(process.output)
            os.close(process.report)

    def _fork_second(self) -> None:
        end, self._second_end = self._second_end, None
        assert end
        parent = os.getpid()
        self._second = os.fork()
        if not self._second:
            end_with(parent)
            self._leave()
            _preload(SECOND)
            Zygote(end).serve()
            os._exit(0)
        end.close()

    def _reap(self) -> None:
        """Answer for the programs that have ended."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                if pid in self._running:
                    process = self._running.pop(pid)
                    answer = process.collect(os.waitstatus_to_exitcode(status))
                    self._end_orphans()
                    self._channel.send([process.job.name, answer])

    def _end_orphans(self) -> None:
        """Kill our children but for the programs under way."""
        known = {*self._running, self._second}
        children = Path(f"/proc/self/task/{os.getpid()}/children")
        with contextlib.suppress(OSError):  # a kernel without that file
            while orphans := set(map(int, children.read_text().split())) - known:
                for pid in orphans:
                    os.kill(pid, KILL)
                    os.waitpid(pid, 0)  # its own children come to us

    def _end(self) -> None:
        for pid, process in self._running.items():
            process.signal(KILL)
            os.waitpid(pid, 0)
            process.collect(-KILL)
        self._running.clear()
        if self._second:  # it sees the same end of its jobs
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._second, 0)
            self._second = 0
        self._end_orphans()


def main(first: int, second: int, folder: str) -> None:
    """Be the first zygote, on one of these sockets; remove `folder` at the end."""
    os.dup2(2, 1)  # what torch prints while it is imported
    _preload(FIRST)
    Zygote(socket.socket(fileno=first), socket.socket(fileno=second)).serve()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
