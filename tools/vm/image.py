# SPDX-License-Identifier: Apache-2.0
"""The disks of the machine: a root made of this host's own packages, and the source tree with its build.

The root has the files of the essential packages, of PACKAGES and of all they depend on, as they are installed here, so
the C library is the one that test programs were linked with. Nothing is downloaded and nothing of this host is changed.
It is made again when a version changes. The tree is made for each run. Both are ext4, since the host side of a sandbox
should meet the file system that hosts have, and both are thrown away changed or not.
"""
import hashlib
import os
import pathlib
import re
import shutil
import stat
import subprocess

import kernel

FORMAT = "4"  # of the root image; another number makes all of them anew
PACKAGES = ("python3", "strace", "procps", "iproute2", "util-linux", "util-linux-extra", "mount", "kmod", "bats", "libcap2-bin")
LEFT_OUT = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/info/", "/usr/share/lintian/",
            "/var/cache/", "/boot/")
INODES = 1 << 18
USER = "caisson"
USER_ID = 1000


class ImageError(Exception):
    """Why a disk cannot be made, for its user."""


def dpkg_table():
    """name -> (version, essential, dependencies) of all packages installed here, and virtual name -> package."""
    form = "${Package}\t${Version}\t${Essential}\t${Pre-Depends}, ${Depends}\t${Provides}\t${db:Status-Status}\n"
    done = subprocess.run(["dpkg-query", "-W", "-f", form], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ImageError("dpkg-query does not work: the root is made of the packages of a Debian or Ubuntu")
    table, provided = {}, {}
    for line in done.stdout.splitlines():
        name, version, essential, needs, provides, status = line.split("\t")
        if status != "installed":
            continue
        table[name] = (version, essential == "yes", alternatives(needs))
        for virtual in alternatives(provides):
            provided.setdefault(virtual[0], name)
    return table, provided


def alternatives(text):
    """'a (>= 1), b:any | c' -> [['a'], ['b', 'c']]"""
    groups = []
    for group in text.split(","):
        names = [re.sub(r"[\s(:].*", "", one.strip()) for one in group.split("|")]
        if any(names):
            groups.append([n for n in names if n])
    return groups


def closure(wanted, table, provided):
    """The installed packages that `wanted` and the essential ones need."""
    todo = [n for n in wanted if n in table] + [n for n, row in table.items() if row[1]]
    found = set()
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        for group in table[name][2]:
            todo += [table_name for table_name in (n if n in table else provided.get(n) for n in group) if table_name][:1]
    return sorted(found)


def package_files(names):
    done = subprocess.run(["dpkg", "-L", *names], stdout=subprocess.PIPE, text=True, check=True)
    paths = {line for line in done.stdout.splitlines() if line.startswith("/") and line != "/."}
    return sorted(p for p in paths if not p.startswith(LEFT_OUT))


def copy_one(source, target):
    """One file, link or directory. What this user may not read is left out."""
    info = os.lstat(source)
    if stat.S_ISDIR(info.st_mode):
        target.mkdir(parents=True, exist_ok=True)
        return
    if os.path.lexists(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(info.st_mode):
        target.symlink_to(os.readlink(source))
    elif stat.S_ISREG(info.st_mode) and os.access(source, os.R_OK):
        shutil.copyfile(source, target)
        os.utime(target, ns=(info.st_atime_ns, info.st_mtime_ns))
        os.chmod(target, stat.S_IMODE(info.st_mode))


def copy_packages(names, top):
    for name in ("bin", "sbin", "lib", "lib64", "lib32"):
        if os.path.islink(f"/{name}"):
            (top / os.readlink(f"/{name}").lstrip("/")).mkdir(parents=True)
            (top / name).symlink_to(os.readlink(f"/{name}"))
    for path in package_files(names):
        if os.path.lexists(path) and path.lstrip("/") not in ("bin", "sbin", "lib", "lib64", "lib32"):
            copy_one(path, top / path.lstrip("/"))
    alternatives_dir = pathlib.Path("/etc/alternatives")
    if alternatives_dir.is_dir():
        for path in alternatives_dir.iterdir():
            if path.is_symlink() and os.path.lexists(top / os.readlink(path).lstrip("/")):
                copy_one(path, top / str(path).lstrip("/"))
                follow_alternative(path, top)


def follow_alternative(path, top):
    """/usr/bin/awk -> /etc/alternatives/awk belongs to no package."""
    for folder in ("/usr/bin", "/usr/sbin"):
        link = pathlib.Path(folder) / path.name
        if link.is_symlink() and os.readlink(link) == str(path):
            copy_one(link, top / str(link).lstrip("/"))


def write_accounts(top):
    """root, the system's accounts, and one plain user."""
    for name, line in (("passwd", f"{USER}:x:{USER_ID}:{USER_ID}::/home/{USER}:/bin/bash\n"),
                       ("group", f"{USER}:x:{USER_ID}:\n")):
        master = pathlib.Path(f"/usr/share/base-passwd/{name}.master")
        text = master.read_text(encoding="utf-8") if master.is_file() else "root:x:0:0:root:/root:/bin/sh\n"
        (top / "etc" / name).write_text(text + line, encoding="utf-8")
    files = {"hostname": "caisson-vm\n", "hosts": "127.0.0.1 localhost caisson-vm\n::1 localhost\n",
             "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n", "machine-id": "0123456789abcdef" * 2 + "\n",
             "subuid": f"{USER}:100000:65536\n", "subgid": f"{USER}:100000:65536\n"}
    for name, text in files.items():
        (top / "etc" / name).write_text(text, encoding="utf-8")


def write_directories(top):
    for name in ("proc", "sys", "dev", "run", "tmp", "mnt", "root", f"home/{USER}", "var/tmp", "etc"):
        (top / name).mkdir(parents=True, exist_ok=True)
    for name in ("tmp", "var/tmp"):
        (top / name).chmod(0o1777)
    if not os.path.lexists(top / "var/run"):
        (top / "var/run").symlink_to("/run")


def copy_modules(image, top, busybox):
    source = kernel.modules_of(image)
    if not source:
        return
    target = top / "lib/modules" / source.name
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("build", "source"))
    kernel.Modules(source).write_index(target)
    modprobe = top / "sbin/modprobe"
    if not os.path.lexists(modprobe):
        shutil.copy2(busybox, modprobe)


def tree_bytes(top):
    """About what the content of `top` takes on a disk."""
    total = 0
    for folder, _, files in os.walk(top):
        total += 4096 + sum(4096 + os.lstat(os.path.join(folder, f)).st_size for f in files)
    return total


def make_ext4(top, disk, spare):
    """A file system with the content of `top`, owned by root, and at least `spare` free bytes."""
    new = f"{disk}.new"
    size = (tree_bytes(top) * 11 // 10 + spare + (1 << 24)) >> 20 << 20
    with open(new, "wb") as file:
        file.truncate(size)
    command = ["mkfs.ext4", "-q", "-F", "-b", "4096", "-O", "^has_journal", "-m", "0", "-E", "lazy_itable_init=1,root_owner=0:0",
               "-N", str(INODES), "-d", str(top), new]
    if os.geteuid() != 0:
        command = ["unshare", "-r", *command]  # what is ours is root's on the disk
    environment = dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=environment)
    if done.returncode:
        raise ImageError(f"cannot make {disk}: {' '.join(command)} said:\n{done.stdout.strip()}")
    os.rename(new, disk)


def copy_sparse(source, target):
    subprocess.run(["cp", "--reflink=auto", "--sparse=always", str(source), str(target)], check=True)


def root_key(names, table, image):
    """What the root is made of; another value means another root."""
    here = pathlib.Path(__file__).resolve().parent
    parts = [FORMAT, kernel.release(image), *(f"{n}={table[n][0]}" for n in names)]
    parts += [(here / name).read_text(encoding="utf-8") for name in ("image.py", "kernel.py")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def root_disk(image, extra, work, busybox, say):
    """The root for this kernel, from an earlier run if nothing has changed."""
    table, provided = dpkg_table()
    missing = [n for n in extra if n not in table]
    if missing:
        raise ImageError(f"--package={missing[0]}: not installed on this host")
    names = closure([*PACKAGES, *extra], table, provided)
    disk = work / f"root-{root_key(names, table, image)}.ext4"
    if disk.is_file():
        return disk
    say(f"making a root of {len(names)} packages of this host")
    top = work / "root.new"
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir(parents=True)
    top.chmod(0o755)
    copy_packages(names, top)
    write_directories(top)
    write_accounts(top)
    copy_modules(image, top, busybox)
    make_ext4(top, disk, spare=1 << 30)
    shutil.rmtree(top)
    for old in work.glob("root-*.ext4"):
        if old != disk and not extra:
            old.unlink()
    return disk


def source_files(tree):
    """The tree without what is built: what git knows of and does not ignore, or all but build/ where git is not there."""
    done = subprocess.run(["git", "-C", str(tree), "ls-files", "-coz", "--exclude-standard"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    if done.returncode == 0:
        names = [os.fsdecode(n) for n in done.stdout.split(b"\0") if n]
    else:
        names = [str(p.relative_to(tree)) for p in tree.rglob("*") if not p.is_dir()]
        names = [n for n in names if n.split("/")[0] not in ("build", ".git")]
    return sorted(n for n in names if os.path.lexists(tree / n))


def built_files(tree):
    """The program of every build and the guest programs, relative to the tree."""
    found = [*tree.glob("build/*/caisson"), *(tree / "build/guest").glob("*")]
    return sorted(str(p.relative_to(tree)) for p in found if p.is_file())


def tree_disk(tree, disk):
    top = pathlib.Path(f"{disk}.d")
    top.mkdir(parents=True)
    top.chmod(0o755)
    for name in [*source_files(tree), *built_files(tree)]:
        copy_one(tree / name, top / name)
    make_ext4(top, disk, spare=1 << 28)
    shutil.rmtree(top)
