/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole sandbox, made as a container is, and asked what a running one can be asked. The root is a
 * directory with a static busybox in it; without one on this machine the tests are skipped.
 */
#include "runtime/test_live.h"

TEST(a_container_is_created_started_and_ends)
{
	uint32_t code;
	struct live *l;

	make_root();
	l = create("echo one; hostname; cat /proc/sys/kernel/domainname; exit 3");
	EXPECT_EQ(status(l), ANSWER_CREATED);
	expect_text(run_to_end(l, &code), "one\nbox\nexample.org\n");
	EXPECT_EQ(code, 3 << 8);
	finish(l);
}

TEST(init_starts_once)
{
	struct live *l;

	make_root();
	l = create("sleep 100");
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	EXPECT_EQ(status(l), ANSWER_RUNNING);
	EXPECT_EQ(tell(l, REQUEST_START), -EALREADY);
	finish(l);
}

TEST(who_waits_for_init_hears_of_its_end_and_so_does_everybody_else)
{
	struct request q = {.tag = 5, .op = REQUEST_WAIT}, next = {.tag = 6, .op = REQUEST_STATE};
	AUTO(control_msg_fini) struct control_msg m = {0}, told = {0};
	AUTO(answer_fini) struct answer a = {0};
	struct live *l;
	int other;

	make_root();
	l = create("exit 7");
	other = control_knock(l->knocks);
	EXPECT_EQ(request_send(other, &q, NULL, 0), 0);
	/* Once the next is answered, the one before it waits. */
	EXPECT_EQ(request_send(other, &next, NULL, 0), 0);
	EXPECT_EQ(control_recv(other, &told), 1);
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	EXPECT_EQ(wait_for(l, 0), 7 << 8);
	EXPECT_EQ(control_recv(other, &m), 1);
	EXPECT_EQ(answer_decode(m.payload, m.len, &a), 0);
	EXPECT_EQ(a.tag, 5);
	EXPECT_EQ(a.wait_status, 7 << 8);
	expect_message(l, CONTROL_EXITED);
	host_close(other);
	finish(l);
}

TEST(a_created_container_can_be_killed)
{
	struct live *l;
	AUTO(answer_fini) struct answer a = {0};

	make_root();
	l = create("echo never");
	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_KILL, .signo = SIGKILL}, &a), 0);
	EXPECT_EQ(expect_message(l, CONTROL_EXITED), SIGKILL);
	EXPECT_STREQ(read_text(l->out, NULL), "");
	finish(l);
}

TEST(the_sandbox_ends_with_its_life_line)
{
	struct live *l;

	make_root();
	l = create("sleep 100");
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	host_close(l->sb.control_fd);
	l->sb.control_fd = -1;
	EXPECT_STREQ(read_text(l->conn, NULL), "");
	finish(l);
}

TEST(a_program_that_is_not_there_is_told_before_the_start)
{
	struct live *l;
	int in, out[2];

	make_root();
	l = calloc(1, sizeof(*l));
	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(host_pipe(out), 0);
	fill_plan(l, "");
	set_argv(l, "/nonexistent", NULL, NULL);
	spawn(l, in, out[1]);
	EXPECT_EQ(expect_message(l, CONTROL_FAILED), CONTROL_NOT_FOUND);
	host_close(in);
	host_close(out[0]);
	host_close(out[1]);
	host_close(l->knocks);
	sandbox_reap(&l->sb);
	free(l);
}

/* ---- what it finds ---- */

TEST(mounts_devices_and_hidden_paths_are_as_the_plan_says)
{
	uint32_t code;
	struct live *l;
	char *text;

	make_root();
	l = create("mount; ls -l /dev/null /dev/ptmx /dev/fd; cat /data/link; "
		   "stat -c '%a %F' /data/sub; wc -c </proc/meminfo; ls /sys/kernel | wc -l; "
		   "echo x >/proc/sys/kernel/hostname || echo refused; "
		   "echo x >/made/here/file || echo readonly; echo y >/data/new; cat /data/new");
	text = run_to_end(l, &code);
	EXPECT_EQ(code, 0);
	expect_text(text, "tmpfs on /dev type tmpfs (rw,nosuid,");
	expect_text(text, "devpts on /dev/pts type devpts (rw,nosuid,noexec,relatime,gid=5");
	expect_text(text, "/made/here type tmpfs (ro,relatime");
	expect_text(text, "1,   3");
	expect_text(text, "/dev/ptmx -> pts/ptmx");
	expect_text(text, "\nkept\n750 directory\n0\n0\n");
	expect_text(text, "refused\n");
	expect_text(text, "readonly\n");
	expect_text(text, "\ny\n");
	finish(l);
}

