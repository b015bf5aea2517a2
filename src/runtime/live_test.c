/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole sandbox, made as a container is, and asked what a running one can be asked. The root is a
 * directory with a static busybox in it; without one on this machine the tests say so and pass.
 */
#include "base/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/capability.h"
#include "abi/mount.h"
#include "abi/sched.h"
#include "gofer/gofer.h"
#include "host/fd.h"
#include "host/io.h"
#include "runtime/spawn.h"
#include "wire/request.h"

#define BUSYBOX "/bin/busybox"

static char root[] = "/tmp/caisson-live-XXXXXX";

/* ---- a root file system ---- */

static void shell(const char *command)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
}

static bool is_static(const char *file)
{
	char magic[65536];
	FILE *f = fopen(file, "re");
	size_t n = f ? fread(magic, 1, sizeof(magic), f) : 0;

	if (f)
		fclose(f);
	return n > 0 && !memmem(magic, n, "/lib64/ld-linux", 15);
}

/* False: this machine has no busybox. */
static bool make_root(void)
{
	static bool made;
	char command[512];

	if (access(BUSYBOX, X_OK) != 0 || !is_static(BUSYBOX)) {
		fprintf(stderr, "skipped: no static " BUSYBOX " on this machine\n");
		return false;
	}
	if (made)
		return true;
	made = mkdtemp(root) != NULL;
	snprintf(
		command, sizeof(command),
		"cd %s && chmod 755 . && mkdir -p bin etc data && cp " BUSYBOX " bin/ && "
		"for p in sh cat ls sleep echo id mount kill ps tty stty true test printf wc readlink "
		"chown hostname touch stat grep sed head; do ln -s busybox bin/$p; done && "
		"echo kept >data/file && mkdir data/sub && ln -s file data/link && chmod 0750 data/sub",
		root);
	shell(command);
	return made;
}

static void remove_root(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	if (strstr(root, "XXXXXX") == NULL)
		shell(command);
}

/* ---- a sandbox ---- */

struct live {
	struct sandbox sb;
	struct plan plan;
	char *argv[4];
	char text[4][4096];
	int door;   /* the Sentry's */
	int knocks; /* ours, connected to it */
	int out;    /* what init prints */
	int conn;   /* a connection of our own */
};

static char s_root[] = "/", s_name[] = "box", s_domain[] = "example.org";
static char s_proc[] = "proc", s_at_proc[] = "/proc", s_tmpfs[] = "tmpfs", s_at_dev[] = "/dev";
static char s_pts[] = "devpts", s_at_pts[] = "/dev/pts", s_sys[] = "sysfs", s_at_sys[] = "/sys";
static char s_at_new[] = "/made/here", s_at_data[] = "/data", s_dev_opts[] = "mode=755";
static char s_pts_opts[] = "newinstance,ptmxmode=0666,mode=0620,gid=5";
static char s_path[] = "PATH=/bin", s_kcore[] = "/proc/meminfo", s_irq[] = "/proc/sys";
static char s_missing[] = "/proc/nothing", s_firmware[] = "/sys/kernel";
static char *env_path[] = {s_path};
static char *masked[] = {s_kcore, s_missing, s_firmware};
static char *readonly[] = {s_irq};

static struct plan_mount mounts[] = {
	{.destination = s_at_proc,
	 .type = s_proc,
	 .source = s_proc,
	 .set = LX_MS_NOSUID | LX_MS_NOEXEC | LX_MS_NODEV},
	{.destination = s_at_dev,
	 .type = s_tmpfs,
	 .source = s_tmpfs,
	 .data = s_dev_opts,
	 .set = LX_MS_NOSUID | LX_MS_STRICTATIME},
	{.destination = s_at_pts,
	 .type = s_pts,
	 .source = s_pts,
	 .data = s_pts_opts,
	 .set = LX_MS_NOSUID | LX_MS_NOEXEC},
	{.destination = s_at_sys, .type = s_sys, .source = s_sys, .set = LX_MS_RDONLY},
	{.destination = s_at_new, .type = s_tmpfs, .source = s_tmpfs, .set = LX_MS_RDONLY},
	{.destination = s_at_data,
	 .type = s_tmpfs,
	 .source = s_tmpfs,
	 .flags = PLAN_MOUNT_TMPCOPYUP},
};

