/* SPDX-License-Identifier: Apache-2.0 */
/* What programs about seccomp(2) share: installing filters of a few common shapes. */
#ifndef CAISSON_TESTS_FILTERS_H
#define CAISSON_TESTS_FILTERS_H

#include "guest.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RET(value)  BPF_STMT(BPF_RET | BPF_K, value)

#define SECCOMP_INSTALL(flags, ...)                                                                \
	filter_install((flags), (struct sock_filter[]){__VA_ARGS__},                               \
		       sizeof((struct sock_filter[]){__VA_ARGS__}) / sizeof(struct sock_filter))

GUEST_FN long filter_install(unsigned flags, struct sock_filter *code, size_t n)
{
	struct sock_fprog prog = {(unsigned short)n, code};

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

/* One call number gets `action`, all others are allowed. */
GUEST_FN long filter_one(unsigned flags, long nr, uint32_t action)
{
	return SECCOMP_INSTALL(flags, LOAD(nr),
			       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1), RET(action),
			       RET(SECCOMP_RET_ALLOW));
}

/* Before anything else in a child: no core files, and the right to install. */
GUEST_FN void filter_prepare(void)
{
	struct rlimit none = {0, 0};

	EXPECT_OK(setrlimit(RLIMIT_CORE, &none));
	EXPECT_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

/* Run fn in a prepared child; its wait status. */
GUEST_FN int filter_child(void (*fn)(void))
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		filter_prepare();
		fn();
		_exit(0);
	}
	return guest_wait(pid);
}

#define EXPECT_STATUS_KILLED(status, sig)                                                          \
	do {                                                                                       \
		int st_ = (status);                                                                \
		EXPECT(WIFSIGNALED(st_));                                                          \
		EXPECT_EQ(WTERMSIG(st_), sig);                                                     \
	} while (0)

/* The number behind a line "name:\t" of /proc/self/status, or -1. */
GUEST_FN long filter_status(const char *name)
{
	char line[256];
	size_t n = strlen(name);
	FILE *f = fopen("/proc/self/status", "r");
	long v = -1;

	if (!f)
		DIE("/proc/self/status");
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, name, n) == 0 && line[n] == ':')
			v = atol(line + n + 1);
	fclose(f);
	return v;
}

#endif
