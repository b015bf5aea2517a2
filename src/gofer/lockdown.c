/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left to a Gofer that a client has taken over: the host calls below, on the files of its
 * exports. It cannot execute, connect, trace, or signal anything, and without a writable export it
 * cannot change a file.
 *
 * A filter does not see the paths that openat2 gets, so what can be named is confined apart from
 * it: by mounts of our own (the roots are trees that lie nowhere, the root directory is empty,
 * /proc shows us alone) where the host's root started us, and by a Landlock domain, which any user
 * may have. Not by a user namespace: in it all files but the user's own would seem to be nobody's.
 * With neither, it reaches the files that its user can reach.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "gofer/gofer_priv.h"
#include "host/fd.h"
#include "host/landlock.h"
#include "host/ns.h"
#include "host/path.h"
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
#define ABOVE     16 /* descriptors on their way are not in each other's place */
#define CAP(cap)  (UINT64_C(1) << (cap))
#define ROW(call, action_, why_, ...)                                                              \
	{                                                                                          \
		.nr = SYS_##call, .name = #call, .action = (action_), .why = (why_), .args = {     \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define ALLOW(call, why, ...)  ROW(call, SECCOMP_RET_ALLOW, why, __VA_ARGS__)
#define REFUSE(call, err, why) ROW(call, SECCOMP_RET_ERRNO | (err), why, )
/* The directory argument is a descriptor of ours, not the working directory: that one is nobody's
 * business. */
#define DIRFD(arg_) FILTER_MASK32(arg_, 0x80000000u, 0)

static const struct filter_rule looking[] = {
	ALLOW(recvmsg, "requests", FILTER_EQ32(0, GOFER_FD_CONN)),
	ALLOW(sendmsg, "answers, with descriptors of regular files", FILTER_EQ32(0, GOFER_FD_CONN)),
	ALLOW(openat2, "find files, by one name in one directory", DIRFD(0)),
	ALLOW(openat, "open what was found, by /proc/self/fd", FILTER_EQ32(0, GOFER_FD_PROC)),
	ALLOW(statx, "attributes", DIRFD(0)),
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
	ALLOW(write, "the log", FILTER_EQ32(0, GOFER_FD_LOG)),
	ALLOW(rt_sigreturn, "to go on after a stop"),
	ALLOW(restart_syscall, "to go on after a stop"),
	ALLOW(exit_group, "the end"),
	/* abort(3) then ends by the instruction that it keeps for that. */
	REFUSE(rt_sigprocmask, EPERM, "the libc's abort"),
	REFUSE(rt_sigaction, EPERM, "the libc's abort"),
	REFUSE(getpid, EPERM, "the libc's abort"),
	REFUSE(gettid, EPERM, "the libc's abort"),
	REFUSE(tgkill, EPERM, "the libc's abort"),
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

/* Younger calls that a host may lack, or refuse. */
static const struct filter_rule old_host[] = {
	ALLOW(openat, "find files, on a host without openat2", DIRFD(0)),
	ALLOW(fchmodat, "modes, on a host without fchmodat2", FILTER_EQ32(0, GOFER_FD_PROC)),
};

const struct filter_rule *gofer_host_calls(enum gofer_calls which, size_t *ret_n)
{
	switch (which) {
	case GOFER_CALLS_LOOKING:
		*ret_n = ARRAY_SIZE(looking);
		return looking;
	case GOFER_CALLS_CHANGING:
		*ret_n = ARRAY_SIZE(changing);
		return changing;
	case GOFER_CALLS_OLD_HOST:
		*ret_n = ARRAY_SIZE(old_host);
		return old_host;
	}
	*ret_n = 0;
	return NULL;
}

/* --- descriptors --- */

int lockdown_put(int fd, int number)
{
	int r = host_dup_to(fd, number);

	if (fd != number)
		host_close(fd);
	return r < 0 ? r : host_set_cloexec(number, true);
}

int lockdown_place(const struct gofer_config *config)
{
	int conn = host_dup(config->conn_fd, ABOVE);
	int log = config->log_fd < 0 ? -1 : host_dup(config->log_fd, ABOVE);
	int r = conn < 0 ? conn : host_empty_stdio();

	if (r == 0)
		r = lockdown_put(conn, GOFER_FD_CONN);
	/* No file may ever get the number of a log that is not there. */
	if (r == 0)
		r = lockdown_put(log < 0 ? host_dup(STDERR_FILENO, ABOVE) : log, GOFER_FD_LOG);
	log_set_fd(r == 0 && log >= 0 ? GOFER_FD_LOG : -1);
	return r;
}

static int close_the_rest(const struct server *s)
{
	size_t n = 0;
	int r, *keep = calloc(s->nroots + GOFER_FD_LOG + 1, sizeof(*keep));

	if (!keep)
		return -ENOMEM;
	for (int i = 0; i <= GOFER_FD_LOG; i++)
		keep[n++] = i;
	for (size_t i = 0; i < s->nroots; i++)
		keep[n++] = s->roots[i].node->fd;
	r = host_close_all_but(keep, n);
	free(keep);
	return r;
}

/* --- what can be named --- */

static int enter_domain(const struct server *s)
{
	AUTO(free) struct host_landlock_rule *rules = calloc(s->nroots + 1, sizeof(*rules));

	if (!rules)
		return -ENOMEM;
	for (size_t i = 0; i < s->nroots; i++) {
		const struct node *n = s->roots[i].node;

		rules[i] = (struct host_landlock_rule){
			.fd = n->fd, .is_dir = S_ISDIR(n->id.mode), .writable = n->writable};
	}
	return host_landlock_confine(rules, s->nroots);
}

static int confine(const struct server *s, const struct gofer_config *config, bool own_trees)
{
	int root = own_trees ? host_empty_root() : -EPERM;
	int domain = enter_domain(s);
	bool confined = root == 0 || domain >= 0;

	log_info("isolation of the Gofer: %s%s",
		 root == 0 ? "mounts of its own" : "the host's mounts",
		 domain >= 0 ? ", a Landlock domain" : ", no Landlock domain");
	if (confined || config->required == ISOLATION_PROCESS)
		return 0;
	log_error(
		"--require-isolation=%s: the Gofer can be confined neither by mounts (%s) nor by Landlock (%s)",
		isolation_name(config->required), strerror(-root), strerror(-domain));
	return -EACCES;
}

/* Of a Gofer that runs as the host's root: what it takes to see, and to change, files of others. */
static uint64_t needed_caps(const struct server *s)
{
	uint64_t changing_caps = CAP(CAP_CHOWN) | CAP(CAP_DAC_OVERRIDE) | CAP(CAP_FOWNER) |
				 CAP(CAP_FSETID);

	return CAP(CAP_DAC_READ_SEARCH) | (s->any_writable ? changing_caps : 0);
}

/* --- the filter --- */

struct rules {
	struct filter_rule v[RULES_MAX];
	size_t n;
};

static void add(struct rules *r, const struct filter_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		check(r->n < RULES_MAX);
		r->v[r->n++] = rules[i];
	}
}

static int install(const struct server *s)
{
	AUTO(filter_fini) struct filter f = {0};
	struct rules rules = {.n = 0};
	int r;

	add(&rules, looking, ARRAY_SIZE(looking));
	if (s->any_writable)
		add(&rules, changing, ARRAY_SIZE(changing));
	if (!host_has_openat2() || !host_has_fchmodat2())
		add(&rules, old_host, ARRAY_SIZE(old_host));
	r = filter_build(rules.v, rules.n, SECCOMP_RET_KILL_PROCESS, &f);
	return r < 0 ? r : filter_install(&f, 0);
}

int lockdown(struct server *s, const struct gofer_config *config, bool own_trees)
{
	int r = close_the_rest(s);

	if (r == 0)
		r = host_no_new_privs();
	if (r == 0)
		r = confine(s, config, own_trees);
	if (r == 0)
		r = host_keep_caps(needed_caps(s));
	if (r == 0 && SANITIZED)
		log_warn("this Gofer is built with a sanitizer and runs without a seccomp filter");
	else if (r == 0)
		r = install(s);
	return r;
}
