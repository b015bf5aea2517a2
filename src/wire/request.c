/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and answers on the wire. A request begins with version, tag, operation and container; of
 * the rest only what its operation needs is there, and nothing may follow. An answer begins with
 * tag, operation and error; an error is followed by why and a text.
 */
#include "wire/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/signal.h"
#include "wire/plan_priv.h"

#define REQUEST_FIXED (64 + sizeof(struct plan_limits))
#define PROCESS_BYTES 80
#define ANSWER_FIXED  256

/* ---- requests ---- */

static void put_arguments(struct wire_out *o, const struct request *q)
{
	switch (q->op) {
	case REQUEST_EXEC:
		plan_process_put(o, &q->process);
		return;
	case REQUEST_KILL:
		wire_put_u32(o, q->whom);
		wire_put_u32(o, (uint32_t)q->pid);
		wire_put_u32(o, q->signo);
		return;
	case REQUEST_WAIT:
		wire_put_u32(o, (uint32_t)q->pid);
		return;
	case REQUEST_UPDATE:
		plan_limits_put(o, &q->limits);
		return;
	case REQUEST_WINSIZE:
		wire_put_u32(o, (uint32_t)q->pid);
		wire_put_u16(o, q->rows);
		wire_put_u16(o, q->cols);
		return;
	case REQUEST_STATE:
	case REQUEST_START:
	case REQUEST_PS:
	case REQUEST_STATS:
	case REQUEST_PAUSE:
	case REQUEST_RESUME:
	case REQUEST_SHUTDOWN:
		return;
	}
	o->failed = true;
}

int request_send(int sock, const struct request *q, const int *fds, size_t nfds)
{
	size_t cap = REQUEST_FIXED;
	AUTO(free) void *bytes = NULL;
	struct wire_out o;

	if (q->op == REQUEST_EXEC)
		cap += plan_process_size(&q->process);
	if (cap > CONTROL_MAX_PAYLOAD)
		return -E2BIG;
	bytes = malloc(cap);
	if (!bytes)
		return -ENOMEM;
	wire_out_init(&o, bytes, cap);
	wire_put_u32(&o, REQUEST_VERSION);
	wire_put_u32(&o, q->tag);
	wire_put_u32(&o, q->op);
	wire_put_u32(&o, q->container);
	put_arguments(&o, q);
	if (o.failed)
		return -E2BIG;
	return control_send(sock, CONTROL_REQUEST, bytes, o.len, fds, nfds);
}

static int get_arguments(struct wire_in *in, struct request *q)
{
	uint32_t whom;

	switch (q->op) {
	case REQUEST_EXEC:
		return plan_process_get(in, &q->process);
	case REQUEST_KILL:
		whom = wire_get_u32(in);
		q->pid = (int32_t)wire_get_u32(in);
		q->signo = wire_get_u32(in);
		if (whom > REQUEST_WHOM_FOREGROUND || q->signo > LX_NSIG)
			return -EBADMSG;
		q->whom = (enum request_whom)whom;
		return 0;
	case REQUEST_WAIT:
		q->pid = (int32_t)wire_get_u32(in);
		return 0;
	case REQUEST_UPDATE:
		return plan_limits_get(in, &q->limits);
	case REQUEST_WINSIZE:
		q->pid = (int32_t)wire_get_u32(in);
		q->rows = wire_get_u16(in);
		q->cols = wire_get_u16(in);
		return 0;
	case REQUEST_STATE:
	case REQUEST_START:
	case REQUEST_PS:
	case REQUEST_STATS:
	case REQUEST_PAUSE:
	case REQUEST_RESUME:
	case REQUEST_SHUTDOWN:
		return 0;
	}
	return -EBADMSG;
}

static int decode_request(struct wire_in *in, struct request *q)
{
	uint32_t version = wire_get_u32(in), op;
	int r;

	q->tag = wire_get_u32(in);
	if (in->failed)
		return -EBADMSG;
	if (version != REQUEST_VERSION)
		return -EPROTO;
	op = wire_get_u32(in);
	q->container = wire_get_u32(in);
	if (op < REQUEST_STATE || op > REQUEST_LAST)
		return -EBADMSG;
	q->op = (enum request_op)op;
	r = get_arguments(in, q);
	if (r == 0)
		r = wire_in_done(in);
	return r < 0 || q->pid >= 0 ? r : -EBADMSG;
}

