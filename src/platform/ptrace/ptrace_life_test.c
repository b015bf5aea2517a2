/* SPDX-License-Identifier: Apache-2.0 */
/* Birth, copies, threads, interruption and death of stubs on the ptrace platform. */
#include "platform/test_guest.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/check.h"
#include "platform/ptrace/ptrace_priv.h"

SNIPPET(code_counted_call, "1: lock incq (%rdi)\n mov $39, %eax\n syscall\n jmp 1b");

/* A second context in the guest's address space. */
static struct pcontext *new_thread(struct guest *g)
{
	struct pcontext *pc = NULL;

	EXPECT_EQ(g->ops->context_new(g->as, g->pc, &pc), 0);
	return pc;
}

TEST(init_and_fini_leave_nothing_behind)
{
	for (int i = 0; i < 5; i++) {
		struct guest g;

		guest_platform(&g, &platform_ptrace);
		g.ops->fini(g.p);
		EXPECT_EQ(waitpid(-1, NULL, __WALL | WNOHANG), -1);
	}
}

static long count_lines(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[512];
	long n = 0;

	EXPECT_TRUE(f != NULL);
	while (fgets(line, sizeof(line), f))
		n += !strstr(line, "[vsyscall]");
	fclose(f);
	return n;
}

TEST(fresh_stub_owns_two_pages_and_one_socket)
{
	struct guest g;
	char path[64];
	DIR *dir;
	int nfds = 0;

	guest_platform(&g, &platform_ptrace);
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
	snprintf(path, sizeof(path), "/proc/%d/maps", g.as->pid);
	EXPECT_EQ(count_lines(path), 2);
	snprintf(path, sizeof(path), "/proc/%d/fd", g.as->pid);
	dir = opendir(path);
	EXPECT_TRUE(dir != NULL);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir))
		nfds += e->d_name[0] != '.';
	closedir(dir);
	EXPECT_EQ(nfds, 1);
	g.ops->aspace_free(g.as);
	g.ops->fini(g.p);
}

TEST(fork_copies_private_memory_and_shares_shared)
{
	struct guest parent, child;
	struct plat_cmd shared = {.op = PLAT_MAP,
				  .addr = 0x30000000,
				  .len = 4096,
				  .prot = PROT_READ | PROT_WRITE,
				  .flags = MAP_SHARED,
				  .fd = -1};
	struct lx_user_regs regs;
	char c = 0;

	guest_start(&parent, &platform_ptrace, code_getpid_loop);
	EXPECT_EQ(parent.ops->run(parent.pc, &shared, 1), 0);
	EXPECT_EQ(guest_write(&parent, DATA, "p", 1), 1);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_SYSCALL);

	child = parent;
	EXPECT_EQ(parent.ops->aspace_fork(parent.pc, &child.as), 0);
	EXPECT_EQ(child.ops->context_new(child.as, NULL, &child.pc), 0);
	EXPECT_EQ(child.ops->context_attach(child.pc), 0);
	regs = guest_regs(&parent);
	EXPECT_EQ(child.ops->set_regs(child.pc, &regs), 0);

	EXPECT_EQ(guest_write(&child, DATA, "c", 1), 1);
	EXPECT_EQ(guest_read(&parent, DATA, &c, 1), 1);
	EXPECT_EQ(c, 'p');
	EXPECT_EQ(guest_write(&child, shared.addr, "s", 1), 1);
	EXPECT_EQ(guest_read(&parent, shared.addr, &c, 1), 1);
	EXPECT_EQ(c, 's');

	child.ops->set_result(child.pc, 0);
	parent.ops->set_result(parent.pc, 1);
	EXPECT_EQ(guest_switch(&child).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_SYSCALL);

	/* The copy outlives the original's context, and is forked again. */
	child.ops->context_free(child.pc);
	child.ops->aspace_free(child.as);
	guest_end(&parent);
}

TEST(fork_of_a_fork_works)
{
	struct guest g[6];

	guest_start(&g[0], &platform_ptrace, code_getpid_loop);
	for (size_t i = 1; i < ARRAY_SIZE(g); i++) {
		struct lx_user_regs regs = guest_regs_at(CODE);

		g[i] = g[0];
		EXPECT_EQ(g[i].ops->aspace_fork(g[i - 1].pc, &g[i].as), 0);
		EXPECT_EQ(g[i].ops->context_new(g[i].as, NULL, &g[i].pc), 0);
		EXPECT_EQ(g[i].ops->context_attach(g[i].pc), 0);
		EXPECT_EQ(g[i].ops->set_regs(g[i].pc, &regs), 0);
		EXPECT_EQ(guest_switch(&g[i]).why, PLAT_SYSCALL);
	}
	for (size_t i = ARRAY_SIZE(g) - 1; i > 0; i--) {
		g[i].ops->context_free(g[i].pc);
		g[i].ops->aspace_free(g[i].as);
	}
	guest_end(&g[0]);
}

enum { THREADS = 50, ROUNDS = 40 };

