/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first stub, from which all others are cloned: made once, while our process has a single
 * thread and nothing to hide. It keeps two pages at or above PLAT_GUEST_TOP (text, data), one
 * socket, and nothing else.
 *
 * The place of the two pages is the first free one in our own process: usually PLAT_GUEST_TOP
 * itself, which host address randomisation may have given to something of ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "platform/child.h"
#include "platform/newborn.h"
#include "platform/ptrace/ptrace_priv.h"
#include "platform/refuse.h"

#define PLACES     64
#define PLACE_STEP 0x200000ULL

static int map_region(struct platform *p)
{
	size_t stub_size = (size_t)(ptrace_stub_end - ptrace_stub_begin);
	struct stub_data *data;

	check(stub_size <= STUB_PAGE && sizeof(*data) <= STUB_PAGE);
	for (uint64_t i = 0; i < PLACES; i++) {
		uint64_t want = PLAT_GUEST_TOP + i * PLACE_STEP;
		void *hint = (void *)(uintptr_t)want;
		void *got = mmap(hint, 2 * STUB_PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

		if (got == MAP_FAILED && errno != EEXIST)
			return -errno;
		if (got == MAP_FAILED)
			continue;
		if (got != hint) { /* kernels before 4.17 take the address for a hint */
			munmap(got, 2 * STUB_PAGE);
			continue;
		}
		p->base = want;
		memcpy(got, ptrace_stub_begin, stub_size);
		data = (struct stub_data *)(void *)((char *)got + STUB_PAGE);
		data->iov = (struct iovec){&data->byte, 1};
		data->msg = (struct msghdr){
			.msg_iov = &data->iov,
			.msg_iovlen = 1,
			.msg_control = data->control,
			.msg_controllen = sizeof(data->control),
		};
		return mprotect(got, STUB_PAGE, PROT_READ | PROT_EXEC) < 0 ? -errno : 0;
	}
	return -EEXIST;
}

static void unmap_region(const struct platform *p)
{
	munmap((void *)(uintptr_t)p->base, 2 * STUB_PAGE);
}

static int read_yama_scope(void)
{
	int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
	char digit = 0;

	if (fd < 0)
		return 0;
	if (read(fd, &digit, 1) != 1)
		digit = '0';
	close(fd);
	return digit - '0';
}

static int refuse_trace(int err, const char **ret_why)
{
	int scope = read_yama_scope();

	if (err == -EPERM && scope >= 2)
		return plat_refuse(
			err, ret_why,
			"ptrace(SEIZE) of our own child is refused, since kernel.yama.ptrace_scope is %d: "
			"set it to 1 or less, or choose another platform",
			scope);
	return plat_refuse(
		err, ret_why,
		"ptrace(SEIZE) of our own child is refused: allow ptrace in the seccomp profile and the security "
		"module around this process, or choose another platform");
}

/* Let the seized child set itself up, until it reports. */
static int await_birth(struct platform *p, const char **ret_why)
{
	struct user_regs_struct regs;
	uint64_t done = p->base + (uint64_t)(ptrace_stub_done - ptrace_stub_begin);
	struct stop stop;
	int r;

	for (;;) {
		r = (int)host_ptrace(PTRACE_CONT, p->template, 0, NULL);
		if (r == 0)
			r = tracee_wait(p->template, &stop);
		if (r == 0)
			r = tracee_get_regs(p->template, &regs);
		if (r < 0)
			return plat_refuse(
				r, ret_why,
				"the first stub died while it was being set up: look for an "
				"out-of-memory or seccomp kill in the host's log");
		if (stop.sig == SIGTRAP && stop.event == 0)
			break;
	}
	if (regs.rip == done && regs.rax == 0)
		return 0;
	if (regs.rip == done)
		return plat_refuse(
			(int)regs.rax, ret_why,
			"munmap of all memory in the first stub is refused: a kernel with "
			"CONFIG_MSEAL_SYSTEM_MAPPINGS cannot be used");
	if (regs.rax >= NEWBORN_STAGES)
		return plat_refuse(-EPROTO, ret_why,
				   "the first stub was stopped by somebody else's breakpoint");
	return plat_refuse(
		(int)regs.rdi, ret_why,
		"%s is refused in the first stub: allow it in the seccomp profile around this process",
		newborn_stage_name((enum newborn_stage)regs.rax));
}

/* A guest's system call, from stub text, with everything that a switch does. */
static int probe_sysemu(const struct platform *p)
{
	struct __ptrace_syscall_info info;
	struct user_regs_struct regs;
	struct stop stop;
	int r;

	stub_regs(p, ptrace_stub_call, &regs);
	regs.rax = SYS_getpid;
	r = tracee_set_core_regs(p->template, &regs);
	if (r == 0)
		r = (int)host_ptrace(PTRACE_SYSEMU, p->template, 0, NULL);
	if (r == 0)
		r = tracee_wait(p->template, &stop);
	if (r < 0)
		return r;
	if (!stop.syscall)
		return -EPROTO;
	r = (int)host_ptrace(PTRACE_GET_SYSCALL_INFO, p->template, sizeof(info), &info);
	return r < 0 ? r : 0;
}

static int probe_memory(const struct platform *p)
{
	uint64_t word;
	struct iovec local = {&word, sizeof(word)};
	struct iovec remote = {
		(void *)(uintptr_t)(p->base + STUB_PAGE + offsetof(struct stub_data, cpu_time)),
		sizeof(word)};

	if (process_vm_readv(p->template, &local, 1, &remote, 1, 0) != sizeof(word))
		return -errno;
	if (process_vm_writev(p->template, &local, 1, &remote, 1, 0) != sizeof(word))
		return -errno;
	return 0;
}

static int probe(struct platform *p, const char **ret_why)
{
	int r = probe_sysemu(p);

	if (r < 0)
		return plat_refuse(
			r, ret_why,
			"PTRACE_SYSEMU with PTRACE_GET_SYSCALL_INFO does not work: the host needs "
			"Linux 5.3 or later");
	r = probe_memory(p);
	if (r < 0)
		return plat_refuse(
			r, ret_why,
			"process_vm_readv of our own child is refused: allow process_vm_readv and "
			"process_vm_writev in the seccomp profile around this process");
	r = fpu_probe_size(p->template, &p->fpu_size);
	if (r < 0)
		return plat_refuse(r, ret_why, "PTRACE_GETREGSET(NT_X86_XSTATE) does not work");
	return 0;
}

NORETURN CHILD_CODE static void become_stub(const struct platform *p)
{
	uint64_t after = p->base + 2 * STUB_PAGE;
	uint64_t entry = p->base + (uint64_t)(ptrace_stub_born - ptrace_stub_begin);

	__asm__ volatile("mov %0, %%rbx\n\t"
			 "mov %2, %%r12\n\t"
			 "mov %1, %%rbp\n\t"
			 "jmp *%3"
			 :
			 : "D"(p->base), "S"(after), "d"(HOST_TOP - after), "a"(entry)
			 : "memory");
	__builtin_unreachable();
}

NORETURN CHILD_CODE static void fail(enum newborn_stage stage, long err)
{
	__asm__ volatile("int3" : : "a"((long)stage), "D"(err) : "memory");
	for (;;)
		child_call(SYS_exit_group, 1, 0, 0, 0);
}

/* The new process: stripped, filtered, and off to stub text, which reports by a breakpoint. A step
 * that fails is reported by a breakpoint too: stage in rax, error in rdi. */
NORETURN CHILD_CODE static void template_child(const struct platform *p, const struct newborn *n,
					       const struct filter *filter)
{
	enum newborn_stage stage = NEWBORN_DEATH_SIGNAL;
	long r = newborn_follow(p->self);
	char byte;

	if (r < 0)
		child_call(SYS_exit_group, 1, 0, 0, 0);
	/* From the first byte on we are traced, and a breakpoint stops instead of killing. */
	while (child_call(SYS_read, p->sock_recv, (long)&byte, 1, 0) == -EINTR)
		;
	r = newborn_strip(n, &stage);
	if (r >= 0) {
		stage = NEWBORN_SECCOMP;
		r = child_filter_install(filter);
	}
	if (r < 0)
		fail(stage, r);
	become_stub(p);
}

static int fork_template(struct platform *p, const char **ret_why)
{
	struct newborn n = {
		.keep_fd = p->sock_recv, .other_fd = -1, .highest_fd = newborn_highest_fd()};
	AUTO(filter_fini) struct filter filter = {0};
	long pid = stub_filter_build(&filter);

	if (pid < 0)
		return plat_refuse((int)pid, ret_why, "no memory for the stubs' filter");

	/* Not through the libc: no handlers run, and the exit signal 0 keeps stubs out of any plain
	 * wait() of ours. */
	pid = syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (pid == 0)
		template_child(p, &n, &filter);
	if (pid < 0)
		return plat_refuse(-errno, ret_why,
				   "fork of the first stub failed: raise RLIMIT_NPROC or pids.max");
	p->template = (pid_t)pid;
	return 0;
}

int template_make(struct platform *p, const char **ret_why)
{
	int r = map_region(p);

	if (r < 0)
		return plat_refuse(r, ret_why, "no place for the stub's code at %#llx",
				   PLAT_GUEST_TOP);
	newborn_keep_zombies();
	r = fork_template(p, ret_why);
	unmap_region(p);
	if (r < 0)
		return r;

	r = tracee_seize(p->template);
	if (r < 0)
		return refuse_trace(r, ret_why);
	if (write(p->sock_send, "", 1) != 1)
		return plat_refuse(-errno, ret_why, "write to the stubs' socket failed");
	r = await_birth(p, ret_why);
	if (r == 0)
		r = probe(p, ret_why);
	if (r < 0)
		return r;
	r = tracee_park(p, p->template);
	return r < 0 ? plat_refuse(r, ret_why, "the first stub died after it was set up") : 0;
}

void template_kill(struct platform *p)
{
	newborn_kill(&p->template);
	newborn_kill(&p->spare);
}

int template_replace(struct platform *p)
{
	newborn_kill(&p->template);
	if (p->spare <= 0)
		return -EAGAIN;
	p->template = p->spare;
	p->spare = 0;
	return 0;
}