TEST(the_root_can_be_read_only_and_written_through)
{
	char file[64];
	uint32_t code;
	struct live *l;
	struct stat st;

	make_root();
	l = create("echo w >/etc/written");
	(void)run_to_end(l, &code);
	EXPECT_EQ(code, 0);
	finish(l);
	snprintf(file, sizeof(file), "%s/etc/written", root);
	EXPECT_EQ(stat(file, &st), 0);
}

TEST(credentials_are_as_the_plan_says)
{
	uint32_t code, groups[] = {5, 27};
	struct live *l;
	int in, out[2];
	char *text;

	make_root();
	l = calloc(1, sizeof(*l));
	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(host_pipe(out), 0);
	fill_plan(l, "id -u; id -G; grep -E 'Cap|NoNew|Seccomp' /proc/self/status; "
		     "cat /proc/self/oom_score_adj; ulimit -n; umask");
	l->plan.process.uid = 1000;
	l->plan.process.gid = 100;
	l->plan.process.groups = groups;
	l->plan.process.ngroups = 2;
	l->plan.process.umask = 027;
	l->plan.process.flags |= PLAN_CAPS | PLAN_OOM_SCORE_ADJ;
	l->plan.process.oom_score_adj = 300;
	l->plan.process.caps = (struct plan_caps){.bounding = 0x3,
						  .permitted = 0x3,
						  .effective = 0x3,
						  .inheritable = 0x2,
						  .ambient = 0x2};
	spawn(l, in, out[1]);
	host_close(in);
	host_close(out[1]);
	l->out = out[0];
	expect_message(l, CONTROL_STARTED);
	l->conn = control_knock(l->knocks);
	text = run_to_end(l, &code);
	EXPECT_EQ(code, 0);
	expect_text(text, "1000\n100 5 27\n");
	expect_text(text, "CapInh:\t0000000000000002\nCapPrm:\t0000000000000002\n"
			  "CapEff:\t0000000000000002\nCapBnd:\t0000000000000003\n"
			  "CapAmb:\t0000000000000002\nNoNewPrivs:\t1\n");
	expect_text(text, "\n300\n1024\n0027\n");
	finish(l);
}

TEST(owners_are_as_the_namespace_maps_them)
{
	static struct plan_idmap u[] = {{0, 100000, 1000}}, g[] = {{0, 200000, 1000}};
	struct live *l;
	char command[256];
	uint32_t code;
	int in, out[2];

	make_root();
	if (getuid() != 0)
		TEST_SKIP("other owners need root");
	l = calloc(1, sizeof(*l));
	snprintf(command, sizeof(command),
		 "cd %s && touch etc/mapped etc/other && chown 100007:200009 etc/mapped && "
		 "chown 100000:200000 . etc",
		 root);
	shell(command);
	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(host_pipe(out), 0);
	fill_plan(l, "cat /proc/self/uid_map; stat -c %u:%g /etc/mapped /etc/other; "
		     "echo >/etc/mine; stat -c %u:%g /etc/mine; chown 5:6 /etc/mine; "
		     "stat -c %u:%g /etc/mine; chown 2000 /etc/mine || echo refused");
	l->plan.uid_maps = (struct plan_idmaps){u, 1};
	l->plan.gid_maps = (struct plan_idmaps){g, 1};
	spawn(l, in, out[1]);
	host_close(in);
	host_close(out[1]);
	l->out = out[0];
	expect_message(l, CONTROL_STARTED);
	l->conn = control_knock(l->knocks);
	expect_text(run_to_end(l, &code),
		    "         0     100000       1000\n7:9\n65534:65534\n0:0\n5:6\n");
	finish(l);
	snprintf(command, sizeof(command),
		 "cd %s && test \"$(stat -c %%u:%%g etc/mine)\" = 100005:200006 && "
		 "chown 0:0 . etc",
		 root);
	shell(command);
}

TEST(filters_bind_the_first_program)
{
	/* mkdir(2) answers 42; all else is allowed. */
	static struct lx_sock_filter insns[] = {{0x20, 0, 0, 0},
						{0x15, 0, 1, 83},
						{0x06, 0, 0, 0x0005002a},
						{0x06, 0, 0, 0x7fff0000}};
	static struct plan_bpf bpf = {.n = 4, .insns = insns};
	struct live *l;
	uint32_t code;
	int in, out[2];

	make_root();
	l = calloc(1, sizeof(*l));
	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(host_pipe(out), 0);
	fill_plan(l, "grep Seccomp: /proc/self/status; busybox mkdir /tmp 2>&1; exit 0");
	l->plan.process.seccomp = &bpf;
	l->plan.process.nseccomp = 1;
	spawn(l, in, out[1]);
	host_close(in);
	host_close(out[1]);
	l->out = out[0];
	expect_message(l, CONTROL_STARTED);
	l->conn = control_knock(l->knocks);
	expect_text(run_to_end(l, &code), "Seccomp:\t2\nmkdir: can't create directory '/tmp': No "
					  "message of desired type\n");
	finish(l);
}

