/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left to a Gofer that a client has taken over: the host calls below, on the descriptors
 * that it has. It can reach the files that its user can reach (openat2 takes absolute paths too: a
 * seccomp filter does not see them), but it cannot execute, connect, trace, or signal anything, and
 * without a writable export it cannot change a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "gofer/gofer_priv.h"
#include "host/fd.h"
#include "host/proc.h"
#include "host/seccomp.h"
#include "host/thread.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

/* Sanitizers make calls of their own, which nobody lists. */
#ifdef HOST_THREAD_SANITIZED
#define SANITIZED true
#else
#define SANITIZED false
#endif

#define RULES_MAX 64
#define ALLOW(call, why_, ...)                                                                     \
	{                                                                                          \
		.nr = SYS_##call, .name = #call, .action = SECCOMP_RET_ALLOW, .why = (why_),       \
		.args = {                                                                          \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
/* The directory argument is a descriptor of ours, not the working directory: that one is nobody's
 * business. */
#define DIRFD(arg_) FILTER_MASK32(arg_, 0x80000000u, 0)

static const struct filter_rule looking[] = {
	ALLOW(openat2, "find files, by one name in one directory", DIRFD(0)),
	ALLOW(statx, "attributes", DIRFD(0)),
	ALLOW(newfstatat, "attributes, on a host without statx", DIRFD(0)),
	ALLOW(readlinkat, "where symlinks point", DIRFD(0)),
	ALLOW(getdents64, "entries of directories"),
	ALLOW(lseek, "go on in a directory"),
	ALLOW(fstatfs, "size of file systems"),
	ALLOW(fgetxattr, "extended attributes"),
	ALLOW(flistxattr, "extended attributes"),
	ALLOW(close, "files that are not in use any more"),
	ALLOW(mmap, "memory, never code", FILTER_MASK32(2, PROT_EXEC, 0),
	      FILTER_MASK32(3, MAP_ANONYMOUS, MAP_ANONYMOUS)),
	ALLOW(mremap, "memory"),
	ALLOW(munmap, "memory"),
	ALLOW(madvise, "memory"),
	ALLOW(brk, "memory"),
	ALLOW(futex, "the allocator's locks"),
	ALLOW(getrandom, "the allocator's tables"),
	ALLOW(clock_gettime, "the time of a line in the log"),
	ALLOW(rt_sigprocmask, "to abort"),
	ALLOW(rt_sigaction, "to abort", FILTER_EQ32(0, SIGABRT)),
	ALLOW(rt_sigreturn, "to go on after a stop"),
	ALLOW(restart_syscall, "to go on after a stop"),
	ALLOW(getpid, "to abort"),
	ALLOW(gettid, "to abort"),
	ALLOW(exit_group, "the end"),
	ALLOW(exit, "the end"),
};

static const struct filter_rule changing[] = {
	ALLOW(mkdirat, "new directories", DIRFD(0)),
	ALLOW(mknodat, "new regular files", DIRFD(0), FILTER_MASK32(2, S_IFMT, S_IFREG)),
	ALLOW(mknodat, "new FIFOs", DIRFD(0), FILTER_MASK32(2, S_IFMT, S_IFIFO)),
	ALLOW(symlinkat, "new symlinks", DIRFD(1)),
	ALLOW(linkat, "new names of files", DIRFD(0), DIRFD(2)),
	ALLOW(unlinkat, "remove names", DIRFD(0)),
	ALLOW(renameat2, "move names", DIRFD(0), DIRFD(2)),
	ALLOW(fchmodat2, "modes", DIRFD(0)),
	ALLOW(fchownat, "owners", DIRFD(0)),
	ALLOW(utimensat, "times", DIRFD(0)),
	ALLOW(ftruncate, "sizes"),
	ALLOW(fsync, "data and directories to disk"),
	ALLOW(fdatasync, "data to disk"),
	ALLOW(fsetxattr, "extended attributes"),
	ALLOW(fremovexattr, "extended attributes"),
};

struct rules {
	struct filter_rule v[RULES_MAX];
	size_t n;
};

static void add(struct rules *r, const struct filter_rule *rule)
{
	if (r->n < RULES_MAX)
		r->v[r->n++] = *rule;
}

static void add_all(struct rules *r, const struct filter_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(r, &rules[i]);
}

/* Rules that name descriptors and our own pid, which are known only now. */
static void add_bound(struct rules *r, const struct server *s, int log_fd)
{
	struct filter_rule bound[] = {
		ALLOW(recvmsg, "requests", FILTER_EQ32(0, s->conn)),
		ALLOW(sendmsg, "answers, with descriptors of regular files",
		      FILTER_EQ32(0, s->conn)),
		ALLOW(openat, "open what was found, by /proc/self/fd", FILTER_EQ32(0, s->proc)),
		ALLOW(tgkill, "to abort", FILTER_EQ32(0, getpid())),
		ALLOW(write, "the log", FILTER_EQ32(0, log_fd)),
		ALLOW(fchmodat, "modes, on a host without fchmodat2", FILTER_EQ32(0, s->proc)),
	};
	size_t n = ARRAY_SIZE(bound) - (s->any_writable ? 0 : 1);

	add_all(r, bound, n);
}

static int install(const struct server *s, int log_fd)
{
	AUTO(filter_fini) struct filter f = {0};
	struct rules rules = {.n = 0};
	int r;

	add_all(&rules, looking, ARRAY_SIZE(looking));
	if (s->any_writable)
		add_all(&rules, changing, ARRAY_SIZE(changing));
	add_bound(&rules, s, log_fd);
	r = filter_build(rules.v, rules.n, SECCOMP_RET_KILL_PROCESS, &f);
	return r < 0 ? r : filter_install(&f, 0);
}

static int close_the_rest(const struct server *s, int log_fd)
{
	size_t n = 0;
	int r, *keep = calloc(s->nroots + 6, sizeof(*keep));

	if (!keep)
		return -ENOMEM;
	for (int i = 0; i < 3; i++)
		keep[n++] = i;
	keep[n++] = s->conn;
	keep[n++] = s->proc;
	if (log_fd >= 0)
		keep[n++] = log_fd;
	for (size_t i = 0; i < s->nroots; i++)
		keep[n++] = s->roots[i].node->fd;
	r = host_close_all_but(keep, n);
	free(keep);
	return r;
}

int lockdown(struct server *s, int log_fd)
{
	int r = close_the_rest(s, log_fd);

	if (r == 0)
		r = host_no_new_privs();
	if (r == 0 && SANITIZED)
		log_warn("this Gofer is built with a sanitizer and runs without a seccomp filter");
	else if (r == 0)
		r = install(s, log_fd);
	return r;
}