static void set_argv(struct live *l, const char *a, const char *b, const char *c)
{
	const char *v[] = {a, b, c};
	uint32_t n = 0;

	for (size_t i = 0; i < 3 && v[i]; i++) {
		snprintf(l->text[i], sizeof(l->text[i]), "%s", v[i]);
		l->argv[n++] = l->text[i];
	}
	l->plan.process.argv = (struct plan_strings){l->argv, n};
}

static void fill_plan(struct live *l, const char *script)
{
	struct plan *p = &l->plan;

	*p = (struct plan){.flags = PLAN_LISTEN | PLAN_DEFAULT_DEVICES,
			   .hostname = s_name,
			   .domainname = s_domain,
			   .nmounts = ARRAY_SIZE(mounts),
			   .mounts = mounts,
			   .masked = {masked, ARRAY_SIZE(masked)},
			   .readonly = {readonly, ARRAY_SIZE(readonly)},
			   .process = {.flags = PLAN_HELD | PLAN_NO_NEW_PRIVS,
				       .envp = {env_path, 1},
				       .cwd = s_root,
				       .umask = 022}};
	plan_limits_none(&p->limits);
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++)
		p->process.rlimits[i] = (struct lx_rlimit){1024, UINT64_MAX};
	p->process.rlimits[LX_RLIMIT_STACK] = (struct lx_rlimit){8 << 20, UINT64_MAX};
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++)
		if (i != LX_RLIMIT_STACK && i != LX_RLIMIT_NOFILE)
			p->process.rlimits[i].rlim_cur = UINT64_MAX;
	set_argv(l, "sh", "-c", script);
}

/* Both ends of a door without a name. */
static void make_door(struct live *l)
{
	int pair[2];

	EXPECT_EQ(host_socketpair(SOCK_DGRAM, pair), 0);
	l->door = pair[0];
	l->knocks = pair[1];
}

static void send_plan(struct live *l, int in, int out)
{
	int fds[] = {in, out, out, l->sb.gofer_fd, l->door};
	void *bytes;
	size_t len;

	EXPECT_EQ(plan_encode(&l->plan, &bytes, &len), 0);
	EXPECT_EQ(control_send(l->sb.control_fd, CONTROL_PLAN, bytes, len, fds, 5), 0);
	free(bytes);
	host_close(l->sb.gofer_fd);
	l->sb.gofer_fd = -1;
	host_close(l->door);
}

/* The next message of this type on the life line; its first number. */
static uint32_t expect_message(struct live *l, enum control_type type)
{
	AUTO(control_msg_fini) struct control_msg m = {0};
	uint32_t v = 0;
	int r = control_recv(l->sb.control_fd, &m);

	EXPECT_EQ(r, 1);
	if (m.type != type && m.type == CONTROL_FAILED)
		fprintf(stderr, "the sandbox says: %s\n", (const char *)m.payload + 4);
	EXPECT_EQ(m.type, type);
	if (m.len >= 4)
		EXPECT_EQ(control_msg_u32(&m, &v), 0);
	return v;
}

/* A sandbox whose plan stands, with in and out as stdio. */
static void spawn(struct live *l, int in, int out)
{
	struct gofer_export exports[] = {{.host_path = root, .name = "/", .writable = true}};
	struct spawn_args args = {.platform = getenv("CAISSON_TEST_PLATFORM"),
				  .exports = exports,
				  .nexports = 1,
				  .log_fd = -1};

	make_door(l);
	EXPECT_EQ(sandbox_spawn(&args, &l->sb), 0);
	send_plan(l, in, out);
}

static struct live *create(const char *script)
{
	struct live *l = calloc(1, sizeof(*l));
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC), out[2];

	EXPECT_EQ(host_pipe(out), 0);
	fill_plan(l, script);
	spawn(l, in, out[1]);
	host_close(in);
	host_close(out[1]);
	l->out = out[0];
	expect_message(l, CONTROL_STARTED);
	l->conn = control_knock(l->knocks);
	EXPECT_TRUE(l->conn >= 0);
	return l;
}

static void finish(struct live *l)
{
	host_close(l->conn);
	host_close(l->out);
	host_close(l->knocks);
	sandbox_reap(&l->sb);
	free(l);
}

/* ---- asking ---- */

static int ask(struct live *l, struct request q, struct answer *ret)
{
	static uint32_t tag;

	q.tag = ++tag;
	EXPECT_EQ(request_call(l->conn, &q, NULL, 0, ret), 0);
	if (ret->error < 0)
		fprintf(stderr, "answer: %s\n", ret->text);
	return ret->error;
}

static int tell(struct live *l, enum request_op op)
{
	AUTO(answer_fini) struct answer a = {0};

	return ask(l, (struct request){.op = op}, &a);
}

