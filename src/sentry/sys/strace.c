/* SPDX-License-Identifier: Apache-2.0 */
/* One line per system call, signal and end of a thread, each with one write. See strace.h for what a format may say. */
#include "sentry/sys/strace.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "base/strbuf.h"
#include "host/fd.h"
#include "host/io.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"

#define STRING_MAX 32
#define LINE_MAX_BYTES 4096

static _Atomic int log_fd = -1;

static void emit(struct strbuf *sb)
{
	int fd = atomic_load(&log_fd);

	strbuf_addc(sb, '\n');
	if (fd >= 0 && strbuf_result(sb) == 0 && host_write_all(fd, sb->s, sb->len) < 0)
		atomic_store(&log_fd, -1); /* nobody reads any more */
}

static void add_string(struct strbuf *sb, struct task *t, uint64_t addr)
{
	char buf[STRING_MAX + 1];
	ssize_t n = copy_in_str(t->mm, buf, uaddr(addr), sizeof(buf));

	if (addr == 0) {
		strbuf_adds(sb, "NULL");
		return;
	}
	if (n < 0 && n != -ENAMETOOLONG) {
		strbuf_addf(sb, "0x%llx", (unsigned long long)addr);
		return;
	}
	strbuf_addc(sb, '"');
	for (ssize_t i = 0; i < (n < 0 ? STRING_MAX : n); i++) {
		if (buf[i] == '"' || buf[i] == '\\')
			strbuf_addf(sb, "\\%c", buf[i]);
		else if (buf[i] >= 32 && buf[i] < 127)
			strbuf_addc(sb, buf[i]);
		else
			strbuf_addf(sb, "\\%o", (unsigned char)buf[i]);
	}
	strbuf_adds(sb, n < 0 ? "\"..." : "\"");
}

static void add_arg(struct strbuf *sb, struct task *t, const char *kind, size_t len, uint64_t v)
{
	if (len == 4 && memcmp(kind, "path", 4) == 0)
		add_string(sb, t, v);
	else if (len == 2 && (int)v == LX_AT_FDCWD)
		strbuf_adds(sb, "AT_FDCWD");
	else if (len == 2 || kind[0] == 'd')
		strbuf_addf(sb, "%d", (int)v);
	else if (kind[0] == 'u')
		strbuf_addf(sb, "%llu", (unsigned long long)v);
	else if (kind[0] == 'p' && v == 0)
		strbuf_adds(sb, "NULL");
	else
		strbuf_addf(sb, "0x%llx", (unsigned long long)v);
}

static void add_args(struct strbuf *sb, struct task *t, const char *format, const struct sysargs *a)
{
	int i = 0;

	if (!*format)
		format = "x, x, x, x, x, x";
	while (*format && i < 6) {
		size_t len = strcspn(format, ",");

		strbuf_adds(sb, i > 0 ? ", " : "");
		add_arg(sb, t, format, len, a->v[i++]);
		format += len + (format[len] == ',') + (format[len] == ',' && format[len + 1] == ' ');
	}
}

static void add_call(struct strbuf *sb, struct task *t, uint64_t nr, const struct sysargs *a)
{
	const struct sys_row *row = sys_row(nr);

	strbuf_addf(sb, "%d ", t->ctx.tid);
	if (row)
		strbuf_adds(sb, row->name);
	else
		strbuf_addf(sb, "syscall_0x%llx", (unsigned long long)nr);
	strbuf_addc(sb, '(');
	add_args(sb, t, row ? row->format : "", a);
	strbuf_adds(sb, ") = ");
}

static void add_result(struct strbuf *sb, long ret)
{
	if (ret <= -LX_ERESTARTSYS && ret >= -LX_ERESTART_RESTARTBLOCK)
		strbuf_adds(sb, "? ERESTART (To be restarted)");
	else if (ret < 0 && ret > -4096)
		strbuf_addf(sb, "-1 %s (%s)", strerrorname_np((int)-ret), strerror((int)-ret));
	else if (ret > 0xffffff || ret < 0)
		strbuf_addf(sb, "0x%lx", (unsigned long)ret);
	else
		strbuf_addf(sb, "%ld", ret);
}

static void on_exit_call(struct task *t, uint64_t nr, const struct sysargs *a, long ret)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	add_call(&sb, t, nr, a);
	add_result(&sb, ret);
	emit(&sb);
}

static void on_signal(struct task *t, const lx_siginfo_t *info)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "%d --- SIG%s {si_code=%d} ---", t->ctx.tid, sigabbrev_np(info->si_signo), info->si_code);
	emit(&sb);
}

static void on_end(struct task *t, int status)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	if (status & 0x7f)
		strbuf_addf(&sb, "%d +++ killed by SIG%s +++", t->ctx.tid, sigabbrev_np(status & 0x7f));
	else
		strbuf_addf(&sb, "%d +++ exited with %d +++", t->ctx.tid, status >> 8 & 0xff);
	emit(&sb);
}

static const struct kernel_trace trace = {
	.strace_exit = on_exit_call,
	.signal = on_signal,
	.ended = on_end,
};

const struct kernel_trace *strace_start(int fd)
{
	atomic_store(&log_fd, fd);
	return &trace;
}

void strace_stop(void)
{
	int fd = atomic_exchange(&log_fd, -1);

	if (fd >= 0)
		host_close(fd);
}