int request_decode(const void *payload, size_t len, struct request *ret)
{
	struct request q = {0};
	struct wire_in in;
	int r;

	wire_in_init(&in, payload, len);
	r = decode_request(&in, &q);
	if (r < 0) {
		ret->tag = q.tag;
		request_fini(&q);
		return r;
	}
	*ret = q;
	return 0;
}

void request_fini(struct request *q)
{
	plan_process_fini(&q->process);
	*q = (struct request){0};
}

/* ---- answers ---- */

static void put_process(struct wire_out *o, const struct answer_process *p)
{
	wire_put_u32(o, (uint32_t)p->pid);
	wire_put_u32(o, (uint32_t)p->ppid);
	wire_put_u32(o, (uint32_t)p->pgrp);
	wire_put_u32(o, (uint32_t)p->sid);
	wire_put_u32(o, (uint32_t)p->origin);
	wire_put_u32(o, p->uid);
	wire_put_u32(o, p->gid);
	wire_put_u32(o, p->nthreads);
	wire_put_u32(o, p->state);
	wire_put_u64(o, (uint64_t)p->start_ns);
	wire_put_u64(o, p->cpu_ns);
	wire_put_u64(o, p->rss_bytes);
	wire_put_bytes(o, p->name, sizeof(p->name));
}

static int get_process(struct wire_in *in, struct answer_process *p)
{
	const void *name;

	p->pid = (int32_t)wire_get_u32(in);
	p->ppid = (int32_t)wire_get_u32(in);
	p->pgrp = (int32_t)wire_get_u32(in);
	p->sid = (int32_t)wire_get_u32(in);
	p->origin = (int32_t)wire_get_u32(in);
	p->uid = wire_get_u32(in);
	p->gid = wire_get_u32(in);
	p->nthreads = wire_get_u32(in);
	p->state = wire_get_u32(in);
	p->start_ns = (int64_t)wire_get_u64(in);
	p->cpu_ns = wire_get_u64(in);
	p->rss_bytes = wire_get_u64(in);
	name = wire_get_bytes(in, sizeof(p->name));
	if (!name || !memchr(name, 0, sizeof(p->name)))
		return -EBADMSG;
	memcpy(p->name, name, sizeof(p->name));
	return 0;
}

static void put_stats(struct wire_out *o, const struct answer_stats *s)
{
	wire_put_u64(o, s->memory_bytes);
	wire_put_u64(o, s->memory_max_bytes);
	wire_put_u64(o, s->memory_limit_bytes);
	wire_put_u64(o, s->memory_private_bytes);
	wire_put_u64(o, s->memory_shared_bytes);
	wire_put_u64(o, s->memory_kernel_bytes);
	wire_put_u64(o, s->oom_kills);
	wire_put_u64(o, s->cpu_user_ns);
	wire_put_u64(o, s->cpu_system_ns);
	wire_put_u64(o, s->pids);
	wire_put_u64(o, s->pids_limit);
}

static void get_stats(struct wire_in *in, struct answer_stats *s)
{
	s->memory_bytes = wire_get_u64(in);
	s->memory_max_bytes = wire_get_u64(in);
	s->memory_limit_bytes = wire_get_u64(in);
	s->memory_private_bytes = wire_get_u64(in);
	s->memory_shared_bytes = wire_get_u64(in);
	s->memory_kernel_bytes = wire_get_u64(in);
	s->oom_kills = wire_get_u64(in);
	s->cpu_user_ns = wire_get_u64(in);
	s->cpu_system_ns = wire_get_u64(in);
	s->pids = wire_get_u64(in);
	s->pids_limit = wire_get_u64(in);
}

