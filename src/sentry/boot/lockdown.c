/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left to a Sentry that a guest has taken over. It was born into namespaces where the host
 * gives them (runtime/spawn.c), and then takes from itself, in this order: descriptors, privileges
 * to be gained by exec, the root directory, all names by a Landlock domain, capabilities; and after
 * the first stub, all host calls but those below.
 *
 * A seccomp filter sees numbers, not memory: paths, sockets' addresses and the targets of signals
 * are kept away by the empty root, the Landlock domain and the pid namespace. Where a host gives
 * none of these (level `process`), a taken-over Sentry can learn attributes of files by name
 * (statx), and trace and kill processes of its user where Yama lets it; it cannot open, execute or
 * connect anything at any level.
 */
#include "sentry/boot/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <ucontext.h>
#include <unistd.h>

#include "abi/signal.h"
#include "base/log.h"
#include "host/fd.h"
#include "host/landlock.h"
#include "host/ns.h"
#include "host/proc.h"
#include "host/seccomp.h"
#include "host/thread.h"
#include "platform/platform.h"
#include "sentry/boot/boot.h"
#include "sentry/sys/sys.h"

/* Sanitizers make calls of their own, which nobody lists. */
#ifdef HOST_THREAD_SANITIZED
#define SANITIZED true
#else
#define SANITIZED false
#endif

#define LOWEST_FD 3 /* below is stdio, which leads nowhere */
#define RULES_MAX 160

