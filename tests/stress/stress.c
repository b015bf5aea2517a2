/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything at once: threads that change protections, map, write code, fork, execute, make
 * threads and compute, while one throws signals at all of them. Each checks what it gets.
 *
 *   stress COPIES PHASE_SECONDS...
 *
 * runs COPIES of each job for each of the phases. Before each phase, and after the last, all
 * threads of jobs have ended; it prints "rest" and waits for a byte on standard input, so that
 * whoever started it can look at what is left. Ends with 0 if all results were right.
 */
#include "stress.h"

_Thread_local struct job *own_job;
_Thread_local sigjmp_buf fault_jump;
_Thread_local volatile sig_atomic_t expects_fault;
atomic_bool over;

static const struct {
	const char *name;
	void (*round)(struct job *j);
} kinds[] = {
	{"protect", job_protect},
	{"map", job_map},
	{"share", job_share},
	{"generate", job_generate},
	{"modify", job_modify},
	{"fork", job_fork},
	{"spawn", job_spawn},
	{"vfork", job_vfork},
	{"exec_from_thread", job_exec_from_thread},
	{"threads", job_threads},
	{"pipe", job_pipe},
	{"float", job_float},
	{"queue", job_queue},
};

static struct job jobs[JOBS_MOST];
static size_t njobs;
static atomic_ulong storms; /* signals sent */

static void on_signal(int sig)
{
	(void)sig;
	if (own_job)
		atomic_fetch_add_explicit(&own_job->signals, 1, memory_order_relaxed);
}

static void on_fault(int sig)
{
	(void)sig;
	if (!expects_fault)
		FAIL("a fault that was not expected, in job %s", own_job ? own_job->name : "none");
	expects_fault = 0;
	siglongjmp(fault_jump, 1);
}

static void install_handlers(void)
{
	struct sigaction sa = {.sa_handler = on_signal};

	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	sa.sa_flags = SA_RESTART;
	EXPECT_OK(sigaction(SIGUSR2, &sa, NULL));
	sa = (struct sigaction){.sa_handler = on_fault};
	EXPECT_OK(sigaction(SIGSEGV, &sa, NULL));
	EXPECT_OK(sigaction(SIGBUS, &sa, NULL));
}

static void *run_job(void *arg)
{
	struct job *j = arg;

	own_job = j;
	j->tid = gettid();
	while (!atomic_load(&over)) {
		j->round(j);
		atomic_fetch_add(&j->rounds, 1);
	}
	own_job = NULL;
	return j;
}

/* Signals to all jobs, one after the other, as fast as it goes: with and without SA_RESTART. */
static void throw_signals(int64_t until_ns)
{
	uint64_t n = 0;

	while (guest_now_ns() < until_ns) {
		struct job *j = &jobs[n % njobs];
		int r = pthread_kill(j->thread, n / njobs % 2 ? SIGUSR1 : SIGUSR2);

		EXPECT_EQ(r, 0);
		n++;
		if (n % njobs == 0) /* fork begins anew at each signal: leave it a chance */
			for (int i = 0; i < 20; i++)
				sched_yield();
	}
	atomic_fetch_add(&storms, n);
}

static void run_phase(double seconds)
{
	unsigned long before[JOBS_MOST];

	atomic_store(&over, false);
	for (size_t i = 0; i < njobs; i++) {
		before[i] = atomic_load(&jobs[i].rounds);
		EXPECT_EQ(pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]), 0);
	}
	throw_signals(guest_now_ns() + (int64_t)(seconds * 1e9));
	atomic_store(&over, true);
	for (size_t i = 0; i < njobs; i++) {
		void *ret;

		EXPECT_EQ(pthread_join(jobs[i].thread, &ret), 0);
		EXPECT(ret == &jobs[i]);
		if (atomic_load(&jobs[i].rounds) == before[i])
			FAIL("job %s did nothing in %g s", jobs[i].name, seconds);
	}
	EXPECT_ERRNO(waitpid(-1, NULL, 0), ECHILD);
}

static void rest(void)
{
	char c;
	ssize_t n;

	EXPECT_EQ(write(1, "rest\n", 5), 5);
	do
		n = read(0, &c, 1);
	while (n < 0 && errno == EINTR);
	EXPECT_EQ(n, 1);
}

static void make_jobs(unsigned long copies)
{
	if (copies < 1 || copies > JOBS_MOST / ARRAY_SIZE(kinds))
		FAIL("COPIES is 1 to %zu", JOBS_MOST / ARRAY_SIZE(kinds));
	for (size_t i = 0; i < copies * ARRAY_SIZE(kinds); i++) {
		jobs[i].name = kinds[i % ARRAY_SIZE(kinds)].name;
		jobs[i].round = kinds[i % ARRAY_SIZE(kinds)].round;
		jobs[i].seed = 0x9E3779B97F4A7C15ULL * (i + 1);
	}
	njobs = copies * ARRAY_SIZE(kinds);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "child") == 0)
		be_child(argc, argv);
	if (argc < 3)
		FAIL("usage: stress COPIES PHASE_SECONDS...");
	alarm(0); /* who started it knows how long it may take */
	guest_self();
	install_handlers();
	make_jobs(strtoul(argv[1], NULL, 10));
	for (int i = 2; i < argc; i++) {
		rest();
		run_phase(strtod(argv[i], NULL));
	}
	rest();
	for (size_t i = 0; i < njobs; i++)
		printf("%s %lu rounds, %lu signals\n", jobs[i].name, atomic_load(&jobs[i].rounds),
		       atomic_load(&jobs[i].signals));
	printf("%lu signals sent\n", atomic_load(&storms));
	return 0;
}
