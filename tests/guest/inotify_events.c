/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inotify tells creation, writing, renaming with a common cookie and removal, and a removed watch
 * says IN_IGNORED.
 */
#include "guest.h"

#include <sys/inotify.h>

static char buf[4096] __attribute__((aligned(8)));
static ssize_t len, at;
static int in;

static const struct inotify_event *next(void)
{
	if (at >= len) {
		len = EXPECT_OK(read(in, buf, sizeof(buf)));
		at = 0;
	}
	const struct inotify_event *e = (const struct inotify_event *)(buf + at);
	at += (ssize_t)(sizeof(*e) + e->len);
	return e;
}

static uint32_t expect(int wd, uint32_t mask, const char *name)
{
	const struct inotify_event *e = next();

	EXPECT_EQ(e->wd, wd);
	EXPECT_EQ(e->mask, mask);
	EXPECT_STR(e->len ? e->name : "", name);
	return e->cookie;
}

int main(void)
{
	guest_tmpdir();
	in = EXPECT_OK(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
	EXPECT_OK(mkdir("d", 0755));
	int wd = EXPECT_OK(inotify_add_watch(in, "d", IN_ALL_EVENTS & ~IN_ACCESS));
	EXPECT_ERRNO(read(in, buf, sizeof(buf)), EAGAIN);

	int fd = EXPECT_OK(open("d/f", O_WRONLY | O_CREAT, 0644));
	EXPECT_EQ(write(fd, "x", 1), 1);
	EXPECT_OK(close(fd));
	expect(wd, IN_CREATE, "f");
	expect(wd, IN_OPEN, "f");
	expect(wd, IN_MODIFY, "f");
	expect(wd, IN_CLOSE_WRITE, "f");
	EXPECT_OK(rename("d/f", "d/g"));
	uint32_t cookie = expect(wd, IN_MOVED_FROM, "f");
	EXPECT(cookie != 0);
	EXPECT_EQ(expect(wd, IN_MOVED_TO, "g"), cookie);
	EXPECT_OK(chmod("d/g", 0600));
	expect(wd, IN_ATTRIB, "g");
	EXPECT_OK(unlink("d/g"));
	expect(wd, IN_DELETE, "g");
	EXPECT_OK(mkdir("d/sub", 0755));
	expect(wd, IN_CREATE | IN_ISDIR, "sub");
	EXPECT_OK(rmdir("d/sub"));
	expect(wd, IN_DELETE | IN_ISDIR, "sub");

	EXPECT_EQ(inotify_add_watch(in, "d", IN_DELETE_SELF), wd); /* the same watch, changed */
	EXPECT_OK(rmdir("d"));
	expect(wd, IN_DELETE_SELF, "");
	expect(wd, IN_IGNORED, "");
	EXPECT_ERRNO(read(in, buf, sizeof(buf)), EAGAIN);

	EXPECT_OK(mkdir("e", 0755));
	wd = EXPECT_OK(inotify_add_watch(in, "e", IN_CREATE));
	EXPECT_OK(inotify_rm_watch(in, wd));
	expect(wd, IN_IGNORED, "");
	EXPECT_ERRNO(inotify_rm_watch(in, wd), EINVAL);
	EXPECT_ERRNO(inotify_add_watch(in, "none", IN_CREATE), ENOENT);
	EXPECT_ERRNO(inotify_add_watch(in, "e", 0), EINVAL);
	EXPECT_ERRNO(inotify_add_watch(0, "e", IN_CREATE), EINVAL);
	EXPECT_ERRNO(inotify_init1(0x1), EINVAL);
	EXPECT_OK(inotify_add_watch(in, "e", IN_CREATE));
	guest_write_file("e/f", "", 0644);
	EXPECT_ERRNO(read(in, buf, 10), EINVAL); /* no room for one event */
	return 0;
}
