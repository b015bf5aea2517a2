/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory commands: host calls made by the caller's own stopped stub thread, one after the other.
 *
 * Everything is checked before it is injected: no command reaches PLAT_GUEST_TOP, and each flag is
 * one that we know. A file comes by the socket that all stubs share (SCM_RIGHTS), under a lock from
 * sending to fetching, and is always descriptor STUB_FD there, so that nothing has to be believed
 * that stands in the stub's memory: the message header in its data page is the guest's to ruin,
 * which costs it its own mapping.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "platform/command.h"
#include "platform/ptrace/ptrace_priv.h"

static int call(struct pcontext *by, long nr, const uint64_t args[6])
{
	struct user_regs_struct regs;
	int64_t value;
	int r;

	stub_regs(by->as->p, ptrace_stub_call, &regs);
	regs.rax = (uint64_t)nr;
	regs.rdi = args[0];
	regs.rsi = args[1];
	regs.rdx = args[2];
	regs.r10 = args[3];
	regs.r8 = args[4];
	regs.r9 = args[5];
	r = context_inject(by, &regs);
	if (r < 0)
		return r;
	value = (int64_t)regs.rax;
	return value < 0 && value >= -4095 ? (int)value : 0;
}

static int send_fd(const struct platform *p, int fd)
{
	char byte = 0;
	struct iovec iov = {&byte, 1};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	ssize_t n;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	do {
		n = sendmsg(p->sock_send, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* The stub did not fetch its message: nobody else may find it. A buffer without control data drops
 * descriptors. */
static void drain(const struct platform *p)
{
	char byte;

	while (recv(p->sock_recv, &byte, 1, MSG_DONTWAIT) > 0 || errno == EINTR)
		errno = 0;
}

static int map_file(struct pcontext *by, const struct plat_cmd *c)
{
	struct platform *p = by->as->p;
	struct user_regs_struct regs;
	int64_t value;
	int r;

	stub_regs(p, ptrace_stub_map, &regs);
	regs.rax = SYS_recvmsg;
	regs.rdi = STUB_SOCKET;
	regs.rsi = p->base + STUB_PAGE + offsetof(struct stub_data, msg);
	regs.rdx = MSG_DONTWAIT;
	regs.rbx = c->addr;
	regs.rbp = c->len;
	regs.r12 = (unsigned int)c->prot;
	regs.r10 = (unsigned int)(c->flags | MAP_FIXED);
	regs.r8 = STUB_FD;
	regs.r9 = c->off;

	GUARD(&p->socket_lock);
	r = send_fd(p, c->fd);
	if (r < 0)
		return r;
	r = context_inject(by, &regs);
	if (r < 0 || regs.r13 != 1) {
		drain(p);
		return r < 0 ? r : -EFAULT;
	}
	value = (int64_t)regs.rax;
	return value < 0 && value >= -4095 ? (int)value : 0;
}

static int map(struct pcontext *by, const struct plat_cmd *c)
{
	uint64_t flags = (unsigned int)(c->flags | MAP_FIXED | MAP_ANONYMOUS);

	if (c->fd >= 0)
		return c->flags & MAP_ANONYMOUS ? -EINVAL : map_file(by, c);
	return call(by, SYS_mmap,
		    (uint64_t[6]){c->addr, c->len, (unsigned int)c->prot, flags, ~0ULL, 0});
}

/* In place where the start stays: MREMAP_FIXED refuses ranges that overlap. */
static int move(struct pcontext *by, const struct plat_cmd *c)
{
	uint64_t flags = c->new_addr == c->addr ? 0 : MREMAP_MAYMOVE | MREMAP_FIXED;

	return call(by, SYS_mremap,
		    (uint64_t[6]){c->addr, c->len, c->new_len, flags, c->new_addr, 0});
}

static int run_one(struct pcontext *by, const struct plat_cmd *c)
{
	int r = plat_cmd_check(c);

	if (r < 0)
		return r;
	switch (c->op) {
	case PLAT_MAP:
		return map(by, c);
	case PLAT_UNMAP:
		return call(by, SYS_munmap, (uint64_t[6]){c->addr, c->len, 0, 0, 0, 0});
	case PLAT_PROTECT:
		return call(by, SYS_mprotect,
			    (uint64_t[6]){c->addr, c->len, (unsigned int)c->prot, 0, 0, 0});
	case PLAT_MOVE:
		return move(by, c);
	case PLAT_ADVISE:
		return call(by, SYS_madvise,
			    (uint64_t[6]){c->addr, c->len, (unsigned int)c->flags, 0, 0, 0});
	}
	return -EINVAL;
}

int ptrace_run(struct pcontext *by, struct plat_cmd *cmds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		cmds[i].ret = run_one(by, &cmds[i]);
		if (cmds[i].ret < 0)
			return cmds[i].ret;
	}
	return 0;
}
