/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small measurements of a kernel, from inside a program: each runs for a fixed time and prints
 * "name unit value". Run it on the host and in a sandbox and compare; bench/run does.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN_NS 150000000LL

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Repeat body in batches until the time is over; ns per repetition. */
static double measure(void (*body)(void), int batch)
{
	int64_t start = now_ns(), end;
	int64_t n = 0;

	do {
		for (int i = 0; i < batch; i++)
			body();
		n += batch;
		end = now_ns();
	} while (end - start < RUN_NS);
	return (double)(end - start) / (double)n;
}

static int zero_fd, pipe_fds[2];

static void do_getpid(void)
{
	syscall(SYS_getpid);
}

static void do_read_zero(void)
{
	char c;

	if (read(zero_fd, &c, 1) != 1)
		die("read /dev/zero");
}

static void do_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
}

static void do_stat(void)
{
	struct stat st;

	if (stat("/usr/bin", &st) < 0)
		die("stat /usr/bin");
}

static void do_open_close(void)
{
	int fd = open("/etc/passwd", O_RDONLY);

	if (fd < 0)
		die("open /etc/passwd");
	close(fd);
}

static void do_mmap(void)
{
	void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || munmap(p, 1 << 20) < 0)
		die("mmap");
}

static void do_touch(void)
{
	char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	madvise(p, 1 << 20, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < 1 << 20; i += 4096)
		p[i] = 1;
	munmap(p, 1 << 20);
}

static void do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		die("fork");
}

static void do_vfork_exec(void)
{
	static char *const argv[] = {(char *)"true", NULL};
	pid_t pid = vfork();

	if (pid == 0) {
		execv("/bin/true", argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		die("vfork");
}

static void on_signal(int sig)
{
	(void)sig;
}

static void do_signal(void)
{
	raise(SIGUSR1);
}

static void do_pipe(void)
{
	char c = 1;

	if (write(pipe_fds[1], &c, 1) != 1 || read(pipe_fds[0], &c, 1) != 1)
		die("pipe");
}

struct row {
	const char *name, *unit;
	void (*body)(void);
	int batch;
	double divide;
};

static const struct row rows[] = {
	{"getpid", "ns", do_getpid, 64, 1},
	{"read_zero_1B", "ns", do_read_zero, 64, 1},
	{"clock_gettime", "ns", do_clock, 64, 1},
	{"pipe_write_read_1B", "ns", do_pipe, 64, 1},
	{"stat", "ns", do_stat, 64, 1},
	{"open_close", "ns", do_open_close, 16, 1},
	{"mmap_munmap_1M", "ns", do_mmap, 16, 1},
	{"anon_touch_page", "ns", do_touch, 1, 256},
	{"signal_raise", "ns", do_signal, 16, 1},
	{"fork_exit_wait", "us", do_fork, 1, 1000},
	{"vfork_exec_wait", "us", do_vfork_exec, 1, 1000},
};

int main(int argc, char **argv)
{
	zero_fd = open("/dev/zero", O_RDONLY);
	if (zero_fd < 0 || pipe(pipe_fds) < 0)
		die("set up");
	signal(SIGUSR1, on_signal);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (argc > 1 && !strstr(rows[i].name, argv[1]))
			continue;
		printf("%s %s %.2f\n", rows[i].name, rows[i].unit,
		       measure(rows[i].body, rows[i].batch) / rows[i].divide);
		fflush(stdout);
	}
	return 0;
}
