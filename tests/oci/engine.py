#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What engines do around a runtime: reap its orphans, receive terminals.

usage: engine.py reap STATUSFILE PIDFILE -- COMMAND...   run it as a subreaper does (containerd's shim, conmon); write how COMMAND
                                                         ended to STATUSFILE.command and how the process of PIDFILE ended to STATUSFILE
       engine.py terminal SOCKET OUTFILE [INPUT]         listen, receive one terminal, type INPUT (\\n), copy what it shows to OUTFILE
"""
import ctypes
import fcntl
import os
import socket
import struct
import sys
import termios


def ended(status):
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"


def reap(status_file, pid_file, command):
    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    child = os.posix_spawnp(command[0], command, os.environ)
    ends = {}
    while child not in ends:
        pid, status = os.wait()
        ends[pid] = status
    with open(status_file + ".command", "w") as out:
        out.write(ended(ends[child]) + "\n")
    if os.WEXITSTATUS(ends[child]) != 0:
        return
    wanted = int(open(pid_file).read())
    while wanted not in ends:
        pid, status = os.wait()
        ends[pid] = status
    with open(status_file + ".new", "w") as out:
        out.write(ended(ends[wanted]) + "\n")
    os.rename(status_file + ".new", status_file)


def terminal(path, out_file, typed):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1)
    connection, _ = listener.accept()
    data, fds, _, _ = socket.recv_fds(connection, 256, 4)
    assert data and len(fds) == 1, (data, fds)
    assert connection.recv(1) == b""
    master = fds[0]
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
    if typed:
        os.write(master, typed.encode())
    with open(out_file, "wb", buffering=0) as out:
        while True:
            try:
                data = os.read(master, 4096)
            except OSError:
                return
            if not data:
                return
            out.write(data)


def main():
    if sys.argv[1] == "reap":
        reap(sys.argv[2], sys.argv[3], sys.argv[sys.argv.index("--") + 1:])
    else:
        terminal(sys.argv[2], sys.argv[3], sys.argv[4].encode().decode("unicode_escape") if len(sys.argv) > 4 else "")


if __name__ == "__main__":
    main()
