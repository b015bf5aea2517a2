/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a process that can be written take what Linux takes, and refuse the rest. */
#include "guest.h"

#include <sys/prctl.h>

static int put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
	return n < 0 ? -1 : 0;
}

static const char *get(const char *name)
{
	static char buf[256];
	int fd = EXPECT_OK(open(name, O_RDONLY));
	ssize_t n = EXPECT_OK(read(fd, buf, sizeof(buf) - 1));

	buf[n] = 0;
	close(fd);
	return buf;
}

int main(void)
{
	char name[17] = "";

	EXPECT_OK(put("/proc/self/comm", "a name that is long"));
	EXPECT_STR(get("/proc/self/comm"), "a name that is \n");
	EXPECT_OK(prctl(PR_GET_NAME, name));
	EXPECT_STR(name, "a name that is ");
	EXPECT_OK(put("/proc/thread-self/comm", "t"));
	EXPECT_STR(get("/proc/self/comm"), "t\n");

	EXPECT_OK(put("/proc/self/oom_score_adj", "300\n"));
	EXPECT_STR(get("/proc/self/oom_score_adj"), "300\n");
	EXPECT_STR(get("/proc/self/oom_adj"), "5\n");
	EXPECT_ERRNO(put("/proc/self/oom_score_adj", "1001"), EINVAL);
	EXPECT_ERRNO(put("/proc/self/oom_score_adj", "x"), EINVAL);
	EXPECT_OK(put("/proc/self/oom_score_adj", "0"));

	EXPECT_OK(put("/proc/self/timerslack_ns", "70000"));
	EXPECT_EQ(prctl(PR_GET_TIMERSLACK), 70000);
	EXPECT_STR(get("/proc/self/timerslack_ns"), "70000\n");
	EXPECT_OK(put("/proc/self/timerslack_ns", "0")); /* back to the default */
	EXPECT_EQ(prctl(PR_GET_TIMERSLACK), 50000);

	EXPECT_ERRNO(put("/proc/self/status", "x"), EINVAL);
	EXPECT_ERRNO(open("/proc/self/nothing", O_WRONLY | O_CREAT, 0600), ENOENT);
	EXPECT_ERRNO(unlink("/proc/self/comm"), EPERM);
	EXPECT_ERRNO(mkdir("/proc/self/d", 0700), ENOENT);
	return 0;
}
