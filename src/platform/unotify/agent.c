/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory commands: host calls that the stub's agent makes on our order, several in one hand-off.
 *
 * Everything is checked before it is ordered: no command reaches PLAT_GUEST_TOP, and each flag is
 * one that we know. The agent takes its orders from a page that the stub can only read, and its
 * answers come in registers, so that no guest can have a say. A file to be mapped is descriptor
 * STUB_FD of the stub for the time of the order.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/check.h"
#include "base/checked.h"
#include "platform/command.h"
#include "platform/unotify/unotify_priv.h"

int agent_need(struct aspace *as)
{
	struct seccomp_notif n;
	int r;

	if (!as->agent)
		return birth_thread(as, STUB_ORDER_AGENT, &as->agent);
	if (!as->agent->parked)
		return 0;
	r = thread_unpark(as, as->agent, &n);
	if (r < 0)
		aspace_lose(as);
	return r;
}

int agent_calls(struct aspace *as, size_t n, size_t *ret_done)
{
	struct stub_thread *th = as->agent;
	struct seccomp_notif notif;
	int64_t last;
	int r;

	check(n > 0 && n <= STUB_CALLS);
	*ret_done = 0;
	if (atomic_load(&as->gone))
		return -ESRCH;
	r = thread_answer(as, th, (int64_t)n);
	if (r == 0)
		r = listener_recv(as, th->listener, &notif);
	if (r == 0 && (notif.data.nr != STUB_RING || notif.data.args[0] > n))
		r = -ESRCH;
	if (r < 0) {
		aspace_lose(as);
		return r;
	}
	th->id = notif.id;
	*ret_done = (size_t)notif.data.args[0];
	last = (int64_t)notif.data.args[1];
	as->agent_result = last;
	if (*ret_done == n)
		return 0;
	return last < 0 && last >= -4095 ? (int)last : -EIO;
}

static struct stub_call *call_at(struct aspace *as, size_t i)
{
	return &as_orders(as)->calls[i];
}

static void put_call(struct aspace *as, size_t i, const struct plat_cmd *c)
{
	struct stub_call *to = call_at(as, i);
	uint64_t map_flags = (unsigned int)(c->flags | MAP_FIXED | (c->fd < 0 ? MAP_ANONYMOUS : 0));
	/* In place where the start stays: MREMAP_FIXED refuses ranges that overlap. */
	uint64_t move_flags = c->new_addr == c->addr ? 0 : MREMAP_MAYMOVE | MREMAP_FIXED;
	uint64_t fd = c->fd < 0 ? ~0ULL : STUB_FD;

	switch (c->op) {
	case PLAT_MAP:
		*to = (struct stub_call){SYS_mmap,
					 {c->addr, c->len, (unsigned int)c->prot, map_flags, fd,
					  c->fd < 0 ? 0 : c->off}};
		return;
	case PLAT_UNMAP:
		*to = (struct stub_call){SYS_munmap, {c->addr, c->len}};
		return;
	case PLAT_PROTECT:
		*to = (struct stub_call){SYS_mprotect, {c->addr, c->len, (unsigned int)c->prot}};
		return;
	case PLAT_MOVE:
		*to = (struct stub_call){SYS_mremap,
					 {c->addr, c->len, c->new_len, move_flags, c->new_addr}};
		return;
	case PLAT_ADVISE:
		*to = (struct stub_call){SYS_madvise, {c->addr, c->len, (unsigned int)c->flags}};
		return;
	}
}

static void put_close(struct aspace *as, size_t i)
{
	*call_at(as, i) = (struct stub_call){SYS_close, {STUB_FD}};
}

static int map_file(struct aspace *as, const struct plat_cmd *c)
{
	size_t done;
	int r;

	if (c->flags & MAP_ANONYMOUS)
		return -EINVAL;
	r = listener_put_fd(as->agent->listener, as->agent->id, c->fd);
	if (r < 0)
		return r;
	put_call(as, 0, c);
	put_close(as, 1);
	r = agent_calls(as, 2, &done);
	if (r < 0 && done == 0 && !atomic_load(&as->gone)) {
		int r2;

		put_close(as, 0);
		r2 = agent_calls(as, 1, &done);
		if (r2 < 0) /* it must not stay there */
			aspace_lose(as);
	}
	return r;
}

/* Commands without a file, as many as fit into one order. Returns how many were looked at. */
static size_t run_some(struct aspace *as, struct plat_cmd *cmds, size_t n, int *ret)
{
	size_t some = 0, done;

	*ret = 0;
	while (some < n && some < STUB_CALLS && *ret == 0) {
		*ret = plat_cmd_check(&cmds[some]);
		if (*ret < 0 || (cmds[some].op == PLAT_MAP && cmds[some].fd >= 0))
			break;
		put_call(as, some, &cmds[some]);
		some++;
	}
	if (some > 0) {
		int r = agent_calls(as, some, &done);

		for (size_t i = 0; i < done; i++)
			cmds[i].ret = 0;
		if (r < 0) {
			*ret = r;
			if (done < n)
				cmds[done].ret = r;
			return done;
		}
	}
	if (*ret < 0)
		cmds[some].ret = *ret;
	return some;
}

