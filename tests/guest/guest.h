/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every guest program includes. A program shows one behaviour of Linux: exit status 0 means
 * that it held, 77 that this machine cannot show it (the reason is printed), anything else that it
 * did not (expected and got are printed).
 *
 * A constructor arms an alarm of GUEST_SECONDS, so that nothing hangs for ever: 30, or what the
 * environment's CAISSON_GUEST_SECONDS says on a slow machine. Children do not inherit an alarm:
 * fork with guest_fork(). The program may be pid 1, where deadly signals have no effect: let a
 * child die, never the first process.
 */
#ifndef CAISSON_TESTS_GUEST_H
#define CAISSON_TESTS_GUEST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GUEST_SKIP    77
#define GUEST_SECONDS guest_seconds()
#define GUEST_FN      __attribute__((unused)) static
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Never mapped; volatile, so that the compiler does not know it. */
__attribute__((unused)) static void *volatile guest_bad_ptr = (void *)1;
#define BAD_PTR guest_bad_ptr

static char guest_dir[64];
static pid_t guest_dir_owner;
static char guest_self_path[4096];

GUEST_FN int guest_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Remove the temporary directory; does nothing in a child. */
GUEST_FN void guest_cleanup(void)
{
	if (guest_dir[0] && guest_dir_owner == getpid() && chdir("/") == 0)
		nftw(guest_dir, guest_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#define FAIL(...)                                                                                  \
	do {                                                                                       \
		dprintf(2, "%s:%d: ", __FILE__, __LINE__);                                         \
		dprintf(2, __VA_ARGS__);                                                           \
		dprintf(2, "\n");                                                                  \
		guest_cleanup();                                                                   \
		_exit(1);                                                                          \
	} while (0)

#define DIE(what) FAIL("%s: %s", what, strerror(errno))

#define SKIP(...)                                                                                  \
	do {                                                                                       \
		dprintf(1, "skip: ");                                                              \
		dprintf(1, __VA_ARGS__);                                                           \
		dprintf(1, "\n");                                                                  \
		guest_cleanup();                                                                   \
		_exit(GUEST_SKIP);                                                                 \
	} while (0)

#define EXPECT(cond)                                                                               \
	do {                                                                                       \
		if (!(cond))                                                                       \
			FAIL("expected %s, got the opposite (errno %d)", #cond, errno);            \
	} while (0)

#define EXPECT_EQ(a, b)                                                                            \
	do {                                                                                       \
		long long got_ = (long long)(a), want_ = (long long)(b);                           \
		if (got_ != want_)                                                                 \
			FAIL("%s: expected %s = %lld (%#llx), got %lld (%#llx), errno %d", #a, #b, \
			     want_, want_, got_, got_, errno);                                     \
	} while (0)

#define EXPECT_STR(a, b)                                                                           \
	do {                                                                                       \
		const char *got_ = (a), *want_ = (b);                                              \
		if (strcmp(got_, want_) != 0)                                                      \
			FAIL("%s: expected \"%s\", got \"%s\"", #a, want_, got_);                  \
	} while (0)

/* The call must fail with -1 and this errno. */
#define EXPECT_ERRNO(call, err)                                                                    \
	do {                                                                                       \
		errno = 0;                                                                         \
		long long got_ = (long long)(call);                                                \
		int errno_ = errno;                                                                \
		if (got_ != -1 || errno_ != (err))                                                 \
			FAIL("%s: expected -1 %s, got %lld %s", #call, #err, got_,                 \
			     got_ == -1 ? strerror(errno_) : "");                                  \
	} while (0)

/* The call must not answer -1 (or MAP_FAILED); its result is the value. */
#define EXPECT_OK(call)                                                                            \
	({                                                                                         \
		__typeof__(call) ok_ = (call);                                                     \
		if ((long long)ok_ == -1)                                                          \
			FAIL("%s: expected success, got -1 %s", #call, strerror(errno));           \
		ok_;                                                                               \
	})

#define EXPECT_EXIT(pid, code)  guest_expect_exit((pid), (code), __LINE__)
#define EXPECT_KILLED(pid, sig) guest_expect_killed((pid), (sig), __LINE__)

GUEST_FN unsigned guest_seconds(void)
{
	const char *said = getenv("CAISSON_GUEST_SECONDS");
	unsigned long n = said ? strtoul(said, NULL, 10) : 0;

	return n > 0 && n <= 3600 ? (unsigned)n : 30;
}

GUEST_FN void guest_timeout(int sig)
{
	static const char msg[] = "expected to finish in time, still running\n";

	(void)sig;
	if (write(2, msg, sizeof(msg) - 1) < 0)
		_exit(2);
	_exit(1);
}

__attribute__((constructor)) GUEST_FN void guest_guard(void)
{
	signal(SIGALRM, guest_timeout);
	alarm(GUEST_SECONDS);
}

/* fork() whose child has a time limit too. */
GUEST_FN pid_t guest_fork(void)
{
	pid_t pid = EXPECT_OK(fork());

	if (pid == 0)
		alarm(GUEST_SECONDS);
	return pid;
}

/* Wait for exactly this child; the wait status. */
GUEST_FN int guest_wait(pid_t pid)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got == -1 && errno == EINTR);
	EXPECT_EQ(got, pid);
	return status;
}

GUEST_FN void guest_expect_exit(pid_t pid, int code, int line)
{
	int status = guest_wait(pid);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
		FAIL("line %d: expected the child to exit with %d, got wait status %#x", line, code,
		     status);
}

GUEST_FN void guest_expect_killed(pid_t pid, int sig, int line)
{
	int status = guest_wait(pid);

	if (!WIFSIGNALED(status) || WTERMSIG(status) != sig)
		FAIL("line %d: expected the child to die of signal %d, got wait status %#x", line,
		     sig, status);
}

/* The absolute path of this program, for exec. Ask before any chdir (guest_tmpdir does). */
GUEST_FN const char *guest_self(void)
{
	if (!guest_self_path[0] && !realpath((const char *)getauxval(AT_EXECFN), guest_self_path))
		DIE("realpath of AT_EXECFN");
	return guest_self_path;
}

/* Make a fresh directory below /tmp and go there; it is removed at exit. */
GUEST_FN const char *guest_tmpdir(void)
{
	guest_self();
	umask(022);
	snprintf(guest_dir, sizeof(guest_dir), "/tmp/caisson-guest.XXXXXX");
	if (!mkdtemp(guest_dir))
		DIE("mkdtemp");
	EXPECT_OK(chdir(guest_dir));
	guest_dir_owner = getpid();
	atexit(guest_cleanup);
	return guest_dir;
}

/* Create or replace a file with this text. */
GUEST_FN void guest_write_file(const char *path, const char *text, mode_t mode)
{
	int fd = EXPECT_OK(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));

	EXPECT_EQ(write(fd, text, strlen(text)), strlen(text));
	EXPECT_OK(fchmod(fd, mode));
	EXPECT_OK(close(fd));
}

/* Read a whole (small) file as a string, at most n - 1 bytes; the length. */
GUEST_FN size_t guest_read_file(const char *path, char *buf, size_t n)
{
	int fd = EXPECT_OK(open(path, O_RDONLY | O_CLOEXEC));
	size_t len = 0;
	ssize_t r;

	while (len < n - 1 && (r = EXPECT_OK(read(fd, buf + len, n - 1 - len))) > 0)
		len += (size_t)r;
	buf[len] = 0;
	EXPECT_OK(close(fd));
	return len;
}

GUEST_FN int64_t guest_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* For loops that repeat something until it is seen; never as the event itself. */
GUEST_FN void guest_pause_ms(long ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&ts, NULL);
}

#endif
