# SPDX-License-Identifier: Apache-2.0
"""The initramfs: a cpio archive in the "newc" format that the kernel unpacks (Documentation/driver-api/early-userspace).

Names are relative, without a leading slash; directories come before what is in them. Everything belongs to root and has
no time, so that the same content is the same archive.
"""
import stat


class Archive:
    def __init__(self):
        self.parts = []
        self.names = set()

    def _entry(self, name, mode, data=b"", rdev=(0, 0)):
        if name in self.names:
            raise ValueError(f"{name} is in the archive twice")
        self.names.add(name)
        text = name.encode() + b"\0"
        fields = (len(self.names), mode, 0, 0, 1, 0, len(data), 0, 0, *rdev, len(text), 0)
        head = b"070701" + b"".join(b"%08x" % field for field in fields)
        self.parts.append(pad(head + text) + pad(data))

    def directory(self, name):
        """Make it and whatever is above it and not there yet."""
        above, _, _ = name.rpartition("/")
        if above and above not in self.names:
            self.directory(above)
        if name not in self.names:
            self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o644):
        self._parent(name)
        self._entry(name, stat.S_IFREG | mode, data)

    def link(self, name, target):
        self._parent(name)
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def device(self, name, major, minor):
        self._parent(name)
        self._entry(name, stat.S_IFCHR | 0o600, rdev=(major, minor))

    def _parent(self, name):
        above, _, _ = name.rpartition("/")
        if above:
            self.directory(above)

    def finish(self):
        """The bytes of the archive; nothing can be added afterwards."""
        self._entry("TRAILER!!!", 0)
        return b"".join(self.parts)


def pad(data):
    return data + b"\0" * (-len(data) % 4)
