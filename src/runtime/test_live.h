/* SPDX-License-Identifier: Apache-2.0 */
/* A whole sandbox for tests: made as a container is, with busybox for its root, and asked over its
 * control socket. For *_test.c only. */
#pragma once

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

static UNUSED char root[] = "/tmp/caisson-live-XXXXXX";

/* ---- a root file system ---- */

static UNUSED void shell(const char *command)
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

static UNUSED bool is_static(const char *file)
{
	char magic[65536];
	FILE *f = fopen(file, "re");
	size_t n = f ? fread(magic, 1, sizeof(magic), f) : 0;

	if (f)
		fclose(f);
	return n > 0 && !memmem(magic, n, "/lib64/ld-linux", 15);
}

/* Once. A machine without a static busybox skips the test. */
static UNUSED void make_root(void)
{
	static bool made;
	char command[512];

	if (access(BUSYBOX, X_OK) != 0 || !is_static(BUSYBOX))
		TEST_SKIP("no static " BUSYBOX " on this machine");
	if (made)
		return;
	made = mkdtemp(root) != NULL;
	snprintf(
		command, sizeof(command),
		"cd %s && chmod 755 . && mkdir -p bin etc data && cp " BUSYBOX " bin/ && "
		"for p in sh cat ls sleep echo id mount kill ps tty stty true test printf wc readlink "
		"chown hostname touch stat grep sed head; do ln -s busybox bin/$p; done && "
		"echo kept >data/file && mkdir data/sub && ln -s file data/link && chmod 0750 data/sub",
		root);
	shell(command);
	EXPECT_TRUE(made);
}

static UNUSED void remove_root(void)
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

static UNUSED char s_root[] = "/", s_name[] = "box", s_domain[] = "example.org";
static UNUSED char s_proc[] = "proc", s_at_proc[] = "/proc", s_tmpfs[] = "tmpfs",
		   s_at_dev[] = "/dev";
static UNUSED char s_pts[] = "devpts", s_at_pts[] = "/dev/pts", s_sys[] = "sysfs",
		   s_at_sys[] = "/sys";
static UNUSED char s_at_new[] = "/made/here", s_at_data[] = "/data", s_dev_opts[] = "mode=755";
static UNUSED char s_pts_opts[] = "newinstance,ptmxmode=0666,mode=0620,gid=5";
static UNUSED char s_path[] = "PATH=/bin", s_kcore[] = "/proc/meminfo", s_irq[] = "/proc/sys";
static UNUSED char s_missing[] = "/proc/nothing", s_firmware[] = "/sys/kernel";
static UNUSED char *env_path[] = {s_path};
static UNUSED char *masked[] = {s_kcore, s_missing, s_firmware};
static UNUSED char *readonly[] = {s_irq};

static UNUSED struct plan_mount mounts[] = {
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

static UNUSED void set_argv(struct live *l, const char *a, const char *b, const char *c)
{
	const char *v[] = {a, b, c};
	uint32_t n = 0;

	for (size_t i = 0; i < 3 && v[i]; i++) {
		snprintf(l->text[i], sizeof(l->text[i]), "%s", v[i]);
		l->argv[n++] = l->text[i];
	}
	l->plan.process.argv = (struct plan_strings){l->argv, n};
}

static UNUSED void fill_plan(struct live *l, const char *script)
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
static UNUSED void make_door(struct live *l)
{
	int pair[2];

	EXPECT_EQ(host_socketpair(SOCK_DGRAM, pair), 0);
	l->door = pair[0];
	l->knocks = pair[1];
}

static UNUSED void send_plan(struct live *l, int in, int out)
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
static UNUSED uint32_t expect_message(struct live *l, enum control_type type)
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
static UNUSED void spawn(struct live *l, int in, int out)
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

static UNUSED struct live *create(const char *script)
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

static UNUSED void finish(struct live *l)
{
	host_close(l->conn);
	host_close(l->out);
	host_close(l->knocks);
	sandbox_reap(&l->sb);
	free(l);
}

/* ---- asking ---- */

static UNUSED int ask(struct live *l, struct request q, struct answer *ret)
{
	static uint32_t tag;

	q.tag = ++tag;
	EXPECT_EQ(request_call(l->conn, &q, NULL, 0, ret), 0);
	if (ret->error < 0)
		fprintf(stderr, "answer: %s\n", ret->text);
	return ret->error;
}

static UNUSED int tell(struct live *l, enum request_op op)
{
	AUTO(answer_fini) struct answer a = {0};

	return ask(l, (struct request){.op = op}, &a);
}

static UNUSED enum answer_status status(struct live *l)
{
	AUTO(answer_fini) struct answer a = {0};

	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_STATE}, &a), 0);
	return a.status;
}

static UNUSED uint32_t wait_for(struct live *l, int32_t pid)
{
	AUTO(answer_fini) struct answer a = {0};

	EXPECT_EQ(ask(l, (struct request){.op = REQUEST_WAIT, .pid = pid}, &a), 0);
	return a.wait_status;
}

/* Run a program beside init; its stdout is `out`. The answer. */
static UNUSED void exec(struct live *l, int conn, const char *script, uint32_t flags, int out,
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
static UNUSED char *read_text(int fd, const char *enough)
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

static UNUSED void expect_text(const char *text, const char *part)
{
	if (!strstr(text, part))
		fprintf(stderr, "no \"%s\" in:\n%s\n", part, text);
	EXPECT_TRUE(strstr(text, part) != NULL);
}

/* Start init, all that it prints, its wait status. */
static UNUSED char *run_to_end(struct live *l, uint32_t *ret_status)
{
	char *text;

	EXPECT_EQ(tell(l, REQUEST_START), 0);
	text = read_text(l->out, NULL);
	*ret_status = expect_message(l, CONTROL_EXITED);
	return text;
}

/* ---- life ---- */
