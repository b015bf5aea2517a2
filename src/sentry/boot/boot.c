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
	struct fdtable *fds;
	struct kernel *kernel;
	char *program; /* malloc'd */
	struct boot_error error;
};

static int start_platform(struct boot *b, const char *name)
{
	const char *why = NULL;
	int r;

	b->pops = name ? platform_find(name) : platform_list[0];
	if (!b->pops)
		return boot_fail(&b->error, CONTROL_OUR_FAULT, -EINVAL, "platform %s", name);
	r = b->pops->init(&b->platform, &why);
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
	return r < 0 ? boot_fail(&b->error, CONTROL_HOST_REFUSED, r,
				 "starting the timer and notifier threads")
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
	int fd = b->msg.fds[which];

	b->msg.fds[which] = -1;
	return fd;
}

/* Init was stopped: the CLI stops with it, so that the caller's shell notices. */
static void on_stopped(void *arg, int signo)
{
	struct boot *b = arg;

	if (control_send_u32(b->control_fd, CONTROL_STOPPED, (uint32_t)signo) < 0)
		log_debug("nobody hears that init was stopped");
}

_Static_assert(sizeof(((struct plan_limits *)0)->cpus) ==
		       sizeof(((struct sandbox_limits *)0)->cpus),
	       "both are one set of processors");

static uint64_t limit_or_none(uint64_t v)
{
	return v == PLAN_UNLIMITED ? 0 : v;
}

static void plan_sandbox_limits(const struct plan_limits *p, struct sandbox_limits *ret)
{
	*ret = (struct sandbox_limits){.memory_max = limit_or_none(p->memory_max),
				       .memory_low = p->memory_low,
				       .swap_max = limit_or_none(p->swap_max),
				       .no_swap = p->swap_max == 0,
				       .memory_by_host = !p->enforce_memory,
				       .cpu_quota_us = limit_or_none(p->cpu_quota_us),
				       .cpu_period_us = p->cpu_period_us,
				       .cpu_weight = p->cpu_weight,
				       .pids_max = limit_or_none(p->pids_max)};
	memcpy(ret->cpus, p->cpus, sizeof(ret->cpus));
}

static int start_kernel(struct boot *b)
{
	struct sandbox_limits limits;
	struct kernel_config config = {.pops = b->pops,
				       .platform = b->platform,
				       .mnt_ns = b->ns,
				       .entry = run_task,
				       .hostname = b->plan.hostname,
				       .stopped_outside = on_stopped,
				       .stopped_arg = b,
				       .limits = &limits};
	int r;

	plan_sandbox_limits(&b->plan.limits, &limits);

	if (b->plan.flags & PLAN_STRACE)
		config.trace = strace_start(take_fd(b, PLAN_FD_STRACE));
	r = kernel_new(&config, &b->kernel);
	if (r < 0)
		return boot_fail(&b->error, CONTROL_OUR_LIMIT, r, "making the kernel");
	return boot_mount_kernel(b->kernel, b->ns, &b->error);
}

static int add_strings(struct loader_strings *to, const struct plan_strings *from)
{
	int r = 0;

	for (uint32_t i = 0; i < from->n && r == 0; i++)
		r = loader_strings_add(to, from->v[i], strlen(from->v[i]));
	return r;
}

static void plan_rlimits(const struct plan_process *plan, struct limits *ret)
{
	limits_init(ret);
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++) {
		ret->soft[i] = plan->rlimits[i].rlim_cur;
		ret->hard[i] = plan->rlimits[i].rlim_max;
	}
}

static int start_init(struct boot *b)
{
	struct limits limits;
	const struct plan_process *p = &b->plan.process;
	const struct cred *cred = cred_new(p->uid, p->gid, p->groups, p->ngroups);
	struct task_plan plan = {.file = b->program,
				 .cwd_path = p->cwd,
				 .cred = cred,
				 .limits = &limits,
				 .fds = b->fds,
				 .umask = p->umask,
				 .ctty = boot_terminal(),
				 .killable_init = true};
	int r;

	plan_rlimits(&b->plan.process, &limits);
	r = cred ? add_strings(&plan.argv, &p->argv) : -ENOMEM;
	if (r == 0)
		r = add_strings(&plan.envp, &p->envp);
	if (r == 0)
		r = kernel_start_init(b->kernel, &plan);
	if (cred)
		cred_put(cred);
	if (r < 0)
		return boot_fail(&b->error,
				 r == -ENOMEM || r == -EAGAIN ? CONTROL_OUR_LIMIT
							      : CONTROL_NOT_EXECUTABLE,
				 r, "%s", b->program);
	b->fds = NULL;
	return 0;
}

static int bring_up(struct boot *b, struct sentry_config *config)
{
	struct isolation_reached reached;
	int r = lock_down(b, config, &reached);
	int stdio[3];

	if (r == 0)
		r = seal(b, config->platform);
	if (r == 0)
		r = read_plan(b);
	if (r == 0)
		r = start_services(b);
	if (r == 0)
		r = boot_mount_root(&b->plan, take_fd(b, PLAN_FD_GOFER), &b->ns, &b->error);
	if (r < 0)
		return r;
	for (int i = 0; i < 3; i++)
		stdio[i] = take_fd(b, (enum plan_fd)(PLAN_FD_STDIN + i));
	r = boot_stdio(&b->plan, b->ns, stdio, &b->fds, &b->error);
	if (r == 0)
		r = start_kernel(b);
	if (r == 0)
		r = boot_find_program(&b->plan, b->ns, &b->program, &b->error);
	if (r == 0)
		r = start_init(b);
	return r;
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
	if (serve_start(b.kernel, b.control_fd) < 0 ||
	    control_send(b.control_fd, CONTROL_STARTED, NULL, 0, NULL, 0) < 0)
		_exit(CONTROL_OUR_FAULT);
	status = kernel_wait(b.kernel);
	log_info("init ended with wait status 0x%x", (unsigned)status);
	strace_stop();
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