int unotify_run(struct pcontext *by, struct plat_cmd *cmds, size_t n)
{
	struct aspace *as = by->as;
	int r;

	check(by->attached);
	if (by->gone)
		return -ESRCH;
	GUARD(&as->stub_lock);
	r = agent_need(as);
	for (size_t i = 0; i < n && r == 0;) {
		i += run_some(as, &cmds[i], n - i, &r);
		if (r == 0 && i < n && cmds[i].op == PLAT_MAP && cmds[i].fd >= 0) {
			r = map_file(as, &cmds[i]);
			cmds[i].ret = r;
			i++;
		}
	}
	return r;
}

/* mincore(2) by the agent, whose slot holds the answer: the guest's to ruin, for itself. */
int unotify_incore(struct pcontext *by, uint64_t addr, uint64_t len, uint8_t *ret_vec)
{
	struct aspace *as = by->as;
	uint64_t most = SLOT_RING * STUB_PAGE;
	uint64_t end;
	int r;

	if (!add_ok(addr, len, &end) || end > PLAT_GUEST_TOP)
		return -EINVAL;
	if (by->gone)
		return -ESRCH;
	GUARD(&as->stub_lock);
	r = agent_need(as);
	while (r == 0 && addr < end) {
		uint64_t part = MIN(end - addr, most);
		size_t pages = (size_t)(part / STUB_PAGE), done;

		*call_at(as, 0) = (struct stub_call){
			SYS_mincore, {addr, part, slot_address(as->p, as->agent->slot)}};
		r = agent_calls(as, 1, &done);
		if (r == 0)
			memcpy(ret_vec, as_slot(as, as->agent->slot), pages);
		ret_vec += pages;
		addr += part;
	}
	return r;
}

/*
 * Where we may not touch another process's memory, the agent copies between the guest and its ring:
 * by the same host call, of its own process, which nobody refuses and which answers EFAULT instead
 * of faulting.
 */
static ssize_t copy_part(struct aspace *as, uint64_t addr, size_t len, bool to_guest)
{
	struct stub_orders *o = as_orders(as);
	uint64_t iovs = as->p->base + REGION_ORDERS;
	size_t done;
	int r;

	o->ours[0] = (struct iovec){(void *)(uintptr_t)slot_address(as->p, as->agent->slot), len};
	o->theirs[0] = (struct iovec){(void *)(uintptr_t)addr, len};
	*call_at(as, 0) =
		(struct stub_call){to_guest ? SYS_process_vm_writev : SYS_process_vm_readv,
				   {(uint64_t)as->pid, iovs + offsetof(struct stub_orders, ours), 1,
				    iovs + offsetof(struct stub_orders, theirs), 1}};
	/* How much was moved is the call's result, not its success. */
	r = agent_calls(as, 1, &done);
	return r < 0 ? r : as->agent_result;
}

static ssize_t transfer_piece(struct aspace *as, const struct plat_piece *v, bool to_guest)
{
	uint8_t *ring = as_slot(as, as->agent->slot);
	size_t total = 0;

	while (total < v->len) {
		uint64_t addr;
		size_t part = MIN(v->len - total, (size_t)SLOT_RING);
		ssize_t moved;

		if (!add_ok(v->addr, total, &addr) || addr >= PLAT_GUEST_TOP)
			return total > 0 ? (ssize_t)total : -EFAULT;
		part = MIN(part, (size_t)(PLAT_GUEST_TOP - addr));
		if (to_guest)
			memcpy(ring, (char *)v->buf + total, part);
		moved = copy_part(as, addr, part, to_guest);
		if (moved < 0)
			return total > 0 ? (ssize_t)total : moved;
		moved = MIN(moved, (ssize_t)part);
		if (!to_guest)
			memcpy((char *)v->buf + total, ring, (size_t)moved);
		total += (size_t)moved;
		if ((size_t)moved < part)
			break;
	}
	return (ssize_t)total;
}

ssize_t agent_transfer(struct aspace *as, const struct plat_piece *v, size_t n, bool to_guest)
{
	ssize_t total = 0;
	int r;

	GUARD(&as->stub_lock);
	r = agent_need(as);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		ssize_t moved = transfer_piece(as, &v[i], to_guest);

		if (moved < 0)
			return total > 0 ? total : moved;
		total += moved;
		if ((size_t)moved < v[i].len)
			break;
	}
	return total;
}