struct worker {
	struct guest g;
	pthread_t thread;
	int bad;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	if (w->g.ops->context_attach(w->g.pc) < 0 || w->g.ops->set_regs(w->g.pc, &regs) < 0)
		w->bad++;
	for (int i = 0; i < ROUNDS; i++) {
		if (w->g.ops->context_switch(w->g.pc, &ev) < 0 || ev.why != PLAT_SYSCALL)
			w->bad++;
		w->g.ops->set_result(w->g.pc, 0);
	}
	w->g.ops->context_free(w->g.pc);
	return NULL;
}

TEST(fifty_threads_share_one_address_space)
{
	static struct worker workers[THREADS];
	struct guest g;
	uint64_t counted = 0;

	guest_start(&g, &platform_ptrace, code_counted_call);
	for (size_t i = 0; i < THREADS; i++) {
		workers[i].g = g;
		workers[i].g.pc = new_thread(&g);
		EXPECT_EQ(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		EXPECT_EQ(workers[i].bad, 0);
	}
	EXPECT_EQ(guest_read(&g, DATA, &counted, 8), 8);
	EXPECT_EQ(counted, THREADS * ROUNDS);
	guest_end(&g);
}

static void *make_and_break(void *arg)
{
	struct guest g = *(struct guest *)arg;
	long bad = 0;

	for (int i = 0; i < 20; i++) {
		struct plat_event ev;

		bad += g.ops->aspace_new(g.p, &g.as) < 0;
		bad += g.ops->context_new(g.as, NULL, &g.pc) < 0;
		bad += g.ops->context_attach(g.pc) < 0;
		guest_load(&g, code_getpid_loop, code_getpid_loop_end);
		bad += g.ops->context_switch(g.pc, &ev) < 0 || ev.why != PLAT_SYSCALL;
		g.ops->context_free(g.pc);
		g.ops->aspace_free(g.as);
	}
	return (void *)bad;
}

TEST(address_spaces_are_made_by_many_threads_at_once)
{
	struct guest g;
	pthread_t threads[8];

	guest_platform(&g, &platform_ptrace);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, make_and_break, &g), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		void *bad;

		pthread_join(threads[i], &bad);
		EXPECT_EQ((long)bad, 0);
	}
	g.ops->fini(g.p);
}

/* The leader's context leaves first; its address space stays readable, and serves a new first
 * context. */
TEST(address_space_outlives_its_first_context)
{
	struct guest g;
	struct pcontext *second;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;
	char c;

	guest_start(&g, &platform_ptrace, code_getpid_loop);
	second = new_thread(&g);
	EXPECT_EQ(g.ops->context_attach(second), 0);
	g.ops->context_free(g.pc);
	EXPECT_EQ(guest_read(&g, DATA, &c, 1), 1);
	EXPECT_EQ(g.ops->set_regs(second, &regs), 0);
	EXPECT_EQ(g.ops->context_switch(second, &ev), 0);
	EXPECT_EQ(ev.why, PLAT_SYSCALL);
	g.ops->context_free(second);

	EXPECT_EQ(g.ops->context_new(g.as, NULL, &g.pc), 0);
	EXPECT_EQ(g.ops->context_attach(g.pc), 0);
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

TEST(context_moves_to_a_fresh_address_space)
{
	struct guest g;
	struct aspace *old;
	char c;

	guest_start(&g, &platform_ptrace, code_getpid_loop);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	old = g.as;
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
	EXPECT_EQ(g.ops->context_move(g.pc, g.as), 0);
	g.ops->aspace_free(old);
	EXPECT_EQ(guest_read(&g, DATA, &c, 1), -EFAULT);
	guest_load(&g, code_getpid_loop, code_getpid_loop_end);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

TEST(context_that_was_never_attached_is_freed)
{
	struct guest g;

	guest_start(&g, &platform_ptrace, code_getpid_loop);
	g.ops->context_free(new_thread(&g));
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

static void *kill_soon(void *arg)
{
	struct guest *g = arg;

	usleep(20000);
	kill(g->as->pid, SIGKILL);
	return NULL;
}

TEST(stub_killed_from_outside_is_gone)
{
	struct guest g;
	pthread_t thread;
	struct lx_user_regs regs;
	struct plat_cmd cmd = {.op = PLAT_UNMAP, .addr = DATA, .len = 4096};
	struct aspace *copy;
	char c;

	guest_start(&g, &platform_ptrace, code_spin);
	EXPECT_EQ(pthread_create(&thread, NULL, kill_soon, &g), 0);
	EXPECT_EQ(guest_switch(&g).why, PLAT_GONE);
	pthread_join(thread, NULL);
	EXPECT_EQ(guest_switch(&g).why, PLAT_GONE);
	EXPECT_EQ(guest_read(&g, DATA, &c, 1), -ESRCH);
	EXPECT_EQ(g.ops->get_regs(g.pc, &regs), -ESRCH);
	EXPECT_EQ(g.ops->set_regs(g.pc, &(struct lx_user_regs){0}), -ESRCH);
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), -ESRCH);
	EXPECT_EQ(g.ops->aspace_fork(g.pc, &copy), -ESRCH);
	guest_end(&g);
}

struct sleeper {
	struct guest g;
	atomic_int attached, wake;
	enum plat_why why;
};

static void *attach_and_wait(void *arg)
{
	struct sleeper *s = arg;
	struct plat_event ev = {0};

	check(s->g.ops->context_attach(s->g.pc) == 0);
	atomic_store(&s->attached, 1);
	while (!atomic_load(&s->wake))
		sched_yield();
	check(s->g.ops->context_switch(s->g.pc, &ev) == 0);
	s->why = ev.why;
	s->g.ops->context_free(s->g.pc);
	return NULL;
}

/* The host reports a dead leader only after its last thread was reaped; we must not wait for that. */
TEST(dead_leader_is_seen_while_another_context_rests)
{
	struct guest g;
	struct sleeper s = {0};
	pthread_t killer, other;

	guest_start(&g, &platform_ptrace, code_spin);
	s.g = g;
	s.g.pc = new_thread(&g);
	EXPECT_EQ(pthread_create(&other, NULL, attach_and_wait, &s), 0);
	while (!atomic_load(&s.attached))
		sched_yield();
	EXPECT_EQ(pthread_create(&killer, NULL, kill_soon, &g), 0);
	EXPECT_EQ(guest_switch(&g).why, PLAT_GONE);
	pthread_join(killer, NULL);
	atomic_store(&s.wake, 1);
	pthread_join(other, NULL);
	EXPECT_EQ(s.why, PLAT_GONE);
	guest_end(&g);
}

TEST(stub_killed_at_rest_is_gone_at_the_next_command)
{
	struct guest g;
	struct plat_cmd cmd = {.op = PLAT_UNMAP, .addr = DATA, .len = 4096};
	int fd = memfd_create("x", MFD_CLOEXEC);

	guest_start(&g, &platform_ptrace, code_spin);
	kill(g.as->pid, SIGKILL);
	cmd = (struct plat_cmd){
		.op = PLAT_MAP, .addr = DATA, .len = 4096, .flags = MAP_SHARED, .fd = fd};
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), -ESRCH);
	EXPECT_EQ(guest_switch(&g).why, PLAT_GONE);
	guest_end(&g);
	close(fd);
}

