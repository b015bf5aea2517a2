# SPDX-License-Identifier: Apache-2.0
"""The kernel to boot: a Debian package, or a file, with its modules.

A package is fetched by `apt-get download` and unpacked below the build directory; it is never installed. Which modules
need which others, and which names the kernel asks for, is read from the modules themselves, so that no depmod is needed.
"""
import gzip
import lzma
import pathlib
import re
import subprocess

PACKAGE = "linux-image-cloud-amd64"
# What a machine of ours needs before it has a root: processor-independent names, as in `modprobe`.
BOOT_MODULES = ("virtio_pci", "virtio_blk", "virtio_console", "virtio_rng", "ext4")


class KernelError(Exception):
    """What is wrong with a kernel, for its user."""


def release(image):
    """The version that a bzImage carries (Documentation/arch/x86/boot.rst: "HdrS", kernel_version)."""
    with open(image, "rb") as file:
        head = file.read(1 << 16)
    if head[0x202:0x206] != b"HdrS":
        raise KernelError(f"{image}: not a Linux kernel image for x86 (bzImage)")
    start = int.from_bytes(head[0x20E:0x210], "little") + 0x200
    return head[start:head.index(b"\0", start)].split()[0].decode()


def run(command, what, **kwargs):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **kwargs)
    if done.returncode:
        raise KernelError(f"{what}: {' '.join(map(str, command))} said:\n{done.stdout.strip()}")
    return done.stdout


def resolve_package(name):
    """The package that really has the image: Debian's linux-image-cloud-amd64 only depends on it."""
    text = run(["apt-cache", "depends", name], f"no package {name}")
    found = re.findall(r"^\s*Depends: (linux-image-\d\S*)$", text, re.M)
    return found[0] if found else name


def unpack(package, where):
    target = where / package.stem
    if not target.is_dir():
        run(["dpkg-deb", "-x", str(package), f"{target}.new"], "cannot unpack the kernel")
        pathlib.Path(f"{target}.new").rename(target)
    images = sorted(target.glob("boot/vmlinuz-*"))
    if not images:
        raise KernelError(f"{package}: there is no boot/vmlinuz-* in it")
    return images[0]


def download(name, where):
    """Fetch the package unless an earlier run has, and unpack it."""
    where.mkdir(parents=True, exist_ok=True)
    real = resolve_package(name)
    if not list(where.glob(f"{real}_*.deb")):
        run(["apt-get", "-q", "download", real], "cannot fetch the kernel", cwd=where)
    return unpack(sorted(where.glob(f"{real}_*.deb"))[-1], where)


def find(name, where):
    """The image that --kernel names: a file, a .deb, or the name of a package."""
    path = pathlib.Path(name)
    if path.suffix == ".deb" and path.is_file():
        where.mkdir(parents=True, exist_ok=True)
        return unpack(path, where)
    if path.is_file():
        return path
    if name.startswith("linux-image-"):
        return download(name, where)
    raise KernelError(f"--kernel={name}: neither a file nor the name of a package linux-image-*")


def modules_of(image):
    """The directory of its modules, or None: a kernel may have all it needs built in."""
    for top in (image.parent.parent, pathlib.Path("/")):
        found = top / "lib/modules" / release(image)
        if found.is_dir():
            return found
    return None


def canonical(name):
    return name.replace("-", "_")


def module_name(path):
    return canonical(path.name.split(".ko")[0])


def read_module(path):
    opener = {".xz": lzma.open, ".gz": gzip.open, ".ko": open}.get(path.suffix)
    if not opener:
        raise KernelError(f"{path}: modules packed as {path.suffix} cannot be read here")
    with opener(path, "rb") as file:
        return file.read()


def modinfo(data, key):
    """The values of one key of a module's .modinfo section, which is NUL-terminated key=value strings."""
    return [v.decode() for v in re.findall(rb"\0" + key + rb"=([^\0]*)", b"\0" + data)]


class Modules:
    """The modules of a directory by name, and what needs what."""

    def __init__(self, top):
        self.top = top
        self.paths = {module_name(p): p for p in sorted(top.rglob("*.ko*"))}
        builtin = top / "modules.builtin"
        names = builtin.read_text(encoding="utf-8").split() if builtin.is_file() else []
        self.builtin = {module_name(pathlib.Path(n)) for n in names}

    def needs(self, name):
        joined = modinfo(read_module(self.paths[name]), b"depends")
        return [canonical(n) for text in joined for n in text.split(",") if n]

    def load_order(self, wanted):
        """Paths of modules, each after what it needs. A name that is neither a module nor built in is left out."""
        order = []

        def visit(name):
            if name in self.builtin or name not in self.paths or self.paths[name] in order:
                return
            for other in self.needs(name):
                visit(other)
            order.append(self.paths[name])

        for name in wanted:
            visit(name)
        return order

    def write_index(self, target):
        """modules.dep and modules.alias as modprobe reads them, for the copy of these modules in `target`."""
        dep, alias = [], []
        for name, path in self.paths.items():
            data = read_module(path)
            order = self.load_order([name])
            others = [str(p.relative_to(self.top)) for p in reversed(order[:-1])]
            dep.append(f"{path.relative_to(self.top)}:{''.join(' ' + o for o in others)}")
            alias += [f"alias {a} {name}" for a in modinfo(data, b"alias")]
        (target / "modules.dep").write_text("\n".join(dep) + "\n", encoding="utf-8")
        (target / "modules.alias").write_text("\n".join(alias) + "\n", encoding="utf-8")
