/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An inotify watch ends by IN_ONESHOT, by its file's end (which an open descriptor delays) and by
 * inotify_rm_watch; masks add up or replace; equal events come once; too many become one
 * IN_Q_OVERFLOW.
 */
#include "guest.h"

#include <sys/inotify.h>
#include <sys/ioctl.h>

#ifndef IN_MASK_CREATE
#define IN_MASK_CREATE 0x10000000
#endif

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

static void expect(int wd, uint32_t mask, const char *name)
{
	const struct inotify_event *e = next();

	EXPECT_EQ(e->wd, wd);
	EXPECT_EQ(e->mask, mask);
	EXPECT_STR(e->len ? e->name : "", name);
	EXPECT_EQ(e->len % 16, 0);
}

static void expect_nothing(void)
{
	EXPECT_EQ(at, len);
	EXPECT_ERRNO(read(in, buf, sizeof(buf)), EAGAIN);
}

static void oneshot(void)
{
	int wd = EXPECT_OK(inotify_add_watch(in, ".", IN_CREATE | IN_ONESHOT));

	guest_write_file("a", "", 0644);
	guest_write_file("b", "", 0644);
	expect(wd, IN_CREATE, "a");
	expect(wd, IN_IGNORED, "");
	expect_nothing();
	EXPECT_ERRNO(inotify_rm_watch(in, wd), EINVAL);
}

static void open_file_delays_the_end(void)
{
	int fd = EXPECT_OK(open("a", O_RDWR));
	int wd = EXPECT_OK(inotify_add_watch(in, "a", IN_ALL_EVENTS));

	EXPECT_OK(unlink("a"));
	expect(wd, IN_ATTRIB, "");
	expect_nothing();
	EXPECT_EQ(write(fd, "x", 1), 1);
	expect(wd, IN_MODIFY, "");
	EXPECT_OK(close(fd));
	expect(wd, IN_CLOSE_WRITE, "");
	expect(wd, IN_DELETE_SELF, "");
	expect(wd, IN_IGNORED, "");
	expect_nothing();
}

static void links_and_replacement(void)
{
	int wd = EXPECT_OK(inotify_add_watch(in, "b", IN_DELETE_SELF | IN_MOVE_SELF));

	EXPECT_OK(link("b", "c"));
	EXPECT_OK(unlink("b"));
	expect_nothing(); /* it has another name */
	EXPECT_OK(rename("c", "d"));
	expect(wd, IN_MOVE_SELF, "");
	guest_write_file("e", "", 0644);
	EXPECT_OK(rename("e", "d"));
	expect(wd, IN_DELETE_SELF, "");
	expect(wd, IN_IGNORED, "");
	expect_nothing();
}

static void masks(void)
{
	int wd = EXPECT_OK(inotify_add_watch(in, ".", IN_CREATE)), n;

	EXPECT_EQ(inotify_add_watch(in, ".", IN_DELETE | IN_MASK_ADD), wd);
	guest_write_file("m", "", 0644);
	EXPECT_OK(unlink("m"));
	EXPECT_OK(ioctl(in, FIONREAD, &n));
	EXPECT_EQ(n, 64);
	expect(wd, IN_CREATE, "m");
	expect(wd, IN_DELETE, "m");
	EXPECT_EQ(inotify_add_watch(in, ".", IN_DELETE), wd);
	guest_write_file("m", "", 0644);
	expect_nothing();
	EXPECT_ERRNO(inotify_add_watch(in, ".", IN_DELETE | IN_MASK_CREATE), EEXIST);
	EXPECT_ERRNO(inotify_add_watch(in, ".", IN_DELETE | IN_MASK_CREATE | IN_MASK_ADD), EINVAL);
	EXPECT_ERRNO(inotify_add_watch(in, ".", IN_DELETE | 1 << 18), EINVAL);
	EXPECT_ERRNO(inotify_add_watch(in, "m", IN_DELETE | IN_ONLYDIR), ENOTDIR);
	EXPECT_ERRNO(inotify_add_watch(999, ".", IN_DELETE), EBADF);
	EXPECT_OK(inotify_rm_watch(in, wd));
	expect(wd, IN_IGNORED, "");
}

static void unlinked_children(void)
{
	int fd = EXPECT_OK(open("u", O_RDWR | O_CREAT, 0644));
	int wd = EXPECT_OK(inotify_add_watch(in, ".", IN_MODIFY));

	EXPECT_OK(unlink("u"));
	EXPECT_EQ(write(fd, "x", 1), 1);
	expect(wd, IN_MODIFY, "u");
	EXPECT_EQ(inotify_add_watch(in, ".", IN_MODIFY | IN_EXCL_UNLINK), wd);
	EXPECT_EQ(write(fd, "x", 1), 1);
	expect_nothing();
	EXPECT_OK(close(fd));
	EXPECT_OK(inotify_rm_watch(in, wd));
	expect(wd, IN_IGNORED, "");
}

static void equal_events_and_overflow(void)
{
	int a = EXPECT_OK(open("x", O_RDWR | O_CREAT, 0644)),
	    b = EXPECT_OK(open("y", O_RDWR | O_CREAT, 0644)), n = 0;
	int wd = EXPECT_OK(inotify_add_watch(in, ".", IN_MODIFY));
	const struct inotify_event *e;

	for (int i = 0; i < 5; i++)
		EXPECT_EQ(write(a, "x", 1), 1);
	expect(wd, IN_MODIFY, "x");
	expect_nothing();
	for (int i = 0; i < 20000; i++) {
		EXPECT_EQ(pwrite(a, "x", 1, 0), 1);
		EXPECT_EQ(pwrite(b, "x", 1, 0), 1);
	}
	while ((e = next())->mask == IN_MODIFY)
		n++;
	EXPECT_EQ(e->mask, IN_Q_OVERFLOW);
	EXPECT_EQ(e->wd, -1);
	EXPECT(n > 0);
	expect_nothing();
	EXPECT_EQ(pwrite(a, "x", 1, 0), 1);
	expect(wd, IN_MODIFY, "x");
	EXPECT_OK(close(a));
	EXPECT_OK(close(b));
}

/* The end of the file ends its watches, while others make events. */
static void *make_events(void *arg)
{
	for (int i = 0; i < 300; i++) {
		guest_write_file("storm", "x", 0644);
		EXPECT_OK(unlink("storm"));
	}
	return arg;
}

static void ends_under_fire(void)
{
	pthread_t th;

	EXPECT_EQ(pthread_create(&th, NULL, make_events, NULL), 0);
	for (int i = 0; i < 100; i++) {
		int fd = EXPECT_OK(inotify_init1(IN_NONBLOCK));

		EXPECT_OK(inotify_add_watch(fd, ".", IN_ALL_EVENTS | (i % 2 ? IN_ONESHOT : 0)));
		inotify_add_watch(fd, "storm", IN_ALL_EVENTS);
		EXPECT_OK(close(fd));
	}
	pthread_join(th, NULL);
}

int main(void)
{
	guest_tmpdir();
	in = EXPECT_OK(inotify_init1(IN_NONBLOCK));
	oneshot();
	open_file_delays_the_end();
	links_and_replacement();
	masks();
	unlinked_children();
	equal_events_and_overflow();
	ends_under_fire();
	return 0;
}
