/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main() of the Sentry. The order matters:
 *   1. every descriptor is closed but the control socket and the log;
 *   2. the clock is measured and the vDSO made, which take a look at /sys;
 *   3. the empty root, the Landlock domain, no capabilities (lockdown.c);
 *   4. the platform makes its first stub, which shares all of that;
 *   5. the seccomp filter. Up to here there is one thread, and no plan, secret or guest byte was
 *      read;
 *   6. the plan is read, and validated, from the control socket;
 *   7. filesystems are mounted, descriptors taken over, the program is looked for;
 *   8. init starts; a thread of its own serves the control socket until init has ended.
 * Whatever fails is told as one sentence (CONTROL_FAILED), and the process ends; the host takes
 * back all that it held.
 */
#include "sentry/boot/boot.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "host/io.h"
#include "host/thread.h"
#include "platform/platform.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/boot/lockdown.h"
#include "sentry/boot/serve.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/hostfd.h"
#include "sentry/core/limits.h"
#include "sentry/loader/vdso.h"
#include "sentry/run/run.h"
#include "sentry/sys/strace.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/mount.h"

struct boot {
	int control_fd;
	const struct platform_ops *pops;
	struct platform *platform;
	struct control_msg msg; /* the plan's; its descriptors are taken one by one */
	struct plan plan;
	struct mnt_ns *ns;
	struct boot_stdio io; /* until init has it */
	struct kernel *kernel;
	char *program; /* malloc'd */
	struct boot_error error;
};

/* The one that was asked for, or else the first that this host allows. */
static int start_platform(struct boot *b, const char *name)
{
	const char *why = NULL;
	const char *options = name ? strchr(name, ':') : NULL;
	int r;

	platform_options = options ? options + 1 : NULL;
	b->pops = name ? platform_find(name) : platform_list[0];
	if (!b->pops)
		return boot_fail(&b->error, CONTROL_OUR_FAULT, -EINVAL, "platform %s", name);
	r = b->pops->init(&b->platform, &why);
	for (size_t i = 1; r < 0 && !name && platform_list[i]; i++) {
		log_warn("platform %s: %s; trying %s", b->pops->name, why ? why : "cannot start",
			 platform_list[i]->name);
		b->pops = platform_list[i];
		r = b->pops->init(&b->platform, &why);
	}
	if (r < 0)
		return boot_fail(&b->error, CONTROL_HOST_REFUSED, r, "platform %s: %s",
				 b->pops->name, why ? why : "cannot start");
	return 0;
}

/* Steps 1 to 3. */
static int lock_down(struct boot *b, struct sentry_config *config, struct isolation_reached *ret)
{
	int r = lockdown_descriptors(config);

	b->control_fd = config->control_fd;
	if (r < 0)
		return boot_fail(&b->error, CONTROL_HOST_REFUSED, r,
				 "giving up what the kernel of a sandbox does not need");
	clock_start();
	r = vdso_start();
	if (r < 0)
		log_warn("boot: no vDSO for programs, reading the clock is slow: %s", strerror(-r));
	r = lockdown_enter(config, ret);
	if (r < 0)
		return boot_fail(&b->error, CONTROL_HOST_REFUSED, r, "giving up capabilities");
	if (ret->level < config->required)
		return boot_fail(&b->error, CONTROL_HOST_REFUSED, 0,
				 "--require-isolation=%s: only level %s can be had: %s",
				 isolation_name(config->required), isolation_name(ret->level),
				 ret->why);
	return 0;
}

/* Steps 4 and 5. */
static int seal(struct boot *b, const char *platform)
{
	int r = start_platform(b, platform);

	if (r < 0)
		return r;
	r = lockdown_seal(b->pops);
	return r < 0 ? boot_fail(&b->error, CONTROL_HOST_REFUSED, r,
				 "installing the Sentry's seccomp filter")
		     : 0;
}