/* ---- beside init ---- */

TEST(programs_run_beside_init_and_their_ends_are_told)
{
	struct live *l;
	int out[2];
	AUTO(answer_fini) struct answer a = {0};

	make_root();
	l = create("sleep 100");
	EXPECT_EQ(host_pipe(out), 0);
	exec(l, l->conn, "echo from exec; exit 9", 0, out[1], &a); /* init does not run yet */
	host_close(out[1]);
	EXPECT_EQ(a.error, 0);
	EXPECT_TRUE(a.pid > 1);
	EXPECT_STREQ(read_text(out[0], NULL), "from exec\n");
	host_close(out[0]);
	EXPECT_EQ(wait_for(l, a.pid), 9 << 8);
	EXPECT_EQ(wait_for(l, a.pid), 9 << 8); /* to everybody who asks */
	finish(l);
}

TEST(a_program_that_cannot_run_is_told_why)
{
	struct live *l;
	AUTO(answer_fini) struct answer a = {0};
	struct request q;
	char *argv[] = {s_name};
	const int fds[] = {0, 1, 2};

	make_root();
	l = create("sleep 100");
	q = (struct request){.op = REQUEST_EXEC, .process = l->plan.process};
	q.process.argv = (struct plan_strings){argv, 1};
	q.process.flags = 0;
	EXPECT_EQ(request_call(l->conn, &q, fds, 3, &a), 0);
	EXPECT_EQ(a.error, -ENOENT);
	EXPECT_EQ(a.why, CONTROL_NOT_FOUND);
	EXPECT_STREQ(a.text, "exec: \"box\": executable file not found in $PATH");
	finish(l);
}

TEST(a_tied_program_ends_with_its_connection)
{
	struct live *l;
	int other;
	AUTO(answer_fini) struct answer a = {0};

	make_root();
	l = create("sleep 100");
	other = control_knock(l->knocks);
	exec(l, other, "sleep 100", PLAN_TIED, 1, &a);
	EXPECT_EQ(a.error, 0);
	host_close(other);
	EXPECT_EQ(wait_for(l, a.pid), SIGKILL);
	finish(l);
}

static const struct answer_process *find_name(const struct answer *a, const char *name)
{
	for (uint32_t i = 0; i < a->nprocesses; i++)
		if (strcmp(a->processes[i].name, name) == 0)
			return &a->processes[i];
	return NULL;
}

TEST(processes_are_listed_with_what_they_descend_from)
{
	const struct answer_process *p;
	struct live *l;
	int out[2];
	AUTO(answer_fini) struct answer a = {0};
	AUTO(answer_fini) struct answer ps = {0};

	make_root();
	l = create("sleep 100 & echo up; wait");
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	expect_text(read_text(l->out, "up\n"), "up\n");
	EXPECT_EQ(host_pipe(out), 0);
	exec(l, l->conn, "cat & echo up; wait", 0, out[1], &a);
	host_close(out[1]);
	expect_text(read_text(out[0], "up\n"), "up\n");
	/* Until the shell's child is asleep: who has written "up" did not wait for it. */
	do {
		answer_fini(&ps);
		EXPECT_EQ(ask(l, (struct request){.op = REQUEST_PS}, &ps), 0);
		p = find_name(&ps, "sleep");
	} while (!p || p->state != 'S');
	EXPECT_TRUE(p->origin == 1 && p->ppid == 1 && p->nthreads == 1);
	EXPECT_EQ(ps.processes[0].pid, 1);
	EXPECT_STREQ(ps.processes[0].name, "sh");
	host_close(out[0]);
	finish(l);
}

TEST(signals_reach_one_or_all)
{
	struct live *l;
	AUTO(answer_fini) struct answer a = {0};
	AUTO(answer_fini) struct answer b = {0};

	make_root();
	l = create("trap 'echo usr1; exit 4' USR1; echo up; while :; do sleep 100 & wait; done");
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	expect_text(read_text(l->out, "up\n"), "up\n");
	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_KILL, .pid = 4000, .signo = SIGTERM}, &a),
		  -ESRCH);
	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_KILL, .signo = SIGUSR1}, &b), 0);
	expect_text(read_text(l->out, NULL), "usr1\n");
	EXPECT_EQ(expect_message(l, CONTROL_EXITED), 4 << 8);
	finish(l);
}