TEST(dead_template_makes_no_address_space)
{
	struct guest g;

	guest_platform(&g, &platform_ptrace);
	kill(g.p->template, SIGKILL);
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), -EAGAIN);
	g.ops->fini(g.p);
}

TEST(dead_template_has_a_spare_once_it_was_used)
{
	struct guest g;

	guest_platform(&g, &platform_ptrace);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
		g.ops->aspace_free(g.as);
		kill(g.p->template, SIGKILL);
	}
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
	g.ops->aspace_free(g.as);
	g.ops->fini(g.p);
	EXPECT_EQ(waitpid(-1, NULL, __WALL | WNOHANG), -1);
}

/* In a child: make the host refuse one call, and see what init says. */
static bool init_blames(int nr, const char *word)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {ARRAY_SIZE(program), program};
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		struct platform *p;
		const char *why = "";

		check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
		check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0);
		if (platform_ptrace.init(&p, &why) >= 0)
			_exit(1);
		_exit(strstr(why, word) && waitpid(-1, NULL, __WALL) < 0 ? 0 : 2);
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	return status == 0;
}

TEST(init_names_the_host_call_that_is_refused)
{
	EXPECT_TRUE(init_blames(SYS_ptrace, "ptrace(SEIZE)"));
	EXPECT_TRUE(init_blames(SYS_process_vm_readv, "process_vm_readv"));
	EXPECT_TRUE(init_blames(SYS_socketpair, "socketpair"));
	EXPECT_TRUE(init_blames(SYS_setsid, "setsid"));
	EXPECT_TRUE(init_blames(SYS_capset, "capset"));
	EXPECT_TRUE(init_blames(SYS_seccomp, "seccomp"));
	EXPECT_TRUE(init_blames(SYS_munmap, "munmap"));
}

/* The Sentry's death must take every stub along: running, resting and parked ones. */
TEST(stubs_die_with_their_maker)
{
	int pipes[2];
	pid_t maker, stubs[3];

	EXPECT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0); /* the orphans come to us */
	EXPECT_EQ(pipe(pipes), 0);
	maker = fork();
	if (maker == 0) {
		struct guest g;
		struct aspace *parked;

		guest_start(&g, &platform_ptrace, code_spin);
		check(g.ops->aspace_fork(g.pc, &parked) == 0);
		stubs[0] = g.p->template;
		stubs[1] = g.as->pid;
		stubs[2] = parked->pid;
		check(write(pipes[1], stubs, sizeof(stubs)) == sizeof(stubs));
		pause();
		_exit(0);
	}
	EXPECT_EQ(read(pipes[0], stubs, sizeof(stubs)), sizeof(stubs));
	kill(maker, SIGKILL);
	EXPECT_EQ(waitpid(maker, NULL, 0), maker);
	for (size_t i = 0; i < ARRAY_SIZE(stubs); i++)
		EXPECT_EQ(waitpid(stubs[i], NULL, __WALL), stubs[i]);
	close(pipes[0]);
	close(pipes[1]);
}

TEST_MAIN()