#define ROW(call, action_, why_, ...)                                                              \
	{                                                                                          \
		.nr = SYS_##call, .name = #call, .action = (action_), .why = (why_), .args = {     \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define ALLOW(call, why, ...)       ROW(call, SECCOMP_RET_ALLOW, why, __VA_ARGS__)
#define REFUSE(call, err, why, ...) ROW(call, SECCOMP_RET_ERRNO | (err), why, __VA_ARGS__)
#define IOCTL(cmd, why)             ALLOW(ioctl, why, FILTER_EQ32(1, cmd))
/* Not AT_FDCWD or anything else that is no descriptor. */
#define OPEN_FD(arg_) FILTER_MASK32(arg_, 0x80000000u, 0)
#define NO_CODE       FILTER_MASK32(2, PROT_EXEC, 0)

/* What pthread_create asks for. */
#define CLONE_OF_PTHREADS                                                                          \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |        \
	 CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

/* The descriptors that these act on are the guest's stdio, files that the Gofer has opened, memory
 * files, and the sockets to our other processes: there is no way to open another. */
static const struct filter_rule rules[] = {
	ALLOW(read, "streams that were passed in"),
	ALLOW(write, "streams that were passed in, the log, the trace"),
	ALLOW(pread64, "files of the Gofer, unmapped memory files"),
	ALLOW(pwrite64, "files of the Gofer, unmapped memory files"),
	ALLOW(preadv2, "streams, without sleeping"),
	ALLOW(pwritev2, "streams, without sleeping; append to files"),
	ALLOW(recvmsg, "the CLI's and the Gofer's messages, with files"),
	ALLOW(recvfrom, "streams that are sockets"),
	ALLOW(sendmsg, "messages to the CLI and the Gofer"),
	ALLOW(sendto, "streams that are sockets"),
	ALLOW(close, "handles end"),
	ALLOW(fcntl, "how a passed stream was opened", FILTER_EQ32(1, F_GETFL)),
	ALLOW(lseek, "where data and holes are; append"),
	ALLOW(fallocate, "room in files"),
	ALLOW(ftruncate, "sizes of files"),
	ALLOW(fsync, "data to disk"),
	ALLOW(fdatasync, "data to disk"),
	ALLOW(statx, "attributes of open files", OPEN_FD(0),
	      FILTER_MASK32(2, AT_EMPTY_PATH, AT_EMPTY_PATH)),
	ALLOW(newfstatat, "what an open file is", OPEN_FD(0),
	      FILTER_MASK32(3, AT_EMPTY_PATH, AT_EMPTY_PATH)),
	ALLOW(ppoll, "is a stream ready"),
	ALLOW(epoll_create1, "streams become wait queues"),
	ALLOW(epoll_ctl, "streams become wait queues"),
	ALLOW(epoll_wait, "streams become wait queues"),
	ALLOW(eventfd2, "to end the thread that hears of streams"),
	ALLOW(memfd_create, "guest memory that is shared",
	      FILTER_EQ32(1, MFD_CLOEXEC | MFD_ALLOW_SEALING)),

	IOCTL(TCGETS, "settings of a terminal; is it one"),
	IOCTL(TCSETS, "settings of a terminal"),
	IOCTL(TCSETSW, "settings of a terminal"),
	IOCTL(TCSETSF, "settings of a terminal"),
	IOCTL(0x802c542a, "settings of a terminal (TCGETS2)"),
	IOCTL(0x402c542b, "settings of a terminal (TCSETS2)"),
	IOCTL(0x402c542c, "settings of a terminal (TCSETSW2)"),
	IOCTL(0x402c542d, "settings of a terminal (TCSETSF2)"),
	IOCTL(TIOCGWINSZ, "size of a terminal"),
	IOCTL(TIOCSWINSZ, "size of a terminal"),
	IOCTL(TIOCOUTQ, "what a terminal still has to write"),
	IOCTL(TCSBRK, "wait for a terminal"),
	IOCTL(TCXONC, "stop and start a terminal"),
	IOCTL(TCFLSH, "drop what a terminal holds"),
	IOCTL(FIONREAD, "what a stream has to read"),

	ALLOW(mmap, "memory, never code", NO_CODE),
	ALLOW(mprotect, "memory, never code", NO_CODE),
	ALLOW(munmap, "memory"),
	ALLOW(mremap, "memory"),
	ALLOW(madvise, "memory that is not needed any more", FILTER_EQ32(2, MADV_DONTNEED)),
	ALLOW(brk, "memory"),
	ALLOW(futex, "sleep and wake"),
	ALLOW(sched_yield, "let the other thread go first"),
	ALLOW(clone, "one thread per guest thread", FILTER_EQ64(0, CLONE_OF_PTHREADS)),
	REFUSE(clone3, ENOSYS, "its flags lie in memory; the libc then takes clone"),
	ALLOW(set_robust_list, "a thread begins"),
	ALLOW(rseq, "a thread begins"),
	ALLOW(prctl, "a thread's name", FILTER_EQ32(0, PR_SET_NAME)),
	ALLOW(rt_sigprocmask, "a thread begins, and ends"),
	ALLOW(rt_sigreturn, "to go on after a stop"),
	ALLOW(restart_syscall, "to go on after a stop"),
	ALLOW(exit, "a thread ends"),
	ALLOW(exit_group, "the end"),
	ALLOW(getrandom, "random bytes"),
	ALLOW(clock_gettime, "clocks"),
	ALLOW(clock_getres, "clocks"),
	ALLOW(sched_getaffinity, "how many processors there are", FILTER_EQ32(0, 0)),
	ALLOW(sysinfo, "how much memory and load there is"),
	ALLOW(prlimit64, "how many descriptors we may have", FILTER_EQ32(0, 0), FILTER_EQ64(2, 0)),

	ALLOW(writev, "last words of the libc, to /dev/null", FILTER_EQ32(0, STDERR_FILENO)),
	ALLOW(rt_sigaction, "the libc's own signals, with its first thread",
	      FILTER_RANGE32(0, 32, 33)),
	/* abort(3) then ends by the instruction that it keeps for that; as the first process of a
	 * pid namespace it could not signal itself anyway. */
	REFUSE(rt_sigaction, EPERM, "the libc's abort", FILTER_EQ32(0, SIGABRT)),
	REFUSE(getpid, EPERM, "the libc's abort"),
	REFUSE(gettid, EPERM, "the libc's abort"),
	REFUSE(tgkill, EPERM, "the libc's abort", FILTER_EQ32(2, SIGABRT)),
	REFUSE(openat, ENOENT, "the libc looks for the number of processors and the time zone"),
};

const struct filter_rule *lockdown_rules(size_t *ret_n)
{
	*ret_n = ARRAY_SIZE(rules);
	return rules;
}

/* --- descriptors --- */

int lockdown_descriptors(struct sentry_config *config)
{
	int control = host_dup(config->control_fd, LOWEST_FD), log = log_fd(), n = 0, keep[5], r;

	if (control < 0)
		return control;
	if (log >= 0 && log < LOWEST_FD)
		log = host_dup(log, LOWEST_FD);
	log_set_fd(log);
	config->control_fd = control;
	r = host_empty_stdio();
	if (r < 0)
		return r;
	for (int i = 0; i < LOWEST_FD; i++)
		keep[n++] = i;
	keep[n++] = control;
	if (log >= 0)
		keep[n++] = log;
	r = host_close_all_but(keep, (size_t)n);
	return r < 0 ? r : host_no_new_privs();
}

/* --- what the host gives --- */

PRINTF_LIKE(3, 4)
static void reached(struct isolation_reached *ret, enum isolation level, const char *fmt, ...)
{
	va_list ap;

	ret->level = level;
	va_start(ap, fmt);
	vsnprintf(ret->why, sizeof(ret->why), fmt, ap);
	va_end(ap);
}

int lockdown_enter(const struct sentry_config *config, struct isolation_reached *ret)
{
	int root = config->no_namespaces, domain;

	if (SANITIZED) {
		reached(ret, ISOLATION_PROCESS, "this program is built with a sanitizer");
		return host_keep_caps(0);
	}
	if (root == 0)
		root = host_empty_root();
	domain = host_landlock_confine(NULL, 0);
	if (root == 0)
		reached(ret, ISOLATION_NAMESPACES,
			"a cgroup and a user id of its own are for the runtime to give");
	else if (domain >= 0)
		reached(ret, ISOLATION_LANDLOCK, "%s: %s",
			config->no_namespaces ? "new namespaces are refused"
					      : "an empty root is refused in new namespaces",
			strerror(-root));
	else
		reached(ret, ISOLATION_PROCESS,
			"new namespaces are refused (%s), and so is Landlock (%s)", strerror(-root),
			strerror(-domain));
	log_info("isolation of the Sentry: %s%s; %s", isolation_name(ret->level),
		 root == 0 && domain >= 0 ? ", and a Landlock domain" : "", ret->why);
	return host_keep_caps(0);
}

/* --- the filter --- */

/*
 * A call that is not allowed: a bug of ours, or a Sentry that is no longer ours. Only what the log
 * needs is called here. The disposition was reset on entry and the signal is blocked, so the next
 * refused call ends the process, whatever its other threads do.
 */
static void on_refused_call(int signo, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	const greg_t *regs = uc->uc_mcontext.gregs;
	const struct sys_row *row = sys_row((unsigned)info->si_syscall);

	(void)signo;
	if (info->si_code != LX_SYS_SECCOMP)
		return;
	log_error(
		"the host call %d (%s) with arguments %#llx, %#llx, %#llx is not on the Sentry's list: the sandbox ends",
		info->si_syscall, row ? row->name : "unknown", regs[REG_RDI], regs[REG_RSI],
		regs[REG_RDX]);
	for (;;)
		syscall(info->si_syscall, regs[REG_RDI], regs[REG_RSI], regs[REG_RDX]);
}

static int report_refused_calls(void)
{
	struct sigaction sa = {.sa_sigaction = on_refused_call,
			       .sa_flags = (int)(SA_SIGINFO | SA_RESETHAND)};
	sigset_t set;

	sigemptyset(&sa.sa_mask);
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	if (sigaction(SIGSYS, &sa, NULL) < 0 || sigprocmask(SIG_UNBLOCK, &set, NULL) < 0)
		return -errno;
	return 0;
}

static int build(const struct platform_ops *pops, struct filter *ret)
{
	struct filter_rule all[RULES_MAX];
	size_t n = ARRAY_SIZE(rules);

	if (n + pops->n_host_calls > RULES_MAX)
		return -E2BIG;
	memcpy(all, rules, sizeof(rules));
	for (size_t i = 0; i < pops->n_host_calls; i++)
		all[n++] = pops->host_calls[i];
	return filter_build(all, n, SECCOMP_RET_TRAP, ret);
}

int lockdown_seal(const struct platform_ops *pops)
{
	AUTO(filter_fini) struct filter f = {0};
	int r;

	if (SANITIZED) {
		log_warn("this Sentry is built with a sanitizer and runs without a seccomp filter");
		return 0;
	}
	r = report_refused_calls();
	if (r == 0)
		r = build(pops, &f);
	if (r < 0)
		return r;
	/* No guest code runs in this process, so it need not pay for speculation barriers. */
	r = filter_install(&f, SECCOMP_FILTER_FLAG_SPEC_ALLOW);
	return r == -EINVAL ? filter_install(&f, 0) : r;
}