static enum answer_status status(struct live *l)
{
	AUTO(answer_fini) struct answer a = {0};

	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_STATE}, &a), 0);
	return a.status;
}

static uint32_t wait_for(struct live *l, int32_t pid)
{
	AUTO(answer_fini) struct answer a = {0};

	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_WAIT, .pid = pid}, &a), 0);
	return a.wait_status;
}

/* Run a program beside init; its stdout is `out`. The answer. */
static void exec(struct live *l, int conn, const char *script, uint32_t flags, int out,
		 struct answer *ret)
{
	struct request q = {.op = REQUEST_EXEC, .process = l->plan.process};
	char *argv[] = {l->text[0], l->text[1], l->text[3]};
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC), fds[] = {in, out, out};

	snprintf(l->text[3], sizeof(l->text[3]), "%s", script);
	q.process.argv = (struct plan_strings){argv, 3};
	q.process.flags = flags;
	EXPECT_EQ(request_call(conn, &q, fds, 3, ret), 0);
	if (ret->error < 0)
		fprintf(stderr, "exec: %s\n", ret->text);
	host_close(in);
}

/* All that comes until everybody has closed it, or `enough` of it came. */
static char *read_text(int fd, const char *enough)
{
	static char text[65536];
	size_t n = 0;

	while (n < sizeof(text) - 1) {
		ssize_t r = host_read(fd, text + n, sizeof(text) - 1 - n);

		if (r <= 0)
			break;
		n += (size_t)r;
		text[n] = 0;
		if (enough && strstr(text, enough))
			break;
	}
	text[n] = 0;
	return text;
}

static void expect_text(const char *text, const char *part)
{
	if (!strstr(text, part))
		fprintf(stderr, "no \"%s\" in:\n%s\n", part, text);
	EXPECT_TRUE(strstr(text, part) != NULL);
}

/* Start init, all that it prints, its wait status. */
static char *run_to_end(struct live *l, uint32_t *ret_status)
{
	char *text;

	EXPECT_EQ(tell(l, REQUEST_START), 0);
	text = read_text(l->out, NULL);
	*ret_status = expect_message(l, CONTROL_EXITED);
	return text;
}

/* ---- life ---- */

TEST(a_container_is_created_started_and_ends)
{
	uint32_t code;
	struct live *l;

	if (!make_root())
		return;
	l = create("echo one; hostname; cat /proc/sys/kernel/domainname; exit 3");
	EXPECT_EQ(status(l), ANSWER_CREATED);
	expect_text(run_to_end(l, &code), "one\nbox\nexample.org\n");
	EXPECT_EQ(code, 3 << 8);
	finish(l);
}

TEST(init_starts_once)
{
	struct live *l;

	if (!make_root())
		return;
	l = create("sleep 100");
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	EXPECT_EQ(status(l), ANSWER_RUNNING);
	EXPECT_EQ(tell(l, REQUEST_START), -EALREADY);
	finish(l);
}

TEST(who_waits_for_init_hears_of_its_end_and_so_does_everybody_else)
{
	struct request q = {.tag = 5, .op = REQUEST_WAIT};
	AUTO(control_msg_fini) struct control_msg m = {0};
	AUTO(answer_fini) struct answer a = {0};
	struct live *l;
	int other;

	if (!make_root())
		return;
	l = create("exit 7");
	other = control_knock(l->knocks);
	EXPECT_EQ(request_send(other, &q, NULL, 0), 0);
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

	if (!make_root())
		return;
	l = create("echo never");
	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_KILL, .signo = SIGKILL}, &a), 0);
	EXPECT_EQ(expect_message(l, CONTROL_EXITED), SIGKILL);
	EXPECT_STREQ(read_text(l->out, NULL), "");
	finish(l);
}

TEST(the_sandbox_ends_with_its_life_line)
{
	struct live *l;

	if (!make_root())
		return;
	l = create("sleep 100");
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	host_close(l->sb.control_fd);
	l->sb.control_fd = -1;
	EXPECT_STREQ(read_text(l->conn, NULL), "");
	finish(l);
}