/* Threads that serve everybody; started now, so that a host that refuses one is met here. */
static int start_services(struct boot *b)
{
	int r = ktimer_start_thread();

	if (r == 0)
		r = notifier_start_thread();
	if (r == 0)
		r = serve_prepare();
	return r < 0 ? boot_fail(&b->error, CONTROL_HOST_REFUSED, r,
				 "starting the timer and notifier threads, an eventfd")
		     : 0;
}

static int read_plan(struct boot *b)
{
	int r = control_recv(b->control_fd, &b->msg);

	if (r == 0)
		_exit(0); /* the CLI changed its mind */
	if (r < 0)
		return boot_fail(&b->error, CONTROL_OUR_FAULT, r,
				 "reading the plan from the control socket");
	if (b->msg.type != CONTROL_PLAN || b->msg.nfds < PLAN_FD_STRACE)
		return boot_fail(&b->error, CONTROL_OUR_FAULT, -EBADMSG,
				 "the first control message is not a plan");
	r = plan_decode(b->msg.payload, b->msg.len, &b->plan);
	if (r == 0 && b->msg.nfds != plan_nfds(&b->plan))
		r = -EBADMSG;
	if (r < 0)
		return boot_fail(&b->error, CONTROL_OUR_FAULT, r, "decoding the plan");
	return 0;
}

/* The descriptor is the caller's from now on. */
static int take_fd(struct boot *b, enum plan_fd which)
{
	int at = plan_fd_index(&b->plan, which);
	int fd = b->msg.fds[at];

	b->msg.fds[at] = -1;
	return fd;
}

/* Init was stopped: the CLI stops with it, so that the caller's shell notices. */
static void on_stopped(void *arg, int signo)
{
	struct boot *b = arg;

	if (control_send_u32(b->control_fd, CONTROL_STOPPED, (uint32_t)signo) < 0)
		log_debug("nobody hears that init was stopped");
}

static int start_kernel(struct boot *b)
{
	struct sandbox_limits limits;
	struct kernel_config config = {.pops = b->pops,
				       .platform = b->platform,
				       .mnt_ns = b->ns,
				       .entry = run_task,
				       .hostname = b->plan.hostname,
				       .domainname = b->plan.domainname[0] ? b->plan.domainname
									   : NULL,
				       .stopped_outside = on_stopped,
				       .stopped_arg = b,
				       .ended_outside = serve_process_ended,
				       .uid_map = boot_id_map_text(&b->plan.uid_maps),
				       .gid_map = boot_id_map_text(&b->plan.gid_maps),
				       .limits = &limits};
	int r;

	boot_limits(&b->plan.limits, &limits);
	if (b->plan.flags & PLAN_STRACE)
		config.trace = strace_start(take_fd(b, PLAN_FD_STRACE));
	r = kernel_new(&config, &b->kernel);
	return r < 0 ? boot_fail(&b->error, CONTROL_OUR_LIMIT, r, "making the kernel") : 0;
}

/* What init finds: files, devices, parameters, its descriptors. */
static int furnish(struct boot *b)
{
	const struct plan *plan = &b->plan;
	int *extra = b->msg.fds + plan_fd_index(plan, PLAN_FD_FIRST_EXTRA);
	int r = boot_mount_all(plan, b->kernel, b->ns, &b->error);

	if (r == 0)
		r = boot_make_devices(plan, b->ns, &b->error);
	if (r == 0)
		r = boot_stdio(&plan->process, b->ns, b->msg.fds, extra, &b->io, &b->error);
	if (r == 0 && plan->process.flags & PLAN_TERMINAL && b->io.tty)
		r = boot_make_console(&plan->process, b->ns, b->io.tty, &b->error);
	if (r == 0)
		r = boot_set_sysctls(plan, b->kernel, &b->error);
	if (r == 0 && !(plan->process.flags & PLAN_KILLABLE))
		r = boot_make_cwd(plan, b->ns, &b->error);
	if (r == 0)
		r = boot_hide_paths(plan, b->ns, &b->error);
	return r < 0 ? r : boot_seal_root(plan, b->ns, &b->error);
}

