/* SPDX-License-Identifier: Apache-2.0 */
/* kcmp says equal exactly for what two threads share, orders the rest consistently, and refuses
 * what is not there. */
#include "guest.h"

#include <linux/kcmp.h>

static long kcmp(pid_t a, pid_t b, int type, int i, int j)
{
	return syscall(SYS_kcmp, a, b, type, (unsigned long)i, (unsigned long)j);
}

static void *in_thread(void *arg)
{
	pid_t me = (pid_t)syscall(SYS_gettid), *leader = arg;

	EXPECT_EQ(kcmp(me, *leader, KCMP_VM, 0, 0), 0);
	EXPECT_EQ(kcmp(me, *leader, KCMP_FILES, 0, 0), 0);
	EXPECT_EQ(kcmp(me, *leader, KCMP_FS, 0, 0), 0);
	EXPECT_EQ(kcmp(me, *leader, KCMP_SIGHAND, 0, 0), 0);
	return NULL;
}

int main(void)
{
	pid_t me = getpid();
	long r = kcmp(me, me, KCMP_VM, 0, 0);
	pthread_t th;

	if (r == -1 && (errno == ENOSYS || errno == EPERM))
		SKIP("no kcmp here");
	EXPECT_EQ(r, 0);
	EXPECT_EQ(pthread_create(&th, NULL, in_thread, &me), 0);
	pthread_join(th, NULL);

	int a = EXPECT_OK(open("/dev/null", O_RDONLY));
	int b = EXPECT_OK(dup(a));
	int c = EXPECT_OK(open("/dev/null", O_RDONLY));
	EXPECT_EQ(kcmp(me, me, KCMP_FILE, a, b), 0);
	long order = kcmp(me, me, KCMP_FILE, a, c);
	EXPECT(order == 1 || order == 2);
	EXPECT_EQ(kcmp(me, me, KCMP_FILE, c, a), 3 - order);
	EXPECT_ERRNO(kcmp(me, me, KCMP_FILE, 999, a), EBADF);

	pid_t pid = guest_fork();
	if (pid == 0)
		for (;;)
			pause();
	EXPECT_EQ(kcmp(me, pid, KCMP_FILE, a, b), 0);
	EXPECT(kcmp(me, pid, KCMP_VM, 0, 0) > 0);
	EXPECT(kcmp(me, pid, KCMP_FILES, 0, 0) > 0);
	EXPECT(kcmp(me, pid, KCMP_FS, 0, 0) > 0);
	EXPECT_OK(kill(pid, SIGKILL));
	EXPECT_KILLED(pid, SIGKILL);
	EXPECT_ERRNO(kcmp(me, pid, KCMP_VM, 0, 0), ESRCH);
	EXPECT_ERRNO(kcmp(me, me, 99, 0, 0), EINVAL);
	return 0;
}
