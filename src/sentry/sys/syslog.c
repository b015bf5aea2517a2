/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syslog(2): the kernel's ring buffer, as dmesg(1) reads it. Ours holds what was said at the
 * sandbox's start, and nothing of the host's; it is made afresh for each reader and never cleared,
 * so reading it "from the last clear on" reads all.
 */
#include <errno.h>

#include "abi/capability.h"
#include "base/strbuf.h"
#include "sentry/core/cred.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"

/* Actions, syslog(2). */
enum {
	SYSLOG_CLOSE,
	SYSLOG_OPEN,
	SYSLOG_READ,
	SYSLOG_READ_ALL,
	SYSLOG_READ_CLEAR,
	SYSLOG_CLEAR,
	SYSLOG_CONSOLE_OFF,
	SYSLOG_CONSOLE_ON,
	SYSLOG_CONSOLE_LEVEL,
	SYSLOG_SIZE_UNREAD,
	SYSLOG_SIZE_BUFFER,
};

#define BUFFER_SIZE (1 << 18) /* what SIZE_BUFFER says: the usual CONFIG_LOG_BUF_SHIFT */

static void add_line(struct strbuf *sb, unsigned usec, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void add_line(struct strbuf *sb, unsigned usec, const char *fmt, ...)
{
	va_list ap;

	strbuf_addf(sb, "<6>[%5u.%06u] ", 0u, usec);
	va_start(ap, fmt);
	strbuf_vaddf(sb, fmt, ap);
	va_end(ap);
	strbuf_addc(sb, '\n');
}

static void boot_messages(struct kernel *k, struct strbuf *sb)
{
	struct lx_utsname uts;

	kernel_uts_get(k, &uts);
	add_line(sb, 0, "Linux version %s %s", uts.release, uts.version);
	add_line(sb, 1, "Caisson: platform %s, %u processors", k->pops->name, k->host_ncpus);
	add_line(sb, 2, "Memory: %llu kB", (unsigned long long)k->ram_bytes / 1024);
}

/* The last `size` bytes of the messages. */
static long read_all(struct task *t, uaddr_t buf, int size)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	size_t n;
	int r;

	if (uaddr_is_null(buf) || size < 0)
		return -EINVAL;
	if (size == 0)
		return 0;
	boot_messages(t->kernel, &sb);
	r = strbuf_result(&sb);
	if (r < 0)
		return r;
	n = MIN(sb.len, (size_t)size);
	r = copy_out(t->mm, buf, sb.s + (sb.len - n), n);
	return r < 0 ? r : (long)n;
}

static bool may(struct task *t)
{
	return cred_capable(t->cred, LX_CAP_SYSLOG) || cred_capable(t->cred, LX_CAP_SYS_ADMIN);
}

long sys_syslog(struct task *t, const struct sysargs *a)
{
	int action = arg_int(a, 0);

	if (action == SYSLOG_READ_ALL)
		return read_all(t, arg_uaddr(a, 1), arg_int(a, 2));
	if (action == SYSLOG_SIZE_BUFFER)
		return BUFFER_SIZE;
	if (!may(t))
		return -EPERM;
	switch (action) {
	case SYSLOG_CLOSE:
	case SYSLOG_OPEN:
	case SYSLOG_SIZE_UNREAD: /* everything was read: nothing is added after the start */
		return 0;
	case SYSLOG_CONSOLE_OFF: /* there is no console to which less could be said */
	case SYSLOG_CONSOLE_ON:
	case SYSLOG_CLEAR:
	case SYSLOG_READ_CLEAR:
	case SYSLOG_READ:
	case SYSLOG_CONSOLE_LEVEL:
		return -EPERM; /* as a kernel with a locked log answers */
	default:
		return -EINVAL;
	}
}