static int start_init(struct boot *b)
{
	const struct plan_process *p = &b->plan.process;
	struct boot_process process;
	int r = boot_process_init(&process, p, b->program, &b->io);

	if (r < 0)
		return boot_fail(&b->error, CONTROL_OUR_FAULT, r, "preparing %s", b->program);
	r = kernel_start_init(b->kernel, &process.task);
	boot_process_fini(&process);
	return r < 0 ? boot_program_failed(p, r, &b->error) : 0;
}

static int bring_up(struct boot *b, struct sentry_config *config)
{
	struct isolation_reached reached;
	int r = lock_down(b, config, &reached);

	if (r == 0)
		r = seal(b, config->platform);
	if (r == 0)
		r = read_plan(b);
	if (r == 0)
		r = start_services(b);
	if (r == 0)
		r = boot_mount_root(&b->plan, take_fd(b, PLAN_FD_GOFER), &b->ns, &b->error);
	if (r == 0)
		r = start_kernel(b);
	if (r == 0)
		r = furnish(b);
	if (r == 0)
		r = boot_find_program(&b->plan.process, b->ns, &b->program, &b->error);
	if (r == 0)
		r = start_init(b);
	return r;
}

static int start_serving(struct boot *b)
{
	struct serve_config config = {.kernel = b->kernel,
				      .mnt_ns = b->ns,
				      .control_fd = b->control_fd,
				      .listener_fd = -1};

	if (b->plan.flags & PLAN_LISTEN)
		config.listener_fd = take_fd(b, PLAN_FD_LISTENER);
	return serve_start(&config);
}

void sentry_main(const struct sentry_config *config)
{
	static struct boot b;
	struct sentry_config copy = *config;
	int status;

	b.control_fd = config->control_fd;
	if (bring_up(&b, &copy) < 0) {
		if (control_send_failure(b.control_fd, b.error.why, b.error.text) < 0)
			log_error("boot: nobody hears why");
		_exit((int)b.error.why);
	}
	if (start_serving(&b) < 0 ||
	    control_send(b.control_fd, CONTROL_STARTED, NULL, 0, NULL, 0) < 0)
		_exit(CONTROL_OUR_FAULT);
	status = kernel_wait(b.kernel);
	log_info("init ended with wait status 0x%x", (unsigned)status);
	strace_stop();
	serve_ended(status);
	b.pops->fini(b.platform);
	if (control_send_u32(b.control_fd, CONTROL_EXITED, (uint32_t)status) < 0)
		log_warn("nobody hears how init ended");
	_exit(0);
}

/* A line for who probes; nobody listening is no fault. */
PRINTF_LIKE(2, 3) static void say(const struct boot *b, const char *fmt, ...)
{
	AUTO(strbuf_fini) struct strbuf line = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&line, fmt, ap);
	va_end(ap);
	if (host_write_all(b->control_fd, strbuf_str(&line), line.len) < 0)
		log_debug("boot: nobody hears what was found");
}

void sentry_probe(const struct sentry_config *config)
{
	static struct boot b;
	struct sentry_config copy = *config;
	struct isolation_reached reached = {.level = ISOLATION_PROCESS};
	struct plat_abilities abilities;

	b.control_fd = config->control_fd;
	if (lock_down(&b, &copy, &reached) < 0) {
		say(&b, "isolation\tnone\t%s\n", b.error.text);
		_exit(1);
	}
	say(&b, "isolation\t%s\t%s\n", isolation_name(reached.level), reached.why);
	if (seal(&b, config->platform) < 0) {
		say(&b, "platform\trefused\t%s\n", b.error.text);
		_exit(1);
	}
	b.pops->abilities(b.platform, &abilities);
	say(&b, "platform\tworks\t%s\n", abilities.lacks ? abilities.lacks : "");
	b.pops->fini(b.platform);
	_exit(0);
}
