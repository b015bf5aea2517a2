/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever system calls a process makes with whatever arguments, only that process suffers: its
 * parent survives, every descendant can be killed and reaped, and the kernel goes on answering.
 *
 * Each worker has a user id of its own and nothing of anybody else's within reach, so that this may
 * run on a host as root. Left out is what outlives a process (System V objects, queues, keys) or
 * asks for the machine. By hand: HOSTILE_SEED=n starts at another seed, HOSTILE_SECONDS=n goes on
 * that long, HOSTILE_ROOT=1 (sandbox only!) keeps root and leaves nothing out, HOSTILE_LOG=1 says
 * each call on standard error.
 */
#include "guest.h"

#include <grp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#define CALLS_PER_WORKER 150
#define LAST_CALL        462
#define NFDS             16

static const short left_out[] = {
	SYS_reboot,         SYS_kexec_load,    SYS_kexec_file_load,
	SYS_mount,          SYS_umount2,       SYS_swapon,
	SYS_swapoff,        SYS_settimeofday,  SYS_clock_settime,
	SYS_adjtimex,       SYS_clock_adjtime, SYS_init_module,
	SYS_finit_module,   SYS_delete_module, SYS_pivot_root,
	SYS_chroot,         SYS_ptrace,        SYS_sethostname,
	SYS_setdomainname,  SYS_iopl,          SYS_ioperm,
	SYS_quotactl,       SYS_acct,          SYS_syslog,
	SYS_vhangup,        SYS_sync,          SYS_syncfs,
	SYS_shmget,         SYS_semget,        SYS_msgget,
	SYS_mq_open,        SYS_add_key,       SYS_keyctl,
	SYS_request_key,    SYS_bpf,           SYS_perf_event_open,
	SYS_io_uring_setup, SYS_userfaultfd,   SYS_move_mount,
	SYS_fsopen,         SYS_fsmount,       SYS_open_tree,
	SYS_mount_setattr,
};

static const char *const paths[] = {"f",
				    "d",
				    ".",
				    "..",
				    "",
				    "d/../f",
				    "/dev/null",
				    "/dev/zero",
				    "/proc/self/fd/3",
				    "/proc/self/status",
				    "l",
				    "no/such",
				    "/proc/self/maps",
				    "/dev/full"};

static bool keep_root, say;
static uint64_t state;
static char *page;     /* two pages of rubbish, then a hole */
static char *readonly; /* one page */

static uint64_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545F4914F6CDD1DULL;
}

static long pointer(void)
{
	static const uint64_t wild[] = {0,
					1,
					0xfff,
					0x10000,
					0x7fffeffff000,
					0x7fffefffffff,
					0x7ffff0000000,
					0x7ffff0001000,
					0x7ffffffff000,
					0x800000000000,
					0xffff800000000000,
					0xffffffffff600000,
					UINT64_MAX,
					UINT64_MAX - 4095};

	switch (rnd() % 8) {
	case 0:
		return (long)wild[rnd() % ARRAY_SIZE(wild)];
	case 1:
		return (long)(page + 8192 - rnd() % 64);
	case 2:
		return (long)readonly;
	case 3:
		return (long)paths[rnd() % ARRAY_SIZE(paths)];
	case 4:
		return (long)&state - (long)(rnd() % 4096);
	default:
		return (long)(page + rnd() % 64 * 64);
	}
}

static long argument(void)
{
	static const long edges[] = {-1,         -2,         -100,      INT32_MAX,
				     INT32_MIN,  UINT32_MAX, INT64_MAX, INT64_MIN,
				     4095,       4096,       4097,      65536,
				     1L << 32,   1L << 20,   1L << 40,  0x7ffff0000000,
				     1000000000, 999999999};

	switch (rnd() % 6) {
	case 0:
		return (long)(rnd() % NFDS);
	case 1:
		return edges[rnd() % ARRAY_SIZE(edges)];
	case 2:
		return (long)(1UL << rnd() % 64 | (rnd() % 2 ? 1UL << rnd() % 32 : 0));
	case 3:
		return (long)(rnd() % 300);
	default:
		return pointer();
	}
}

static void rubbish(void)
{
	int64_t *word = (int64_t *)(void *)page;

	for (size_t i = 0; i < 64; i++)
		word[rnd() % 1024] = argument();
}

static bool skipped(long nr)
{
	if (keep_root)
		return (nr == SYS_exit || nr == SYS_exit_group || nr == SYS_reboot) && rnd() % 16;
	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
		if (left_out[i] == nr)
			return true;
	return (nr == SYS_exit || nr == SYS_exit_group || nr == SYS_rt_sigreturn) && rnd() % 16;
}

static void ring(int sig)
{
	(void)sig;
}