static void put_result(struct wire_out *o, const struct answer *a)
{
	wire_put_u32(o, a->status);
	wire_put_u32(o, a->wait_status);
	wire_put_u32(o, (uint32_t)a->pid);
	if (a->op == REQUEST_STATS)
		put_stats(o, &a->stats);
	if (a->op != REQUEST_PS)
		return;
	wire_put_u32(o, a->nprocesses);
	for (uint32_t i = 0; i < a->nprocesses; i++)
		put_process(o, &a->processes[i]);
}

int answer_send(int sock, const struct answer *a)
{
	size_t cap =
		ANSWER_FIXED + plan_string_size(a->text) + PROCESS_BYTES * (size_t)a->nprocesses;
	AUTO(free) void *bytes = NULL;
	struct wire_out o;

	if (cap > CONTROL_MAX_PAYLOAD)
		return -E2BIG;
	bytes = malloc(cap);
	if (!bytes)
		return -ENOMEM;
	wire_out_init(&o, bytes, cap);
	wire_put_u32(&o, a->tag);
	wire_put_u32(&o, a->op);
	wire_put_u32(&o, (uint32_t)a->error);
	if (a->error < 0) {
		wire_put_u32(&o, a->why);
		plan_put_string(&o, a->text);
	} else {
		put_result(&o, a);
	}
	if (o.failed)
		return -E2BIG;
	return control_send(sock, CONTROL_ANSWER, bytes, o.len, NULL, 0);
}

static int get_error(struct wire_in *in, struct answer *a)
{
	uint32_t why = wire_get_u32(in);

	if (a->error < -4095 || why < CONTROL_OUR_LIMIT || why > CONTROL_NOT_FOUND)
		return -EBADMSG;
	a->why = (enum control_failure)why;
	return plan_get_string(in, &a->text);
}

static int get_processes(struct wire_in *in, struct answer *a)
{
	void *v;
	int r = plan_get_count(in, ANSWER_MAX_PROCESSES, sizeof(*a->processes), &a->nprocesses, &v);

	if (r < 0)
		return r;
	a->processes = v;
	for (uint32_t i = 0; i < a->nprocesses && r == 0; i++)
		r = get_process(in, &a->processes[i]);
	return r;
}

static int get_result(struct wire_in *in, struct answer *a)
{
	uint32_t status = wire_get_u32(in);

	a->wait_status = wire_get_u32(in);
	a->pid = (int32_t)wire_get_u32(in);
	if (status > ANSWER_STOPPED)
		return -EBADMSG;
	a->status = (enum answer_status)status;
	if (a->op == REQUEST_STATS)
		get_stats(in, &a->stats);
	return a->op == REQUEST_PS ? get_processes(in, a) : 0;
}

static int decode_answer(struct wire_in *in, struct answer *a)
{
	uint32_t op;
	int r;

	a->tag = wire_get_u32(in);
	op = wire_get_u32(in);
	a->error = (int32_t)wire_get_u32(in);
	if (in->failed || op > REQUEST_LAST || a->error > 0)
		return -EBADMSG;
	a->op = (enum request_op)op;
	r = a->error < 0 ? get_error(in, a) : get_result(in, a);
	return r < 0 ? r : wire_in_done(in);
}

int answer_decode(const void *payload, size_t len, struct answer *ret)
{
	struct answer a = {0};
	struct wire_in in;
	int r;

	wire_in_init(&in, payload, len);
	r = decode_answer(&in, &a);
	if (r < 0)
		answer_fini(&a);
	else
		*ret = a;
	return r;
}

void answer_fini(struct answer *a)
{
	free(a->text);
	free(a->processes);
	*a = (struct answer){0};
}

int request_call(int sock, const struct request *q, const int *fds, size_t nfds, struct answer *ret)
{
	AUTO(control_msg_fini) struct control_msg m = {0};
	int r = request_send(sock, q, fds, nfds);

	if (r < 0)
		return r;
	r = control_recv(sock, &m);
	if (r <= 0)
		return r < 0 ? r : -EPIPE;
	if (m.type != CONTROL_ANSWER)
		return -EBADMSG;
	r = answer_decode(m.payload, m.len, ret);
	if (r < 0)
		return r;
	if (ret->tag == q->tag && (ret->op == q->op || ret->error == -EPROTO))
		return 0;
	answer_fini(ret);
	return -EBADMSG;
}
