/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PR_SET_NAME names one thread with at most 15 bytes; it shows in its own comm, not in the
 * others'.
 */
#include "guest.h"

#include <sys/prctl.h>

static void *thread(void *arg)
{
	char name[16], path[64], text[64];

	(void)arg;
	EXPECT_OK(prctl(PR_SET_NAME, "a-very-long-thread-name"));
	EXPECT_OK(prctl(PR_GET_NAME, name));
	EXPECT_STR(name, "a-very-long-thr");
	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", gettid());
	guest_read_file(path, text, sizeof(text));
	EXPECT_STR(text, "a-very-long-thr\n");
	return NULL;
}

int main(void)
{
	char name[16];
	pthread_t t;

	EXPECT_OK(prctl(PR_SET_NAME, "first"));
	EXPECT_EQ(pthread_create(&t, NULL, thread, NULL), 0);
	EXPECT_EQ(pthread_join(t, NULL), 0);
	EXPECT_OK(prctl(PR_GET_NAME, name));
	EXPECT_STR(name, "first");
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(prctl(PR_GET_NAME, name));
		EXPECT_STR(name, "first"); /* inherited */
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(prctl(PR_SET_NAME, BAD_PTR), EFAULT);
	EXPECT_ERRNO(prctl(PR_GET_NAME, BAD_PTR), EFAULT);
	EXPECT_ERRNO(prctl(123456), EINVAL);
	return 0;
}