/* Descriptors 0 to NFDS - 1, and no other. */
static void own_descriptors(void)
{
	int p[2];

	close_range(0, UINT32_MAX, 0);
	open("/dev/null", O_RDWR);
	open("f", O_RDWR | O_CREAT, 0666);
	open(".", O_RDONLY | O_DIRECTORY);
	if (pipe2(p, O_NONBLOCK) || pipe(p) || socketpair(AF_UNIX, SOCK_STREAM, 0, p))
		_exit(3);
	eventfd(1, 0);
	epoll_create1(0);
	timerfd_create(CLOCK_MONOTONIC, 0);
	memfd_create("m", MFD_ALLOW_SEALING);
	socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, p);
}

static void limit(__rlimit_resource_t what, rlim_t n)
{
	struct rlimit l = {n, n};

	setrlimit(what, &l);
}

static void own_world(uid_t uid)
{
	struct itimerval tick = {{0, 3000}, {0, 3000}};
	struct sigaction sa = {.sa_handler = ring};

	setsid();
	if (!keep_root &&
	    (setresgid(uid, uid, uid) || setgroups(0, NULL) || setresuid(uid, uid, uid)))
		_exit(2);
	if (!say)
		own_descriptors();
	limit(RLIMIT_NPROC, 40);
	limit(RLIMIT_AS, 512 << 20);
	limit(RLIMIT_FSIZE, 4 << 20);
	limit(RLIMIT_CPU, 2);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, 64);
	page = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	readonly = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(page + 8192, 4096);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &tick, NULL); /* whatever blocks is interrupted */
}

static void worker(uint64_t seed, uid_t uid)
{
	state = seed * 0x9E3779B97F4A7C15ULL | 1;
	own_world(uid);
	pid_t me = (pid_t)syscall(SYS_gettid);
	for (int i = 0; i < CALLS_PER_WORKER; i++) {
		long a[6], nr = (long)(rnd() % (LAST_CALL + 1));

		rubbish();
		for (int k = 0; k < 6; k++)
			a[k] = argument();
		if (skipped(nr))
			continue;
		if (nr == SYS_socket && !keep_root)
			a[0] = AF_UNIX; /* no packets to strangers */
		if (say)
			dprintf(2, "seed %lu: %ld(%#lx, %#lx, %#lx, %#lx, %#lx, %#lx)\n", seed, nr,
				a[0], a[1], a[2], a[3], a[4], a[5]);
		syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		if (syscall(SYS_gettid) != me)
			syscall(SYS_exit_group, 0); /* a child that the call made */
	}
	syscall(SYS_exit_group, 0);
}

/* End everything that has this user id. */
static void sweep(uid_t uid)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		if (setresuid(uid, uid, uid))
			_exit(2);
		kill(-1, SIGKILL);
		_exit(0);
	}
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	EXPECT_EQ(errno, ECHILD);
}

static void one_seed(uint64_t seed, uid_t uid)
{
	struct timespec most = {0, 400000000};
	sigset_t chld;
	pid_t pid;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	while (sigtimedwait(&chld, NULL, &(struct timespec){0, 0}) > 0)
		;
	pid = guest_fork();
	if (pid == 0) {
		sigprocmask(SIG_UNBLOCK, &chld, NULL);
		worker(seed, uid);
	}
	sigtimedwait(&chld, NULL, &most);
	kill(pid, SIGKILL);
	sweep(uid);
}

static long wish(const char *name, long otherwise)
{
	return getenv(name) ? strtol(getenv(name), NULL, 10) : otherwise;
}

static void kernel_answers(void)
{
	char buf[32];

	guest_write_file("after", "still here", 0644);
	EXPECT_EQ(guest_read_file("after", buf, sizeof(buf)), 10);
	EXPECT_OK(unlink("after"));
	pid_t pid = guest_fork();
	if (pid == 0)
		_exit(42);
	EXPECT_EXIT(pid, 42);
}

int main(void)
{
	if (getuid() != 0)
		SKIP("needs root, to give each worker a user id of its own");
	uint64_t seed = (uint64_t)wish("HOSTILE_SEED", 1);
	int64_t end = guest_now_ns() + wish("HOSTILE_SECONDS", 8) * 1000000000;
	uid_t uid = 100000 + (uid_t)getpid();
	sigset_t chld;

	keep_root = wish("HOSTILE_ROOT", 0) != 0;
	say = wish("HOSTILE_LOG", 0) != 0;
	alarm((unsigned)wish("HOSTILE_SECONDS", 8) + 20);
	guest_tmpdir();
	EXPECT_OK(chmod(".", 0777));
	EXPECT_OK(mkdir("d", 0777));
	EXPECT_OK(symlink("f", "l"));
	EXPECT_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	for (int n = 0; n < 200 || getenv("HOSTILE_SECONDS"); n++) {
		if (guest_now_ns() > end)
			break;
		if (getenv("HOSTILE_TELL"))
			dprintf(2, "seed %lu\n", seed);
		one_seed(seed++, uid);
	}
	kernel_answers();
	return 0;
}