TEST(everything_rests_while_it_is_paused)
{
	struct live *l;
	AUTO(answer_fini) struct answer before = {0};
	AUTO(answer_fini) struct answer after = {0};
	AUTO(answer_fini) struct answer a = {0};

	make_root();
	l = create("for i in 1 2 3; do (while :; do :; done) & done; sleep 100 & "
		   "trap 'echo awake; exit 5' TERM; echo up; while :; do :; done");
	EXPECT_EQ(tell(l, REQUEST_RESUME), -EINVAL);
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	expect_text(read_text(l->out, "up\n"), "up\n");
	EXPECT_EQ(tell(l, REQUEST_PAUSE), 0);
	EXPECT_EQ(status(l), ANSWER_PAUSED);
	EXPECT_EQ(tell(l, REQUEST_PAUSE), -EBUSY);
	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_STATS}, &before), 0);
	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_KILL, .signo = SIGTERM}, &a), 0);
	usleep(200000); /* time in which nothing may happen */
	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_STATS}, &after), 0);
	EXPECT_EQ(after.stats.cpu_user_ns, before.stats.cpu_user_ns);
	EXPECT_EQ(tell(l, REQUEST_RESUME), 0);
	expect_text(read_text(l->out, "awake\n"), "awake\n");
	EXPECT_EQ(expect_message(l, CONTROL_EXITED), 5 << 8);
	finish(l);
}

TEST(pauses_in_the_midst_of_forks_execs_and_stops_end)
{
	struct live *l;

	make_root();
	l = create("for i in 1 2 3; do (while :; do true; sh -c 'kill -STOP $$' & "
		   "kill -CONT $!; wait; done) & done; echo up; wait");
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	expect_text(read_text(l->out, "up\n"), "up\n");
	for (unsigned i = 0; i < 40; i++) {
		EXPECT_EQ(tell(l, REQUEST_PAUSE), 0);
		usleep(i % 4 * 1000); /* different moments */
		EXPECT_EQ(tell(l, REQUEST_RESUME), 0);
		usleep(i % 7 * 1000);
	}
	finish(l);
}

TEST(descriptors_beyond_stdio_are_handed_over)
{
	struct live *l;
	struct request q;
	char *argv[3], script[] = "cat <&3; echo back >&4; ls /proc/self/fd | wc -l";
	int in[2], out[2];
	AUTO(answer_fini) struct answer a = {0};

	make_root();
	l = create("sleep 100");
	q = (struct request){.op = REQUEST_EXEC, .process = l->plan.process};
	argv[0] = l->text[0];
	argv[1] = l->text[1];
	argv[2] = script;
	q.process.argv = (struct plan_strings){argv, 3};
	q.process.flags = PLAN_STDIN_CLOSED;
	q.process.nfds = 2;
	EXPECT_EQ(host_pipe(in), 0);
	EXPECT_EQ(host_pipe(out), 0);
	const int fds[] = {in[0], out[1], out[1], in[0], out[1]};
	EXPECT_EQ(host_write_all(in[1], "given\n", 6), 0);
	host_close(in[1]);
	EXPECT_EQ(request_call(l->conn, &q, fds, 5, &a), 0);
	EXPECT_EQ(a.error, 0);
	host_close(in[0]);
	host_close(out[1]);
	expect_text(read_text(out[0], NULL), "given\nback\n");
	EXPECT_EQ(wait_for(l, a.pid), 0);
	host_close(out[0]);
	finish(l);
}

TEST(a_paused_container_can_be_killed)
{
	struct live *l;
	AUTO(answer_fini) struct answer a = {0};

	make_root();
	l = create("(sleep 100; echo child) & sleep 100");
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	EXPECT_EQ(tell(l, REQUEST_PAUSE), 0);
	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_KILL, .signo = SIGKILL}, &a), 0);
	EXPECT_EQ(expect_message(l, CONTROL_EXITED), SIGKILL);
	finish(l);
}

TEST(limits_are_seen_and_can_be_changed)
{
	struct request q = {.op = REQUEST_UPDATE};
	struct live *l;
	AUTO(answer_fini) struct answer a = {0};
	AUTO(answer_fini) struct answer b = {0};

	make_root();
	l = create("sleep 100");
	plan_limits_none(&q.limits);
	q.limits.pids_max = 77;
	EXPECT_EQ(ask(l, q, &a), 0);
	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_STATS}, &b), 0);
	EXPECT_EQ(b.stats.pids_limit, 77);
	EXPECT_EQ(b.stats.memory_limit_bytes, PLAN_UNLIMITED);
	EXPECT_EQ(b.stats.pids, 1);
	finish(l);
}

/* ---- terminals ---- */

TEST(the_root_file_system_is_taken_away)
{
	remove_root();
}

TEST_MAIN()
