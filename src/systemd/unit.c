/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to the manager. Starting and stopping are jobs: the call answers with the job's path, and
 * the signal JobRemoved tells how the job ended. We subscribe first, so it cannot be missed: what
 * arrives before the answer stays in the connection's queue.
 */
#include "systemd/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#define SERVICE "org.freedesktop.systemd1"
#define OBJECT  "/org/freedesktop/systemd1"
#define MANAGER SERVICE ".Manager"
#define DONE_NSEC                                                                                  \
	30000000000LL /* the manager's own limit for a job is longer; nobody waits so long */

struct job {
	const char *path; /* of the job we wait for */
	char result[32];  /* "" until it has ended */
};

static int tell(int r, const char *what, const char *unit, const sd_bus_error *e)
{
	(void)fprintf(stderr, "systemd: %s %s: %s\n", what, unit,
		      e && e->message ? e->message : strerror(-r));
	return r < 0 ? r : -EIO;
}

/* ---- jobs ---- */

static int on_job_removed(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct job *job = arg;
	const char *path, *unit, *result;
	uint32_t id;

	(void)e;
	if (sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	if (job->path && strcmp(path, job->path) == 0)
		(void)snprintf(job->result, sizeof(job->result), "%s", result);
	return 0;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int watch_jobs(sd_bus *bus, struct job *job, sd_bus_slot **ret)
{
	int r = sd_bus_match_signal(bus, ret, SERVICE, OBJECT, MANAGER, "JobRemoved",
				    on_job_removed, job);

	if (r >= 0)
		r = sd_bus_call_method(bus, SERVICE, OBJECT, MANAGER, "Subscribe", NULL, NULL, "");
	return r;
}

static int wait_job(sd_bus *bus, struct job *job)
{
	int64_t deadline = now_ns() + DONE_NSEC;

	while (!job->result[0]) {
		int r = sd_bus_process(bus, NULL);
		int64_t left = deadline - now_ns();

		if (r == 0 && left <= 0)
			return -ETIMEDOUT;
		if (r == 0)
			r = sd_bus_wait(bus, (uint64_t)left / 1000);
		if (r < 0 && r != -EINTR)
			return r;
	}
	return 0;
}

/* Send m, whose answer is a job, and wait for the job. */
static int run_job(sd_bus *bus, sd_bus_message *m, const char *what, const char *unit,
		   sd_bus_error *e)
{
	sd_bus_message *reply = NULL;
	sd_bus_slot *slot = NULL;
	struct job job = {NULL, ""};
	int r = watch_jobs(bus, &job, &slot);

	if (r >= 0)
		r = sd_bus_call(bus, m, 0, e, &reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &job.path);
	if (r >= 0)
		r = wait_job(bus, &job);
	if (r >= 0 && strcmp(job.result, "done") != 0) {
		(void)fprintf(stderr, "systemd: %s %s: the job ended as \"%s\"\n", what, unit,
			      job.result);
		r = -EPROTO;
	}
	sd_bus_slot_unref(slot);
	sd_bus_message_unref(reply);
	return r;
}

/* ---- properties ---- */

static int append_property(sd_bus_message *m, const struct property *p)
{
	int r;

	switch (p->type) {
	case PROPERTY_BOOL:
		return sd_bus_message_append(m, "(sv)", p->name, "b", (int)p->b);
	case PROPERTY_U64:
		return sd_bus_message_append(m, "(sv)", p->name, "t", p->t);
	case PROPERTY_STRING:
		return sd_bus_message_append(m, "(sv)", p->name, "s", p->s);
	case PROPERTY_BYTES:
		break;
	}
	r = sd_bus_message_open_container(m, SD_BUS_TYPE_STRUCT, "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", p->name);
	if (r >= 0)
		r = sd_bus_message_open_container(m, SD_BUS_TYPE_VARIANT, "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', p->bytes, p->nbytes);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_list(sd_bus_message *m, const struct unit_request *u)
{
	int r = 0;

	for (size_t i = 0; i < u->n && r >= 0; i++)
		r = append_property(m, &u->properties[i]);
	return r;
}

static int is_slice(const char *name)
{
	size_t n = strlen(name);

	return n > 6 && strcmp(name + n - 6, ".slice") == 0;
}

/* What each of our units is, whatever was asked for; a slice holds no processes itself. */
static int append_kind(sd_bus_message *m, const struct unit_request *u)
{
	static const char *const accounting[] = {"MemoryAccounting", "CPUAccounting",
						 "TasksAccounting", "IOAccounting"};
	int r = 0;

	if (is_slice(u->name))
		r = sd_bus_message_append(m, "(sv)", "Wants", "as", 1, u->slice);
	else
		r = sd_bus_message_append(m, "(sv)(sv)(sv)", "Slice", "s", u->slice, "PIDs", "au",
					  1, (uint32_t)u->first, "Delegate", "b", 1);
	if (r >= 0)
		r = sd_bus_message_append(m, "(sv)", "DefaultDependencies", "b", 0);
	for (size_t i = 0; i < ARRAY_SIZE(accounting) && r >= 0; i++)
		r = sd_bus_message_append(m, "(sv)", accounting[i], "b", 1);
	return r;
}

static int start_message(sd_bus *bus, const struct unit_request *u, sd_bus_message **ret)
{
	int r = sd_bus_message_new_method_call(bus, ret, SERVICE, OBJECT, MANAGER,
					       "StartTransientUnit");

	if (r >= 0)
		r = sd_bus_message_append(*ret, "ss", u->name, "fail");
	if (r >= 0)
		r = sd_bus_message_open_container(*ret, SD_BUS_TYPE_ARRAY, "(sv)");
	if (r >= 0)
		r = append_kind(*ret, u);
	if (r >= 0)
		r = append_list(*ret, u);
	if (r >= 0)
		r = sd_bus_message_close_container(*ret);
	return r < 0 ? r : sd_bus_message_append(*ret, "a(sa(sv))", 0);
}

/* ---- the verbs ---- */

static int print_group(sd_bus *bus, const char *name)
{
	const char *interface = is_slice(name) ? SERVICE ".Slice" : SERVICE ".Scope";
	sd_bus_error e = SD_BUS_ERROR_NULL;
	char *path = NULL, *group = NULL;
	int r = sd_bus_path_encode(OBJECT "/unit", name, &path);

	if (r >= 0)
		r = sd_bus_get_property_string(bus, SERVICE, path, interface, "ControlGroup", &e,
					       &group);
	if (r >= 0 && (printf("%s\n", group) < 0 || fflush(stdout) != 0))
		r = -EIO;
	if (r < 0)
		r = tell(r, "asking for the control group of", name, &e);
	sd_bus_error_free(&e);
	free(path);
	free(group);
	return r < 0 ? r : 0;
}

static void reset_failed(sd_bus *bus, const char *name)
{
	(void)sd_bus_call_method(bus, SERVICE, OBJECT, MANAGER, "ResetFailedUnit", NULL, NULL, "s",
				 name);
}

static int try_start(sd_bus *bus, const struct unit_request *u, sd_bus_error *e)
{
	sd_bus_message *m = NULL;
	int r = start_message(bus, u, &m);

	if (r >= 0)
		r = run_job(bus, m, "starting", u->name, e);
	sd_bus_message_unref(m);
	return r;
}

int unit_start(sd_bus *bus, const struct unit_request *u)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	int r = try_start(bus, u, &e);

	/* One that failed is kept by the manager until it is told to forget it. */
	if (r < 0 && sd_bus_error_has_name(&e, SERVICE ".UnitExists")) {
		sd_bus_error_free(&e);
		reset_failed(bus, u->name);
		r = try_start(bus, u, &e);
	}
	if (r < 0 && r != -EPROTO)
		r = tell(r, "starting", u->name, &e);
	sd_bus_error_free(&e);
	return r < 0 ? r : print_group(bus, u->name);
}

int unit_set(sd_bus *bus, const struct unit_request *u)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(bus, &m, SERVICE, OBJECT, MANAGER,
					       "SetUnitProperties");

	if (r >= 0)
		r = sd_bus_message_append(m, "sb", u->name, 1);
	if (r >= 0)
		r = sd_bus_message_open_container(m, SD_BUS_TYPE_ARRAY, "(sv)");
	if (r >= 0)
		r = append_list(m, u);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_call(bus, m, 0, &e, NULL);
	if (r < 0)
		r = tell(r, "changing the properties of", u->name, &e);
	sd_bus_message_unref(m);
	sd_bus_error_free(&e);
	return r < 0 ? r : 0;
}

int unit_stop(sd_bus *bus, const char *name)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(bus, &m, SERVICE, OBJECT, MANAGER, "StopUnit");

	if (r >= 0)
		r = sd_bus_message_append(m, "ss", name, "replace");
	if (r >= 0)
		r = run_job(bus, m, "stopping", name, &e);
	if (r < 0 && sd_bus_error_has_name(&e, SERVICE ".NoSuchUnit"))
		r = 0;
	if (r < 0 && r != -EPROTO)
		r = tell(r, "stopping", name, &e);
	reset_failed(bus, name);
	sd_bus_message_unref(m);
	sd_bus_error_free(&e);
	return r < 0 ? r : 0;
}
