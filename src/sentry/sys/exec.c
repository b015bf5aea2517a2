/* SPDX-License-Identifier: Apache-2.0 */
/* execve(2) and execveat(2): the strings are copied from the guest once, before anything else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/at.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

/* One string has at most 32 pages (MAX_ARG_STRLEN). */
#define STRING_MAX       ((size_t)32 * 4096)
#define POINTERS_AT_ONCE 64

/* Append the string at addr. buf holds STRING_MAX bytes. */
static int add_string(struct task *t, struct loader_strings *s, uaddr_t addr, char *buf)
{
	ssize_t n = copy_in_str(t->mm, buf, addr, STRING_MAX);

	if (n < 0)
		return n == -ENAMETOOLONG ? -E2BIG : (int)n;
	return loader_strings_add(s, buf, (size_t)n);
}

/* As many pointers as can be had at once; fewer where the array ends near memory that is not there.
 */
static int read_pointers(struct task *t, uaddr_t at, uint64_t *ptrs, size_t *ret_n)
{
	size_t n = POINTERS_AT_ONCE;
	int r;

	do {
		r = copy_in(t->mm, ptrs, at, n * sizeof(*ptrs));
		if (r == 0) {
			*ret_n = n;
			return 0;
		}
		n /= 2;
	} while (n > 0 && r == -EFAULT);
	return r;
}

/* A NULL-terminated array of strings; a NULL array is an empty one. */
static int read_strings(struct task *t, uaddr_t array, struct loader_strings *s, char *buf)
{
	uint64_t ptrs[POINTERS_AT_ONCE];
	size_t n = 0;
	int r;

	if (uaddr_is_null(array))
		return 0;
	for (;;) {
		r = read_pointers(t, array, ptrs, &n);
		if (r < 0)
			return r;
		for (size_t i = 0; i < n; i++) {
			if (ptrs[i] == 0)
				return 0;
			r = add_string(t, s, uaddr(ptrs[i]), buf);
			if (r < 0)
				return r;
			if (ctx_interrupted(&t->ctx) && t->ctx.ops->killed(&t->ctx))
				return -LX_ERESTARTNOHAND;
		}
		if (!uaddr_add_ok(array, n * sizeof(*ptrs), &array))
			return -EFAULT;
	}
}

/* Both arrays. Linux gives a program without argv an empty argv[0]. */
static int read_args(struct task *t, uaddr_t argv, uaddr_t envp, struct exec_request *req)
{
	AUTO(arena_free) char *buf = arena_alloc(STRING_MAX);
	int r;

	if (!buf)
		return -ENOMEM;
	r = read_strings(t, argv, &req->argv, buf);
	if (r == 0 && req->argv.n == 0)
		r = loader_strings_add(&req->argv, "", 0);
	if (r == 0)
		r = read_strings(t, envp, &req->envp, buf);
	return r;
}

/* The name that the program is told: as given, or under /dev/fd for a descriptor. */
static int tell_path(char *buf, size_t size, int dirfd, const char *name)
{
	int n;

	if (name[0] == '/' || dirfd == LX_AT_FDCWD)
		n = snprintf(buf, size, "%s", name);
	else if (name[0] == '\0')
		n = snprintf(buf, size, "/dev/fd/%d", dirfd);
	else
		n = snprintf(buf, size, "/dev/fd/%d/%s", dirfd, name);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

/* The strings stand in the arena: a task's stack is small. */
struct exec_names {
	struct at at;
	char told[LX_PATH_MAX + 32];
};

static long exec_named(struct task *t, int dirfd, struct exec_names *names,
		       struct exec_request *req, uaddr_t argv, uaddr_t envp)
{
	int r = tell_path(names->told, sizeof(names->told), dirfd, names->at.name);

	if (r == 0)
		r = read_args(t, argv, envp, req);
	if (r < 0) {
		loader_strings_fini(&req->argv);
		loader_strings_fini(&req->envp);
		return r;
	}
	req->at = at_base(&names->at);
	req->path = names->at.name;
	req->told_path = names->told;
	return task_exec(t, req);
}

static long exec_at(struct task *t, int dirfd, uaddr_t name, uaddr_t argv, uaddr_t envp,
		    unsigned walk_flags)
{
	struct exec_request req = {.walk_flags = walk_flags};
	AUTO(arena_free) struct exec_names *names = arena_alloc(sizeof(*names));
	long r;

	if (!names)
		return -ENOMEM;
	r = at_get(&names->at, t, dirfd, name, walk_flags & WALK_EMPTY);
	if (r < 0)
		return r;
	r = exec_named(t, dirfd, names, &req, argv, envp);
	at_put(&names->at);
	return r;
}

long sys_execve(struct task *t, const struct sysargs *a)
{
	return exec_at(t, LX_AT_FDCWD, arg_uaddr(a, 0), arg_uaddr(a, 1), arg_uaddr(a, 2),
		       WALK_FOLLOW);
}

long sys_execveat(struct task *t, const struct sysargs *a)
{
	int flags = arg_int(a, 4);
	unsigned walk_flags = 0;

	if (flags & ~(LX_AT_EMPTY_PATH | LX_AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	if (!(flags & LX_AT_SYMLINK_NOFOLLOW))
		walk_flags |= WALK_FOLLOW;
	if (flags & LX_AT_EMPTY_PATH)
		walk_flags |= WALK_EMPTY;
	return exec_at(t, arg_int(a, 0), arg_uaddr(a, 1), arg_uaddr(a, 2), arg_uaddr(a, 3),
		       walk_flags);
}
