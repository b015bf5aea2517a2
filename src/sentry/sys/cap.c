/* SPDX-License-Identifier: Apache-2.0 */
/* capget(2), capset(2). The caller's own thread may be changed, any may be looked at. */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

/* The header's version as a number of 32-bit words. Unknown: ours is written back, and -EINVAL. */
static int read_header(struct task *t, uaddr_t at, struct lx_cap_user_header *ret,
		       size_t *ret_words)
{
	uint32_t ours = LX__LINUX_CAPABILITY_VERSION_3;
	int r = copy_in(t->mm, ret, at, sizeof(*ret));

	if (r < 0)
		return r;
	switch (ret->version) {
	case LX__LINUX_CAPABILITY_VERSION_1:
		*ret_words = 1;
		return 0;
	case LX__LINUX_CAPABILITY_VERSION_2:
	case LX__LINUX_CAPABILITY_VERSION_3:
		*ret_words = 2;
		return 0;
	default:
		r = copy_out(t->mm, at, &ours, sizeof(ours));
		return r < 0 ? r : -EINVAL;
	}
}

long sys_capget(struct task *t, const struct sysargs *a)
{
	uaddr_t header = arg_uaddr(a, 0), data = arg_uaddr(a, 1);
	struct lx_cap_user_data out[2];
	struct lx_cap_user_header h;
	size_t words;
	int r = read_header(t, header, &h, &words);

	/* A NULL data pointer only asks for the version. */
	if (r < 0)
		return r == -EINVAL && uaddr_is_null(data) ? 0 : r;
	if (uaddr_is_null(data))
		return 0;
	if (h.pid < 0)
		return -EINVAL;
	AUTO(task_put) struct task *of = task_find(t->kernel, h.pid ? h.pid : t->tid);
	if (!of)
		return -ESRCH;
	AUTO(cred_put) const struct cred *c = task_cred_get(of);
	for (size_t i = 0; i < 2; i++)
		out[i] = (struct lx_cap_user_data){
			.effective = (uint32_t)(c->cap_effective >> (32 * i)),
			.permitted = (uint32_t)(c->cap_permitted >> (32 * i)),
			.inheritable = (uint32_t)(c->cap_inheritable >> (32 * i)),
		};
	return copy_out(t->mm, data, out, words * sizeof(out[0]));
}

/* capabilities(7), "Programmatically adjusting capability sets". */
static int check_sets(const struct cred *c, uint64_t effective, uint64_t permitted,
		      uint64_t inheritable)
{
	if (!cred_capable(c, LX_CAP_SETPCAP) &&
	    (inheritable & ~(c->cap_inheritable | c->cap_permitted)))
		return -EPERM;
	if (inheritable & ~(c->cap_inheritable | c->cap_bounding))
		return -EPERM;
	if (permitted & ~c->cap_permitted)
		return -EPERM;
	return effective & ~permitted ? -EPERM : 0;
}

long sys_capset(struct task *t, const struct sysargs *a)
{
	uint64_t effective = 0, permitted = 0, inheritable = 0;
	struct lx_cap_user_data in[2];
	struct lx_cap_user_header h;
	struct cred *new;
	size_t words;
	int r = read_header(t, arg_uaddr(a, 0), &h, &words);

	if (r < 0)
		return r;
	if (h.pid != 0 && h.pid != t->tid)
		return -EPERM;
	memset(in, 0, sizeof(in));
	r = copy_in(t->mm, in, arg_uaddr(a, 1), words * sizeof(in[0]));
	if (r < 0)
		return r;
	for (size_t i = 0; i < 2; i++) {
		effective |= (uint64_t)in[i].effective << (32 * i);
		permitted |= (uint64_t)in[i].permitted << (32 * i);
		inheritable |= (uint64_t)in[i].inheritable << (32 * i);
	}
	effective &= LX_CAP_FULL_SET;
	permitted &= LX_CAP_FULL_SET;
	inheritable &= LX_CAP_FULL_SET;
	r = check_sets(t->cred, effective, permitted, inheritable);
	if (r < 0)
		return r;
	new = cred_dup(t->cred);
	if (!new)
		return -ENOMEM;
	new->cap_effective = effective;
	new->cap_permitted = permitted;
	new->cap_inheritable = inheritable;
	new->cap_ambient &= permitted &inheritable;
	return task_commit_cred(t, new);
}
