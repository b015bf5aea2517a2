/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Once TSYNC has answered 0, every thread of the process obeys, those included that were being made
 * at that moment; and a thread that executes a program meanwhile does so with or without the
 * filter, but whole.
 */
#include "filters.h"

#define PHASES   40
#define BREEDERS 3
#define EXECS    25

static volatile int phase;
static volatile int stop;

/* A generation looks once, makes the next one, and ends. */
static void *generation(void *arg)
{
	pthread_t next;
	int before = phase;
	long r = syscall(SYS_getppid);

	if (before > 0 && (r != -1 || errno - 100 < before))
		FAIL("phase %d: getppid gave %ld, errno %d", before, r, errno);
	if (stop)
		return NULL;
	while (pthread_create(&next, NULL, generation, arg) != 0)
		;
	EXPECT_EQ(pthread_detach(next), 0);
	return NULL;
}

static void breed(void)
{
	for (int i = 0; i < BREEDERS; i++) {
		pthread_t thread;

		EXPECT_EQ(pthread_create(&thread, NULL, generation, NULL), 0);
		EXPECT_EQ(pthread_detach(thread), 0);
	}
	for (int i = 1; i <= PHASES; i++) {
		EXPECT_EQ(filter_one(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid,
				     SECCOMP_RET_ERRNO | (100 + (uint32_t)i)),
			  0);
		phase = i;
		guest_pause_ms(1);
	}
	stop = 1;
	while (filter_status("Threads") != 1)
		guest_pause_ms(1);
	EXPECT_EQ(filter_status("Seccomp_filters"), PHASES);
}

static void *synchronise(void *arg)
{
	for (;;)
		if (filter_one(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, SECCOMP_RET_ERRNO | 7) != 0)
			return arg;
}

static void execute(void)
{
	char *const argv[] = {(char *)(uintptr_t)guest_self(), (char *)(uintptr_t) "again", NULL};
	pthread_t thread;

	EXPECT_EQ(pthread_create(&thread, NULL, synchronise, NULL), 0);
	while (syscall(SYS_getppid) != -1)
		;
	execv(argv[0], argv);
	DIE("execv");
}

static int again(void)
{
	EXPECT_EQ(filter_status("NoNewPrivs"), 1);
	EXPECT_EQ(filter_status("Threads"), 1);
	EXPECT(filter_status("Seccomp_filters") > 0);
	EXPECT_ERRNO(syscall(SYS_getppid), 7);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "again") == 0)
		return again();
	guest_self();
	EXPECT_EQ(filter_child(breed), 0);
	for (int i = 0; i < EXECS; i++)
		EXPECT_EQ(filter_child(execute), 0);
	return 0;
}