TEST(a_program_that_is_not_there_is_told_before_the_start)
{
	struct live *l = calloc(1, sizeof(*l));
	int in, out[2];

	if (!make_root()) {
		free(l);
		return;
	}
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

	if (!make_root())
		return;
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

	if (!make_root())
		return;
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
	struct live *l = calloc(1, sizeof(*l));
	int in, out[2];
	char *text;

	if (!make_root()) {
		free(l);
		return;
	}
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
	struct live *l = calloc(1, sizeof(*l));
	char command[256];
	uint32_t code;
	int in, out[2];

	if (!make_root() || getuid() != 0) {
		free(l);
		return;
	}
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
	struct live *l = calloc(1, sizeof(*l));
	uint32_t code;
	int in, out[2];

	if (!make_root()) {
		free(l);
		return;
	}
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

	if (!make_root())
		return;
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

	if (!make_root())
		return;
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

	if (!make_root())
		return;
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

	if (!make_root())
		return;
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

	if (!make_root())
		return;
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

	if (!make_root())
		return;
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

	if (!make_root())
		return;
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

	if (!make_root())
		return;
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

	if (!make_root())
		return;
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

	if (!make_root())
		return;
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

static int open_pty(int *ret_slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char name[64];

	EXPECT_TRUE(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	EXPECT_EQ(ptsname_r(master, name, sizeof(name)), 0);
	*ret_slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return master;
}

TEST(a_terminal_has_a_name_a_size_and_is_the_console)
{
	struct live *l = calloc(1, sizeof(*l));
	int slave, master;
	char *text;

	if (!make_root()) {
		free(l);
		return;
	}
	master = open_pty(&slave);
	fill_plan(l, "tty; stty size; test -c /dev/console && echo console; "
		     "echo through >/dev/tty; exec 0<&- 1>&- 2>&-");
	l->plan.process.flags |= PLAN_TERMINAL;
	l->plan.process.rows = 33;
	l->plan.process.cols = 77;
	spawn(l, slave, slave);
	host_close(slave);
	expect_message(l, CONTROL_STARTED);
	l->conn = control_knock(l->knocks);
	l->out = -1;
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	text = read_text(master, "through");
	expect_text(text, "/dev/pts/0\r\n33 77\r\nconsole\r\n");
	expect_text(text, "through");
	EXPECT_EQ(expect_message(l, CONTROL_EXITED), 0);
	host_close(master);
	finish(l);
}

static void run_on_terminal(struct live *l, struct request *q, const char *name)
{
	AUTO(answer_fini) struct answer a = {0};
	int slave, master = open_pty(&slave);
	const int fds[] = {slave, slave, slave};

	EXPECT_EQ(request_call(l->conn, q, fds, 3, &a), 0);
	EXPECT_EQ(a.error, 0);
	host_close(slave);
	expect_text(read_text(master, "pts"), name);
	EXPECT_EQ(wait_for(l, a.pid), 0);
	/* Nobody keeps it open: the master is at its end. */
	EXPECT_TRUE(read_text(master, NULL) != NULL);
	host_close(master);
}

TEST(terminals_of_programs_beside_init_come_and_go)
{
	struct live *l;
	struct request q;
	char *argv[3], script[] = "tty";

	if (!make_root())
		return;
	l = create("sleep 100");
	q = (struct request){.op = REQUEST_EXEC, .process = l->plan.process};
	q.process.flags = PLAN_TERMINAL;
	argv[0] = l->text[0];
	argv[1] = l->text[1];
	argv[2] = script;
	q.process.argv = (struct plan_strings){argv, 3};
	for (int i = 0; i < 5; i++)
		run_on_terminal(l, &q, "/dev/pts/0");
	finish(l);
}

TEST(a_window_can_be_resized_from_outside)
{
	struct request q = {.op = REQUEST_WINSIZE, .rows = 11, .cols = 22};
	struct live *l = calloc(1, sizeof(*l));
	AUTO(answer_fini) struct answer a = {0};
	int slave, master;

	if (!make_root()) {
		free(l);
		return;
	}
	master = open_pty(&slave);
	fill_plan(l, "trap 'stty size; exit 6' WINCH; echo up; while :; do sleep 100 & wait; done");
	l->plan.process.flags |= PLAN_TERMINAL;
	spawn(l, slave, slave);
	host_close(slave);
	l->out = -1;
	expect_message(l, CONTROL_STARTED);
	l->conn = control_knock(l->knocks);
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	expect_text(read_text(master, "up\r\n"), "up");
	EXPECT_EQ(ask(l, q, &a), 0);
	expect_text(read_text(master, "22"), "11 22");
	EXPECT_EQ(expect_message(l, CONTROL_EXITED), 6 << 8);
	host_close(master);
	finish(l);
}

TEST(the_root_file_system_is_taken_away)
{
	remove_root();
}

TEST_MAIN()
