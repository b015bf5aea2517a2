/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first stub, from which all others are cloned: made once, while our process has a single
 * thread and nothing to hide. It keeps two pages at or above PLAT_GUEST_TOP (text, data), one
 * socket, and nothing else.
 *
 * The place of the two pages is the first free one in our own process: usually PLAT_GUEST_TOP
 * itself, which host address randomisation may have given to something of ours.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "platform/ptrace/child.h"
#include "platform/ptrace/ptrace_priv.h"

#define PLACES     64
#define PLACE_STEP 0x200000ULL

static const char *const birth_stages[BIRTH_STAGES] = {
	[BIRTH_DEATH_SIGNAL] = "prctl(PR_SET_PDEATHSIG)",
	[BIRTH_SESSION] = "setsid",
	[BIRTH_SIGNALS] = "rt_sigaction",
	[BIRTH_LIMITS] = "setrlimit",
	[BIRTH_DUMPABLE] = "prctl(PR_SET_DUMPABLE)",
	[BIRTH_DESCRIPTORS] = "dup2",
	[BIRTH_CAPABILITIES] = "capset",
	[BIRTH_RSEQ] = "rseq(UNREGISTER)",
	[BIRTH_NO_NEW_PRIVS] = "prctl(PR_SET_NO_NEW_PRIVS)",
	[BIRTH_SECCOMP] = "seccomp(SET_MODE_FILTER)",
};

/* Why init failed, for people. Written by one thread, once. */
static char why_text[512];

PRINTF_LIKE(3, 4) static int refuse(int err, const char **ret_why, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(why_text, sizeof(why_text), fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < sizeof(why_text))
		snprintf(why_text + len, sizeof(why_text) - (size_t)len, " (%s)", strerror(-err));
	*ret_why = why_text;
	return err;
}

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

/* What the child has to close where the host lacks close_range. */
static long find_highest_fd(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct rlimit limit;
	struct dirent *entry;
	long highest = -1;

	if (!dir)
		return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? 1024 : (long)limit.rlim_max;
	while ((entry = readdir(dir))) {
		long fd = strtol(entry->d_name, NULL, 10);

		highest = MAX(highest, fd);
	}
	closedir(dir);
	return highest;
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
		return refuse(
			err, ret_why,
			"ptrace(SEIZE) of our own child is refused, since kernel.yama.ptrace_scope is %d: "
			"set it to 1 or less, or choose another platform",
			scope);
	return refuse(
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
			return refuse(r, ret_why,
				      "the first stub died while it was being set up: look for an "
				      "out-of-memory or seccomp kill in the host's log");
		if (stop.sig == SIGTRAP && stop.event == 0)
			break;
	}
	if (regs.rip == done && regs.rax == 0)
		return 0;
	if (regs.rip == done)
		return refuse((int)regs.rax, ret_why,
			      "munmap of all memory in the first stub is refused: a kernel with "
			      "CONFIG_MSEAL_SYSTEM_MAPPINGS cannot be used");
	if (regs.rax >= BIRTH_STAGES)
		return refuse(-EPROTO, ret_why,
			      "the first stub was stopped by somebody else's breakpoint");
	return refuse(
		(int)regs.rdi, ret_why,
		"%s is refused in the first stub: allow it in the seccomp profile around this process",
		birth_stages[regs.rax]);
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
		return refuse(
			r, ret_why,
			"PTRACE_SYSEMU with PTRACE_GET_SYSCALL_INFO does not work: the host needs "
			"Linux 5.3 or later");
	r = probe_memory(p);
	if (r < 0)
		return refuse(
			r, ret_why,
			"process_vm_readv of our own child is refused: allow process_vm_readv and "
			"process_vm_writev in the seccomp profile around this process");
	r = fpu_probe_size(p->template, &p->fpu_size);
	if (r < 0)
		return refuse(r, ret_why, "PTRACE_GETREGSET(NT_X86_XSTATE) does not work");
	return 0;
}

static int fork_template(struct platform *p, const char **ret_why)
{
	long highest_fd = find_highest_fd();
	long pid;

	/* Not through the libc: no handlers run, and the exit signal 0 keeps stubs out of any plain
	 * wait() of ours. */
	pid = syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (pid == 0)
		template_child(p, highest_fd);
	if (pid < 0)
		return refuse(-errno, ret_why,
			      "fork of the first stub failed: raise RLIMIT_NPROC or pids.max");
	p->template = (pid_t)pid;
	return 0;
}

/* An ignored SIGCHLD, which survives execve, would reap traced stubs before we do. */
static void keep_zombies(void)
{
	struct sigaction sa;

	if (sigaction(SIGCHLD, NULL, &sa) < 0)
		return;
	if (sa.sa_handler != SIG_IGN && !(sa.sa_flags & SA_NOCLDWAIT))
		return;
	if (sa.sa_handler == SIG_IGN)
		sa.sa_handler = SIG_DFL;
	sa.sa_flags &= ~SA_NOCLDWAIT;
	check(sigaction(SIGCHLD, &sa, NULL) == 0);
}

int template_make(struct platform *p, const char **ret_why)
{
	int r = map_region(p);

	if (r < 0)
		return refuse(r, ret_why, "no place for the stub's code at %#llx", PLAT_GUEST_TOP);
	keep_zombies();
	r = fork_template(p, ret_why);
	unmap_region(p);
	if (r < 0)
		return r;

	r = tracee_seize(p->template);
	if (r < 0)
		return refuse_trace(r, ret_why);
	if (write(p->sock_send, "", 1) != 1)
		return refuse(-errno, ret_why, "write to the stubs' socket failed");
	r = await_birth(p, ret_why);
	if (r == 0)
		r = probe(p, ret_why);
	if (r < 0)
		return r;
	r = tracee_park(p, p->template);
	return r < 0 ? refuse(r, ret_why, "the first stub died after it was set up") : 0;
}

static void kill_one(pid_t *pid)
{
	int status;

	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	while (waitpid(*pid, &status, __WALL) < 0 && errno == EINTR)
		;
	*pid = 0;
}

void template_kill(struct platform *p)
{
	kill_one(&p->template);
	kill_one(&p->spare);
}

int template_replace(struct platform *p)
{
	kill_one(&p->template);
	if (p->spare <= 0)
		return -EAGAIN;
	p->template = p->spare;
	p->spare = 0;
	return 0;
}
