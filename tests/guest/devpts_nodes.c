/* SPDX-License-Identifier: Apache-2.0 */
/* Each devpts has its own numbers; a name is there while its master is open. */
#include "terminal.h"

#include <dirent.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

static int names(void)
{
	DIR *d = opendir("pts");
	int n = 0;

	EXPECT(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static int new_pair(int number)
{
	int n = -1, off = 0, fd = EXPECT_OK(open("pts/ptmx", O_RDWR | O_NOCTTY));

	EXPECT_OK(ioctl(fd, TIOCGPTN, &n));
	EXPECT_EQ(n, number);
	EXPECT_OK(ioctl(fd, TIOCSPTLCK, &off));
	return fd;
}

static void attributes(void)
{
	struct statfs sfs;
	struct stat st;

	EXPECT_OK(statfs("pts", &sfs));
	EXPECT_EQ(sfs.f_type, 0x1cd1);
	EXPECT_OK(stat("pts/ptmx", &st));
	EXPECT_EQ(st.st_mode, S_IFCHR | 0666);
	EXPECT_EQ(st.st_rdev, makedev(5, 2));
	EXPECT_OK(stat("pts/0", &st));
	EXPECT_EQ(st.st_mode, S_IFCHR | 0620);
	EXPECT_EQ(st.st_gid, 5);
	EXPECT_EQ(st.st_uid, geteuid());
	EXPECT_EQ(st.st_rdev, makedev(136, 0));
	EXPECT_OK(chmod("pts/0", 0640));
	EXPECT_OK(chown("pts/0", 3, 4));
	EXPECT_OK(stat("pts/0", &st));
	EXPECT_EQ(st.st_mode, S_IFCHR | 0640);
	EXPECT_EQ(st.st_uid, 3);
	EXPECT_ERRNO(unlink("pts/0"), EPERM);
	EXPECT_ERRNO(mkdir("pts/x", 0700), EPERM);
	EXPECT_ERRNO(symlink("0", "pts/x"), EPERM);
	EXPECT_ERRNO(rename("pts/0", "pts/x"), EPERM);
	EXPECT_ERRNO(open("pts/x", O_RDWR | O_CREAT, 0600), EACCES);
	EXPECT_ERRNO(open("pts/7", O_RDWR), ENOENT);
	EXPECT_ERRNO(open("pts/00", O_RDWR), ENOENT);
}

static void peer(int m)
{
	char link[64], proc[64];
	ssize_t n;
	int fd = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);

	EXPECT_OK(fd);
	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	terminal_write(fd, "hello");
	terminal_expect(m, "hello");
	EXPECT_ERRNO(ioctl(fd, TIOCGPTPEER, O_RDWR), EIO);
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	n = readlink(proc, link, sizeof(link) - 1);
	EXPECT(n > 6);
	link[n] = 0;
	EXPECT_STR(link + n - 6, "/pts/0");
	EXPECT_OK(close(fd));
}

int main(void)
{
	int on = 1, got;

	guest_tmpdir();
	EXPECT_OK(mkdir("pts", 0755));
	if (mount("devpts", "pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=0620,gid=5,max=3"))
		SKIP("mounting devpts: %s", strerror(errno));
	EXPECT_EQ(names(), 1);
	int a = new_pair(0), b = new_pair(1), c = new_pair(2);
	EXPECT_ERRNO(open("pts/ptmx", O_RDWR), ENOSPC);
	EXPECT_EQ(names(), 4);
	attributes();
	peer(a);
	EXPECT_OK(ioctl(b, TIOCSPTLCK, &on));
	EXPECT_OK(ioctl(b, TIOCGPTLCK, &got));
	EXPECT_EQ(got, 1);
	EXPECT_ERRNO(open("pts/1", O_RDWR), EIO);
	EXPECT_ERRNO(ioctl(b, TIOCGPTPEER, O_RDWR), EIO);

	/* A number is free when both sides are closed. */
	int slave = EXPECT_OK(open("pts/0", O_RDWR | O_NOCTTY));
	EXPECT_OK(close(a));
	EXPECT_EQ(names(), 3);
	EXPECT_ERRNO(open("pts/ptmx", O_RDWR), ENOSPC);
	EXPECT_OK(close(slave));
	a = new_pair(0);

	/* A node elsewhere has no instance to belong to. */
	EXPECT_OK(mknod("node", S_IFCHR | 0600, makedev(136, 0)));
	EXPECT(open("node", O_RDWR | O_NOCTTY) == -1 && (errno == EIO || errno == EACCES));
	EXPECT_ERRNO(mount("devpts", "pts", "devpts", 0, "nonsense"), EINVAL);
	EXPECT_OK(close(c));
	EXPECT_OK(close(a));
	EXPECT_OK(close(b));
	EXPECT_EQ(names(), 1);
	EXPECT_OK(umount("pts"));
	return 0;
}
