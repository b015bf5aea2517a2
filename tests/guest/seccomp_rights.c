/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Installing a filter takes CAP_SYS_ADMIN or no_new_privs; children and programs that are executed
 * keep it; /proc/self/status tells of it; nothing takes it away.
 */
#include "filters.h"

#include <linux/capability.h>

static void drop_capabilities(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2] = {{0}};

	EXPECT_OK(syscall(SYS_capset, &head, none));
}

static void rights(void)
{
	struct sock_fprog bad_code = {1, BAD_PTR}, empty = {0, NULL};

	drop_capabilities();
	EXPECT_ERRNO(SECCOMP_INSTALL(0, RET(SECCOMP_RET_ALLOW)), EACCES);
	EXPECT_ERRNO(SECCOMP_INSTALL(0, LOAD(nr)), EACCES);
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &bad_code), EACCES);
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &empty), EINVAL);
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, BAD_PTR), EFAULT);
	EXPECT_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	EXPECT_OK(SECCOMP_INSTALL(0, RET(SECCOMP_RET_ALLOW)));
}

static void status_tells(void)
{
	EXPECT_EQ(filter_status("Seccomp"), 0);
	EXPECT_EQ(filter_status("Seccomp_filters"), 0);
	EXPECT_OK(SECCOMP_INSTALL(0, RET(SECCOMP_RET_ALLOW)));
	EXPECT_OK(filter_one(0, SYS_getppid, SECCOMP_RET_ERRNO | 50));
	EXPECT_EQ(filter_status("Seccomp"), 2);
	EXPECT_EQ(filter_status("Seccomp_filters"), 2);
	EXPECT_EQ(prctl(PR_GET_SECCOMP), 2);
}

static void kept(void)
{
	char *const argv[] = {(char *)(uintptr_t)guest_self(), (char *)(uintptr_t) "again", NULL};
	char *const envp[] = {NULL};

	EXPECT_OK(filter_one(0, SYS_getppid, SECCOMP_RET_ERRNO | 51));
	execve(argv[0], argv, envp);
	DIE("execve");
}

/* After execve, in a grandchild and in a child by vfork and in a thread. */
static void *in_a_thread(void *arg)
{
	EXPECT_ERRNO(syscall(SYS_getppid), 51);
	return arg;
}

static void again(void)
{
	pthread_t thread;
	pid_t pid;

	EXPECT_ERRNO(syscall(SYS_getppid), 51);
	EXPECT_EQ(filter_status("NoNewPrivs"), 1);
	EXPECT_EQ(filter_status("Seccomp_filters"), 1);
	EXPECT_EQ(pthread_create(&thread, NULL, in_a_thread, NULL), 0);
	EXPECT_EQ(pthread_join(thread, NULL), 0);
	pid = guest_fork();
	if (pid == 0) {
		EXPECT_ERRNO(syscall(SYS_getppid), 51);
		EXPECT_OK(filter_one(0, SYS_getpgid, SECCOMP_RET_ERRNO | 52));
		EXPECT_EQ(filter_status("Seccomp_filters"), 2);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(getpgid(0)); /* the child's own filter is not the parent's */
	pid = vfork();
	if (pid == 0)
		_exit(syscall(SYS_getppid) == -1 && errno == 51 ? 0 : 1);
	EXPECT_EXIT(pid, 0);
}

int main(int argc, char **argv)
{
	pid_t pid;

	if (argc > 1 && strcmp(argv[1], "again") == 0) {
		again();
		return 0;
	}
	guest_self();
	pid = guest_fork();
	if (pid == 0) {
		rights();
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(filter_child(status_tells), 0);
	EXPECT_EQ(filter_child(kept), 0);
	return 0;
}
