/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For programs that go for what a platform keeps in their own address space: memory that they can
 * read at or above 0x7ffff0000000, and that /proc/self/maps does not list. Linux has none, so there
 * such a program only shows that its other half holds: a witness process and the parent, which work
 * on whatever the attackers do.
 */
#ifndef CAISSON_TESTS_REGION_H
#define CAISSON_TESTS_REGION_H

#include "guest.h"

#include <setjmp.h>

#define REGION_LO   0x7ffff0000000UL
#define REGION_HI   0x7ffffffff000UL
#define REGION_PAGE 4096UL
#define REGION_MOST 64 /* ranges of pages */

struct region_range {
	uint64_t lo, hi;
	bool can_write;
};

struct region {
	struct region_range ranges[REGION_MOST];
	size_t n;
	uint64_t text, text_end; /* of the pages that hold a system call's instruction */
};

static sigjmp_buf region_jump;

GUEST_FN void region_fault(int sig)
{
	siglongjmp(region_jump, sig);
}

GUEST_FN bool region_can_read(uint64_t at)
{
	if (sigsetjmp(region_jump, 1))
		return false;
	(void)*(volatile unsigned char *)at;
	return true;
}

GUEST_FN bool region_can_write(uint64_t at)
{
	volatile unsigned char *p = (volatile unsigned char *)at;

	if (sigsetjmp(region_jump, 1))
		return false;
	*p = *p;
	return true;
}

/* Ranges of /proc/self/maps in the place, not to be touched. */
GUEST_FN bool region_listed(uint64_t at)
{
	static struct region_range listed[REGION_MOST];
	static size_t n;
	static bool known;
	char line[512];
	FILE *f;

	if (!known) {
		f = fopen("/proc/self/maps", "re");
		EXPECT(f != NULL);
		while (n < REGION_MOST && fgets(line, sizeof(line), f)) {
			listed[n].lo = strtoull(line, NULL, 16);
			listed[n].hi = strtoull(strchr(line, '-') + 1, NULL, 16);
			if (listed[n].hi > REGION_LO && listed[n].lo < REGION_HI)
				n++;
		}
		fclose(f);
		known = true;
	}
	for (size_t i = 0; i < n; i++) {
		if (listed[i].lo <= at && at < listed[i].hi)
			return true;
	}
	return false;
}

/* Look at each page that the platform may have its own in: the first few MiB of the place are seen
 * page by page; what comes behind is more of the same. */
GUEST_FN void region_find(struct region *ret)
{
	struct sigaction sa = {.sa_handler = region_fault}, segv, bus;
	struct region_range *r = NULL;

	memset(ret, 0, sizeof(*ret));
	EXPECT_OK(sigaction(SIGSEGV, &sa, &segv));
	EXPECT_OK(sigaction(SIGBUS, &sa, &bus));
	for (uint64_t at = REGION_LO; at < REGION_LO + (4UL << 20); at += REGION_PAGE) {
		bool writes;

		if (region_listed(at) || !region_can_read(at)) {
			r = NULL;
			continue;
		}
		writes = region_can_write(at);
		if (!r || r->can_write != writes) {
			if (ret->n == REGION_MOST)
				break;
			r = &ret->ranges[ret->n++];
			*r = (struct region_range){at, at, writes};
		}
		r->hi = at + REGION_PAGE;
		for (uint64_t i = at; !writes && i < at + REGION_PAGE - 1; i++) {
			if (memcmp((void *)i, "\x0f\x05", 2) == 0) {
				ret->text = ret->text ? ret->text : at;
				ret->text_end = i + 2;
			}
		}
	}
	EXPECT_OK(sigaction(SIGSEGV, &segv, NULL));
	EXPECT_OK(sigaction(SIGBUS, &bus, NULL));
}

/* ---- who must not notice ---- */

struct witness {
	pid_t pid;
	int to[2], from[2];
	uint64_t said;
};

GUEST_FN void witness_start(struct witness *w)
{
	uint64_t word;

	w->said = 0;
	EXPECT_OK(pipe2(w->to, O_CLOEXEC));
	EXPECT_OK(pipe2(w->from, O_CLOEXEC));
	w->pid = EXPECT_OK(fork());
	if (w->pid > 0)
		return;
	close(w->to[1]);
	while (read(w->to[0], &word, sizeof(word)) == sizeof(word)) {
		uint64_t *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				   -1, 0);

		p[0] = word;
		p[512] = (uint64_t)getpid();
		word = p[0] + p[512];
		munmap(p, 8192);
		if (write(w->from[1], &word, sizeof(word)) != sizeof(word))
			_exit(1);
	}
	_exit(43);
}

GUEST_FN void witness_expect(struct witness *w)
{
	uint64_t word = ++w->said;

	EXPECT_EQ(write(w->to[1], &word, sizeof(word)), sizeof(word));
	EXPECT_EQ(read(w->from[0], &word, sizeof(word)), sizeof(word));
	EXPECT_EQ(word, w->said + (uint64_t)w->pid);
}

GUEST_FN void witness_end(struct witness *w)
{
	witness_expect(w);
	for (int i = 0; i < 2; i++) {
		close(w->to[1 - i]);
		close(w->from[i]);
	}
	EXPECT_EXIT(w->pid, 43);
}

/* A child that attacks: no core, and dies of alarms. */
GUEST_FN pid_t attacker_fork(void)
{
	struct rlimit none = {0, 0};
	pid_t pid = EXPECT_OK(fork());

	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGALRM, SIG_DFL);
		signal(SIGSEGV, SIG_DFL);
	}
	return pid;
}

/* It ends of SIGKILL, or has ended already, before the time is over. */
GUEST_FN int attacker_kill(pid_t pid, int ms)
{
	int64_t end = guest_now_ns() + ms * 1000000LL;
	int status;
	pid_t r;

	EXPECT_OK(kill(pid, SIGKILL));
	while ((r = EXPECT_OK(waitpid(pid, &status, WNOHANG))) == 0) {
		if (guest_now_ns() > end)
			FAIL("process %d was sent SIGKILL %d ms ago, and lives", pid, ms);
		guest_pause_ms(1);
	}
	return status;
}

#endif
